-- Expressions, as programs of steps that RE2 has made (src/dataplane/haproxy/rules/expression.ts). A text is read once,
-- however an expression is written: what can be reached after a character is found once and kept. What that takes is
-- counted, and comes to an end.

local expressions = {}

-- What one request may take: the rest of it is passed along as `work`.
local MOST_WORK = 200000
-- What all expressions of a thread keep of where characters lead.
local MOST_KEPT = 100000

-- Stands for what is before a text and behind it; a newline.
local NONE, NEWLINE = -1, 10
local BEGIN_LINE, END_LINE, BEGIN_TEXT, END_TEXT, WORD_BOUNDARY, NO_WORD_BOUNDARY = 1, 2, 4, 8, 16, 32

function expressions.work() return { left = MOST_WORK } end

-- Throws where that is more than is left.
function expressions.spend(work, amount)
  work.left = work.left - amount
  if work.left < 0 then error("expressions that take too long") end
end

local spend = expressions.spend

-- Characters of a text in UTF-8; an octet that is none is the character for that.
local function characters(text)
  if not text:find("[\x80-\xFF]") then return { text:byte(1, -1) } end
  local all, at = {}, 1
  while at <= #text do
    local octet = text:byte(at)
    local is_good, code = true, octet
    if octet >= 0x80 then is_good, code = pcall(utf8.codepoint, text, at) end
    all[#all + 1] = is_good and code or 0xFFFD
    at = at + (is_good and octet >= 0x80 and #utf8.char(code) or 1)
  end
  return all
end

local function is_word(code)
  return code >= 97 and code <= 122 or code >= 65 and code <= 90 or code >= 48 and code <= 57 or code == 95
end

-- What can be said of a place between two characters.
local function between(before, after)
  local said = is_word(before) ~= is_word(after) and WORD_BOUNDARY or NO_WORD_BOUNDARY
  if before == NONE then said = said | BEGIN_TEXT | BEGIN_LINE elseif before == NEWLINE then said = said | BEGIN_LINE end
  if after == NONE then said = said | END_TEXT | END_LINE elseif after == NEWLINE then said = said | END_LINE end
  return said
end

-- Whether a step takes a character: by ranges in order.
local function takes(step, code, work)
  for at = 3, #step, 2 do
    if code < step[at] then return false end
    if code <= step[at + 1] then
      spend(work, at)
      return true
    end
  end
  spend(work, #step)
  return false
end

-- Steps that take a character or end, and are reached from some without one.
local function reached(steps, from, said, work)
  local found, seen, waiting = {}, {}, table.move(from, 1, #from, 1, {})
  while #waiting > 0 do
    local at = table.remove(waiting)
    if not seen[at] then
      seen[at] = true
      spend(work, 1)
      local step = steps[at]
      local kind = step[1]
      if kind == "." or kind == "!" then found[#found + 1] = at
      elseif kind == "|" then
        waiting[#waiting + 1] = step[2]
        waiting[#waiting + 1] = step[3]
      elseif kind == "(" or kind == "^" and said & step[3] == step[3] then waiting[#waiting + 1] = step[2] end
    end
  end
  return found
end

-- Places: the steps that are next behind a character, and what kind of character that was.

local function kind_of(code)
  if code == NONE or code == NEWLINE then return code end
  return is_word(code) and 97 or 32
end

local kept, age = 0, 0

local function place(program, before, steps)
  local key = before .. ":" .. table.concat(steps, ",")
  local found = program.places[key]
  if not found then
    found = { before = before, steps = steps, next = {} }
    program.places[key], kept = found, kept + #steps + 1
  end
  return found
end

-- The place behind a character; false where there is none.
local function follow(program, from, code, work)
  local steps, after, seen = program.steps, {}, {}
  for _, at in ipairs(reached(steps, from.steps, between(from.before, code), work)) do
    local step = steps[at]
    if step[1] == "." and not seen[step[2]] and takes(step, code, work) then
      seen[step[2]] = true
      after[#after + 1] = step[2]
    end
  end
  kept = kept + 1
  if #after == 0 then return false end
  table.sort(after)
  return place(program, kind_of(code), after)
end

local function is_end(program, from, work)
  for _, at in ipairs(reached(program.steps, from.steps, between(from.before, NONE), work)) do
    if program.steps[at][1] == "!" then return true end
  end
  return false
end

-- Whether a program takes the whole of a text.
function expressions.matches(program, text, work)
  if kept > MOST_KEPT then kept, age = 0, age + 1 end
  if program.age ~= age then program.age, program.places = age, {} end
  spend(work, #text + 1)
  local here = place(program, NONE, { program.start })
  for _, code in ipairs(characters(text)) do
    local after = here.next[code]
    if after == nil then
      after = follow(program, here, code, work)
      here.next[code] = after
    end
    if not after then return false end
    here = after
  end
  if here.ends == nil then here.ends = is_end(program, here, work) end
  return here.ends
end

-- Marks of the groups that a path can be made of, `$1` to `$9`, and of the whole.
local MARKS = 20

local function groups_of(text, marks)
  local groups = { [0] = text }
  for number = 1, 9 do
    local first, last = marks[2 * number + 1], marks[2 * number + 2]
    groups[number] = first and last and text:sub(first, last - 1) or ""
  end
  return groups
end

-- What the groups of a program took of a text of ASCII that it takes as a whole, by their numbers; else nothing. Ways are
-- tried in the order in which RE2 prefers them: of two from the same step at the same place the second leads nowhere.
function expressions.groups(program, text, work)
  local steps, codes = program.steps, { text:byte(1, -1) }
  local marks, seen = {}, {}
  -- Steps to go on from with their places; a mark to be put back is below zero, with its former place.
  local waiting, places, depth = { program.start }, { 1 }, 1
  while depth > 0 do
    local at, place = waiting[depth], places[depth]
    depth = depth - 1
    if at < 0 then
      marks[-at] = place
      at = nil
    end
    while at do
      local step, key = steps[at], place * #steps + at
      local kind = step[1]
      spend(work, 1)
      at = step[2]
      if kind == "." then
        local code = codes[place]
        if code and takes(step, code, work) then place = place + 1 else at = nil end
      elseif kind == "|" then
        if seen[key] then at = nil
        else
          seen[key] = true
          depth = depth + 1
          waiting[depth], places[depth] = step[3], place
        end
      elseif kind == "(" then
        if step[3] <= MARKS then
          depth = depth + 1
          waiting[depth], places[depth] = -step[3], marks[step[3]] or false
          marks[step[3]] = place
        end
      elseif kind == "^" then
        if between(codes[place - 1] or NONE, codes[place] or NONE) & step[3] ~= step[3] then at = nil end
      elseif kind == "!" and place > #codes then return groups_of(text, marks)
      else at = nil end
    end
  end
  return nil
end

return expressions
