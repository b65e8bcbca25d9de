-- Expressions, as programs of steps that RE2 has made (src/dataplane/haproxy/rules/expression.ts). A text is read once,
-- however an expression is written: what can be reached after a character is found once and kept. What that takes is
-- counted, and comes to an end.

local named = require("texts").named

local expressions = {}

-- What one request may take, with all that it is held against: the rest of it is passed along as `work`.
local MOST_WORK = 250000
-- What takes as long as so many steps that are gone: to read a step, to look for a way from a place, a new place; and to
-- read so many octets of a program takes as long as one.
local READ, FOLLOWED, MADE, OCTETS = 6, 4, 20, 10
-- Numbers that the expressions of a thread keep of their steps, and of where characters lead: of those that are asked for,
-- and as many of those that were before them. One that has more than its share then begins anew.
local MOST_KEPT, SHARE = 400000, 100000

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

-- Programs, which are read a step at a time as far as texts come: one step is a letter and three numbers of four digits.
local STEP, RANGE = 13, 8
-- By the names of their texts.
local known, before, kept = {}, {}, 0

local function keep(program, count) program.kept, kept = program.kept + count, kept + count end

local function number_at(text, at) return tonumber(text:sub(at, at + 3), 36) end

-- As if nobody had asked for it.
local function begin(program)
  program.places, program.read, program.first = {}, {}, nil
  program.kept = (#program.steps + #program.ranges) // 16
  return program
end

local function read_program(name, work)
  local text, octets = named(name)
  spend(work, octets // OCTETS)
  if text.start == 0 then error("an expression that is none") end
  local is_plain = not text.steps:find("^", 1, true)
  return begin({ start = text.start, steps = text.steps, ranges = text.ranges, is_plain = is_plain })
end

-- A program by the name of its text. What nobody has asked for since much else was found goes.
local function program_of(name, work)
  spend(work, 2)
  if kept > MOST_KEPT then known, before, kept = {}, known, 0 end
  local program = known[name]
  if program then return program end
  program = before[name] or read_program(name, work)
  if program.kept > SHARE then begin(program) end
  known[name], kept = program, kept + program.kept
  return program
end

-- A step as a list: its letter, its numbers; in the place of those of ranges the characters that they begin and end with.
local function step_of(program, number, work)
  local step = program.read[number]
  if step then return step end
  local at = (number - 1) * STEP + 1
  local text = program.steps
  step = { text:sub(at, at), number_at(text, at + 1), number_at(text, at + 5) }
  local count = step[1] == "." and number_at(text, at + 9) or 0
  spend(work, READ + 2 * count)
  if count > 0 then
    local first = step[3] - 1
    for half = 0, 2 * count - 1 do step[3 + half] = number_at(program.ranges, first * RANGE + half * RANGE // 2 + 1) end
  end
  program.read[number] = step
  keep(program, #step)
  return step
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

-- Those of a text that many may ask for one after another.
local function characters_of(text, work)
  if work.text ~= text then
    spend(work, #text)
    work.text, work.characters = text, characters(text)
  end
  return work.characters
end

-- What can be said of a place between two characters.
local function between(before, after)
  local said = is_word(before) ~= is_word(after) and WORD_BOUNDARY or NO_WORD_BOUNDARY
  if before == NONE then said = said | BEGIN_TEXT | BEGIN_LINE elseif before == NEWLINE then said = said | BEGIN_LINE end
  if after == NONE then said = said | END_TEXT | END_LINE elseif after == NEWLINE then said = said | END_LINE end
  return said
end

-- Whether a step takes a character, by ranges in order; and how many of them have been looked at.
local function takes(step, code)
  for at = 3, #step, 2 do
    if code < step[at] then return false, at // 2 end
    if code <= step[at + 1] then return true, at // 2 end
  end
  return false, #step // 2
end

-- Steps that take a character or end, and are reached from some without one.
local function reached(program, from, said, work)
  local found, seen, waiting = {}, {}, table.move(from, 1, #from, 1, {})
  while #waiting > 0 do
    local at = table.remove(waiting)
    if not seen[at] then
      seen[at] = true
      spend(work, 1)
      local step = step_of(program, at, work)
      local kind = step[1]
      if kind == "." or kind == "!" then found[#found + 1] = step
      elseif kind == "|" then
        waiting[#waiting + 1] = step[2]
        waiting[#waiting + 1] = step[3]
      elseif kind == "(" or kind == "^" and said & step[3] == step[3] then waiting[#waiting + 1] = step[2] end
    end
  end
  return found
end

-- Places: the steps that are next behind a character, and what kind of character that was, where anybody asks for that.

local function kind_of(program, code)
  if program.is_plain then return 32 end
  if code == NONE or code == NEWLINE then return code end
  return is_word(code) and 97 or 32
end

-- `steps` in order, each once. Most places have one.
local function place(program, before, steps, work)
  local key = #steps == 1 and steps[1] * 128 + before or before .. ":" .. table.concat(steps, ",")
  local found = program.places[key]
  if not found then
    spend(work, MADE)
    found = { before = before, steps = steps, next = {}, reached = {} }
    program.places[key] = found
    keep(program, #steps + 4)
  end
  return found
end

-- Puts numbers in order, and leaves out those that are there before.
local function once(numbers)
  table.sort(numbers)
  local all = {}
  for _, number in ipairs(numbers) do
    if number ~= all[#all] then all[#all + 1] = number end
  end
  return all
end

-- What may come next at a place, before a character.
local function ahead(program, from, code, work)
  local said = program.is_plain and 0 or between(from.before, code)
  local found = from.reached[said]
  if not found then
    found = reached(program, from.steps, said, work)
    from.reached[said] = found
    keep(program, #found + 1)
  end
  return found
end

-- The place behind a character; false where there is none.
local function follow(program, from, code, work)
  local after, spent = {}, FOLLOWED
  for _, step in ipairs(ahead(program, from, code, work)) do
    if step[1] == "." then
      local is_taken, ranges = takes(step, code)
      spent = spent + ranges
      if is_taken then after[#after + 1] = step[2] end
    end
  end
  spend(work, spent + 2 * #after)
  keep(program, 1)
  if #after == 0 then return false end
  return place(program, kind_of(program, code), #after > 1 and once(after) or after, work)
end

local function is_end(program, from, work)
  for _, step in ipairs(ahead(program, from, NONE, work)) do
    if step[1] == "!" then return true end
  end
  return false
end

-- Whether the program of a name takes the whole of a text.
function expressions.matches(name, text, work)
  local program = program_of(name, work)
  local here = program.first or place(program, NONE, { program.start }, work)
  program.first = here
  for at, code in ipairs(characters_of(text, work)) do
    local after = here.next[code]
    if after == nil then
      after = follow(program, here, code, work)
      here.next[code] = after
    end
    if not after then
      spend(work, at)
      return false
    end
    here = after
  end
  spend(work, #text)
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

-- What the groups of the program of a name took of a text of ASCII that it takes as a whole, by their numbers; else nothing. Ways are
-- tried in the order in which RE2 prefers them: of two from the same step at the same place the second leads nowhere.
function expressions.groups(name, text, work)
  local program, codes = program_of(name, work), { text:byte(1, -1) }
  local count = #program.steps // STEP
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
      local step, key = step_of(program, at, work), place * count + at
      local kind = step[1]
      spend(work, 1)
      at = step[2]
      if kind == "." then
        local is_taken, ranges = takes(step, codes[place] or NONE)
        spend(work, ranges)
        if is_taken then place = place + 1 else at = nil end
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
