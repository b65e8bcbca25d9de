-- What names of decisions, rules and expressions stand for: JSON in the map of texts, read once and kept.

local texts = Map.new("maps/texts.map", Map._str)

local ESCAPES = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }
local read

local function read_string(text, at)
  local stop = at
  repeat
    stop = text:find('["\\]', stop)
    if text:byte(stop) == 92 then stop = stop + 2 else break end
  until false
  local plain = text:sub(at, stop - 1)
  if plain:find("\\", 1, true) then
    plain = plain:gsub("\\(.)(%x?%x?%x?%x?)", function(kind, digits)
      if kind == "u" then return utf8.char(tonumber(digits, 16)) end
      return (ESCAPES[kind] or kind) .. digits
    end)
    -- Two halves of one character.
    plain = plain:gsub("\xED([\xA0-\xAF])([\x80-\xBF])\xED([\xB0-\xBF])([\x80-\xBF])", function(a, b, c, d)
      local high, low = (a:byte() & 0x0F) << 6 | b:byte() & 0x3F, (c:byte() & 0x0F) << 6 | d:byte() & 0x3F
      return utf8.char(0x10000 + (high << 10) + low)
    end)
  end
  return plain, stop + 1
end

local function read_list(text, at)
  local list, value = {}, nil
  if text:byte(at) == 93 then return list, at + 1 end
  repeat
    value, at = read(text, at)
    list[#list + 1] = value
    at = at + 1
  until text:byte(at - 1) == 93
  return list, at
end

local function read_object(text, at)
  local object, name = {}, nil
  if text:byte(at) == 125 then return object, at + 1 end
  repeat
    name, at = read_string(text, at + 1)
    object[name], at = read(text, at + 1)
    at = at + 1
  until text:byte(at - 1) == 125
  return object, at
end

-- JSON as JSON.stringify() writes it, without blanks between. Returns the value and where the next one begins.
function read(text, at)
  local first = text:byte(at)
  if first == 34 then return read_string(text, at + 1) end
  if first == 91 then return read_list(text, at + 1) end
  if first == 123 then return read_object(text, at + 1) end
  local word = text:match("^[%w.+-]+", at)
  if word == "true" then return true, at + 4 end
  if word == "false" then return false, at + 5 end
  return tonumber(word), at + #word
end

-- Octets of texts whose values are kept: those that are asked for, and those that were before them.
local MOST = 8 * 1024 * 1024
local known, before, held = {}, {}, 0

-- Nothing where routes have changed, and nobody is led to it any more.
local function text_of(name)
  local text = texts:lookup(name)
  local all, part = {}, 1
  while text do
    all[part] = text:sub(2)
    if text:byte(1) ~= 62 then return table.concat(all) end
    text = texts:lookup(name .. "." .. part)
    part = part + 1
  end
end

-- Thrown where somebody has been on the way to a text that is no more.
local GONE = "a text that is gone"

-- What a name stands for, for ever: it follows from the text. Also how many octets had to be read for it.
local function named(name)
  local kept = known[name]
  if kept then return kept.value, 0 end
  local read_now = 0
  kept = before[name]
  if not kept then
    local text = text_of(name)
    if not text then error(GONE, 0) end
    kept = { value = read(text, 1), size = #text }
    read_now = #text
  end
  if held > MOST then known, before, held = {}, known, 0 end
  known[name], held = kept, held + kept.size
  return kept.value, read_now
end

return { named = named, GONE = GONE }
