-- What is asked of a request.

local answer = require("answers").answer
local is_host = require("hosts").is_host

local requests = {}

-- By the names of frontends: the port as clients know it, the pod's own, and the map of its paths; from `10000=80 10001=443`.
local ports = {}
for bind, port in (os.getenv("GATEWAY_PORTS") or ""):gmatch("(%d+)=(%d+)") do
  ports["port-" .. bind] = { bind = bind, port = tonumber(port), paths = Map.new("maps/paths-" .. bind .. ".map", Map._beg) }
end

function requests.port_of(txn) return ports[txn.f:fe_name()] end

-- With its question mark.
function requests.query_of(txn) return txn.f:pathq():match("^[^?]*(.*)$") end

-- A header's value, of several lines all, joined by commas; nothing without the header.
function requests.header(txn, name)
  local lines = txn.f:req_fhdr_cnt(name)
  if lines == 0 then return nil end
  if lines == 1 then return txn.f:req_fhdr(name) or "" end
  local values = {}
  for line = 1, lines do values[line] = txn.f:req_fhdr(name, line) or "" end
  return table.concat(values, ",")
end

local function decoded(text)
  return (text:gsub("+", " "):gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

-- The first values of parameters, by their names.
function requests.parameters(query)
  local all = {}
  for pair in query:gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=?(.*)$")
    name = decoded(name)
    if all[name] == nil then all[name] = decoded(value) end
  end
  return all
end

-- By lists of ranges, for as long as these are kept themselves: what their texts say.
local networks = setmetatable({}, { __mode = "k" })

local function networks_of(ranges)
  local all = networks[ranges]
  if not all then
    all = {}
    for place, range in ipairs(ranges) do all[place] = core.parse_addr(range) end
    networks[ranges] = all
  end
  return all
end

-- Whether its client is in one of these ranges of addresses.
function requests.comes_from(txn, ranges)
  local address = core.parse_addr(txn.f:src())
  for _, network in ipairs(networks_of(ranges)) do
    if core.match_addr(address, network) then return true end
  end
  return false
end

local function is_said(name)
  return name == "forwarded" or name:find("^x[-_]real[-_]ip$") ~= nil or name:find("^x[-_]forwarded$") ~= nil
    or name:find("^x[-_]forwarded[-_]") ~= nil
end

-- What one part of a gateway tells another.
local function is_ours(name) return name:find("^x[-_]fairlead[-_]") ~= nil end

-- What stays between two who are connected; a proxy behind us drops all others that are named.
local KEPT = { ["close"] = true, ["keep-alive"] = true, ["upgrade"] = true, ["te"] = true }

local function without_others(values)
  local kept = {}
  for _, value in pairs(values) do
    for token in value:gmatch("[^,%s]+") do
      if KEPT[token:lower()] then kept[#kept + 1] = token end
    end
  end
  return table.concat(kept, ", ")
end

-- A gateway that is its own backend, by however many others, is asked the same request again and again.
local MOST_TURNS, TURNS = 10, "x-forwarded-turns"

-- Looks at a request's headers: takes away what clients say of themselves, unless they are believed, names of headers
-- that somebody behind us shall drop, and the wish for a protocol behind which nobody would look at requests. Answers
-- what is for no host, and what comes round.
function requests.vet(txn)
  local headers, is_trusted = txn.http:req_get_headers(), txn:get_var("txn.trusted")
  local host, version = requests.header(txn, "host"), txn.f:req_ver()
  if host and not is_host(host) or not host and version ~= "1.0" then return answer(400) end
  -- Who knows no chunks takes them for something else.
  if headers["transfer-encoding"] and version == "1.0" then return answer(400) end
  local turns = 0
  for name, values in pairs(headers) do
    local lower = name:lower()
    if lower == TURNS then turns = math.max(turns, math.floor(tonumber(values[0]) or 0)) end
    if is_ours(lower) or lower == TURNS or (is_said(lower) and not is_trusted) then txn.http:req_del_header(name) end
    if lower == "upgrade" then
      for _, value in pairs(values) do
        if value:lower():find("h2c", 1, true) then txn.http:req_del_header(name) end
      end
    elseif lower == "connection" then
      local kept = without_others(values)
      if kept == "" then txn.http:req_del_header(name) else txn.http:req_set_header(name, kept) end
    end
  end
  -- Whoever forwards has been here, or is another proxy.
  if headers["x-forwarded-for"] or headers[TURNS] then
    if turns >= MOST_TURNS then return answer(508) end
    txn.http:req_set_header(TURNS, string.format("%d", turns + 1))
  end
end

-- A rule may take the header away by which it would be known that a request comes round.
function requests.keep_turns(txn)
  if not requests.header(txn, "x-forwarded-for") and not requests.header(txn, TURNS) then
    txn.http:req_set_header(TURNS, "1")
  end
end

return requests
