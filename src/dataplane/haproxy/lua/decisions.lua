-- Which rule a request is for, where its path alone does not say it.

local answer = require("answers").answer
local expressions = require("expressions")
local requests = require("requests")
local rules = require("rules")
local named = require("texts").named
local walk = require("hosts").walk
local matches = expressions.matches

local decisions = {}

local listeners = Map.new("maps/listeners.map", Map._str)

local function agrees(wanted, value, work)
  if not value then return false end
  if wanted.type == "Exact" then return value == wanted.value end
  return matches(wanted.program, value, work)
end

local function takes(candidate, txn, path, work)
  if candidate.method and candidate.method ~= txn.f:method() then return false end
  if candidate.path and not matches(candidate.path, path, work) then return false end
  for _, wanted in ipairs(candidate.headers or {}) do
    if not agrees(wanted, requests.header(txn, wanted.name), work) then return false end
  end
  for _, wanted in ipairs(candidate.query or {}) do
    if not agrees(wanted, requests.parameter(txn.f:query() or "", wanted.name), work) then return false end
  end
  return true
end

-- Finds the rule for what a map says of a path, and follows it.
function decisions.route(txn)
  local value = txn:get_var("txn.to")
  local path, work = txn.f:path(), expressions.work()
  for _ = 1, 300 do
    local kind = value:byte(1)
    if kind == 33 then
      local decision = named(value:sub(2))
      value = decision.otherwise
      for _, candidate in ipairs(decision.candidates) do
        if takes(candidate, txn, path, work) then
          value = candidate.to
          break
        end
      end
    elseif kind == 94 then
      local shared, from = value:match("^.(.-)([^/]*)$")
      value = walk(requests.port_of(txn).paths, shared, txn:get_var("txn.host") or "", path .. "/?", from) or "-"
    elseif kind == 126 then
      value = walk(requests.port_of(txn).paths, value .. "/", txn:get_var("txn.host") or "", path .. "/?") or "-"
    elseif kind == 45 then return answer(404)
    elseif kind == 61 then return rules.follow(txn, value:sub(2))
    else
      txn:set_var("txn.to", value)
      return nil
    end
  end
  error("a decision without an end")
end

-- Finds what the map says of hosts of more labels than the configuration tries.
function decisions.find(txn)
  local value = walk(requests.port_of(txn).paths, "", txn:get_var("txn.host") or "", txn.f:path() .. "/?")
  if value then txn:set_var("txn.to", value) end
end

-- A connection may be for another listener than the request that comes by it.
function decisions.misdirected(txn)
  local before = requests.port_of(txn).bind .. "/"
  local asked = (txn.f:ssl_fc_sni() or ""):lower():gsub("%.$", "")
  local own = walk(listeners, before, txn:get_var("txn.host") or "", "")
  if own and own ~= walk(listeners, before, asked, "") then return answer(421) end
end

return decisions
