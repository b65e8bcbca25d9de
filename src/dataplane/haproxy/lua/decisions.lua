-- Which rule a request is for, where its path alone does not say it.

local answer = require("answers").answer
local expressions = require("expressions")
local hosts = require("hosts")
local requests = require("requests")
local rules = require("rules")
local texts = require("texts")
local walk = hosts.walk
local matches = expressions.matches

local decisions = {}

local listeners = Map.new("maps/listeners.map", Map._str)

local function agrees(wanted, value, work)
  expressions.spend(work, 1)
  if not value then return false end
  if wanted.type == "Exact" then return value == wanted.value end
  return matches(wanted.program, value, work)
end

-- Headers and parameters are read once for a request, however many candidates ask for them; that is work, too.
local function header_of(asked, name)
  local value = asked.headers[name]
  if value == nil then
    local lines = asked.txn.f:req_fhdr_cnt(name)
    expressions.spend(asked.work, 20 + lines * lines)
    value = requests.header(asked.txn, name) or false
    asked.headers[name] = value
  end
  return value
end

local function parameter_of(asked, name)
  if not asked.parameters then
    local query = asked.txn.f:query() or ""
    expressions.spend(asked.work, #query)
    asked.parameters = requests.parameters(query)
  end
  return asked.parameters[name]
end

local function takes(candidate, asked)
  expressions.spend(asked.work, 1)
  if candidate.method and candidate.method ~= asked.txn.f:method() then return false end
  if candidate.path and not matches(candidate.path, asked.path, asked.work) then return false end
  for _, wanted in ipairs(candidate.headers or {}) do
    if not agrees(wanted, header_of(asked, wanted.name), asked.work) then return false end
  end
  for _, wanted in ipairs(candidate.query or {}) do
    if not agrees(wanted, parameter_of(asked, wanted.name), asked.work) then return false end
  end
  return true
end

-- Of a decision, or of those who are candidates in many.
local function read(name, work)
  local value, octets = texts.named(name)
  expressions.spend(work, octets // 5)
  return value
end

-- Where the first leads that takes a request; nothing where none does.
local function first_of(candidates, asked)
  for _, candidate in ipairs(candidates) do
    if candidate.among then
      local to = first_of(read(candidate.among, asked.work).candidates, asked)
      if to then return to end
    elseif takes(candidate, asked) then return candidate.to end
  end
end

-- What a map says of a path, as far as it is about rules alone.
local function decided(txn, value)
  local path = txn.f:path()
  local asked = { txn = txn, path = path, work = expressions.work(), headers = {} }
  while true do
    expressions.spend(asked.work, 1)
    local kind = value:byte(1)
    if kind == 33 then
      local decision = read(value:sub(2), asked.work)
      value = first_of(decision.candidates, asked) or decision.otherwise
    elseif kind == 94 then
      local shared, from = value:match("^.(.-)([^/]*)$")
      value = walk(requests.port_of(txn).paths, shared, txn:get_var("txn.host") or "", path .. "/?", from) or "-"
    elseif kind == 126 then
      value = walk(requests.port_of(txn).paths, value .. "/", txn:get_var("txn.host") or "", path .. "/?") or "-"
    else return value end
  end
end

-- What the map says of a host, however many labels it has.
local function found(txn)
  return walk(requests.port_of(txn).paths, "", txn:get_var("txn.host") or "", txn.f:path() .. "/?")
end

-- The same, when all texts have been read that are needed from there on.
local function prepared(txn, value)
  value = decided(txn, value)
  if value:byte(1) == 61 then rules.read(value:sub(2)) end
  return value
end

-- Finds the rule for what a map says of a path, and follows it. Others have their turn meanwhile, also who changes routes:
-- then the map is asked again.
function decisions.route(txn)
  local is_done, value = pcall(prepared, txn, txn:get_var("txn.to"))
  if not is_done and value == texts.GONE then value = prepared(txn, found(txn) or "-")
  elseif not is_done then error(value, 0) end
  local kind = value:byte(1)
  if kind == 45 then return answer(404) end
  if kind == 61 then return rules.follow(txn, value:sub(2)) end
  txn:set_var("txn.to", value)
end

-- Finds what the map says of hosts of more labels than the configuration tries.
function decisions.find(txn)
  local value = found(txn)
  if value then txn:set_var("txn.to", value) end
end

-- A connection may be for another listener than the request that comes by it.
function decisions.misdirected(txn)
  local before = requests.port_of(txn).bind .. "/"
  local asked = (hosts.name(txn.f:ssl_fc_sni() or "") or ""):lower()
  local own = walk(listeners, before, txn:get_var("txn.host") or "", "")
  if own and own ~= walk(listeners, before, asked, "") then return answer(421) end
end

return decisions
