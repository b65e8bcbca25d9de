-- Expressions, as programs of steps that RE2 has made (src/dataplane/haproxy/rules/expression.ts). A text is read once,
-- however an expression is written: what can be reached after a character is found once and kept. What that takes is
-- counted, and comes to an end.

local expressions = {}

-- What one request may take: the rest of it is passed along as `work`.
local MOST_WORK = 500000
-- What all expressions of a thread keep of where characters lead.
local MOST_KEPT = 100000

-- Stands for what is before a text and behind it; a newline.
local NONE, NEWLINE = -1, 10
local BEGIN_LINE, END_LINE, BEGIN_TEXT, END_TEXT, WORD_BOUNDARY, NO_WORD_BOUNDARY = 1, 2, 4, 8, 16, 32

function expressions.work() return { left = MOST_WORK } end

local function spend(work, amount)
  work.left = work.left - amount
  if work.left < 0 then error("expressions that take too long") end
end

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

-- Adds to `list` the threads that begin at a step, in the order in which RE2 prefers them, each with the marks that it
-- has left on its way.
local function add(list, at, marks)
  if list.seen[at] then return end
  list.seen[at] = true
  spend(list.work, 1)
  local step = list.steps[at]
  local kind = step[1]
  if kind == "." or kind == "!" then list[#list + 1] = { step = step, marks = marks }
  elseif kind == "|" then
    add(list, step[2], marks)
    add(list, step[3], marks)
  elseif kind == "(" then
    if step[3] <= MARKS then
      spend(list.work, MARKS)
      marks = table.move(marks, 1, MARKS, 1, {})
      marks[step[3]] = list.place
    end
    add(list, step[2], marks)
  elseif kind == "^" and list.said & step[3] == step[3] then add(list, step[2], marks) end
end

local function groups_of(text, marks)
  local groups = { [0] = text }
  for number = 1, 9 do
    local first, last = marks[2 * number + 1], marks[2 * number + 2]
    groups[number] = first and last and text:sub(first, last - 1) or ""
  end
  return groups
end

-- What the groups of a program took of a text of ASCII that it takes as a whole, by their numbers; else nothing.
function expressions.groups(program, text, work)
  local codes = { text:byte(1, -1) }
  local function list_at(place)
    local said = between(codes[place - 1] or NONE, codes[place] or NONE)
    return { steps = program.steps, seen = {}, place = place, said = said, work = work }
  end
  local threads = list_at(1)
  add(threads, program.start, {})
  for at, code in ipairs(codes) do
    local after = list_at(at + 1)
    for _, thread in ipairs(threads) do
      if thread.step[1] == "." and takes(thread.step, code, work) then add(after, thread.step[2], thread.marks) end
    end
    threads = after
  end
  for _, thread in ipairs(threads) do
    if thread.step[1] == "!" then return groups_of(text, thread.marks) end
  end
  return nil
end

return expressions
