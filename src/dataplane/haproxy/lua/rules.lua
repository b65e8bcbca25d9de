-- What a rule does with a request that is for it.

local answers = require("answers")
local backends = require("backends")
local bodies = require("bodies")
local cors = require("cors")
local filters = require("filters")
local paths = require("paths")
local requests = require("requests")
local answer = answers.answer
local named = require("texts").named

local rules = {}

local function forward(txn, rule, later, copied)
  local backend, server, stop
  if rule.persistence then backend, server, stop = backends.remembered(txn, rule.persistence, rule.action.to) end
  backend = backend or backends.chosen(txn, rule.action.to)
  if not backend then return answer(500) end
  local reply = filters.apply(txn, backend.filters, later, copied)
  if reply then return reply end
  if not backend.slot then return answer(backend.status) end
  if server then txn:set_var("txn.server", server) end
  if rule.persistence then
    later[#later + 1] = { type = "persistence", how = rule.persistence, key = backend.key, server = server, stop = stop }
  end
  if rule.backendTimeoutMs then txn:set_var("txn.timeout", math.tointeger(rule.backendTimeoutMs)) end
  if rule.requestTimeoutMs then txn:set_var("txn.deadline", math.tointeger(rule.requestTimeoutMs)) end
  txn:set_var("txn.to", backend.slot .. ";" .. rule.name)
end

local function followed(txn, rule, later, copied)
  if rule.sources and not requests.comes_from(txn, rule.sources) then return answer(403) end
  if rule.refused and requests.comes_from(txn, rule.refused) then return answer(403) end
  local reply = rule.bodyLimit and bodies.judge(txn, rule.bodyLimit) or filters.apply(txn, rule.filters, later, copied)
  if reply then return reply end
  local action = rule.action
  if action.type == "redirect" then return paths.redirected(txn, action) end
  if action.type == "answer" then return answer(action.status) end
  return forward(txn, rule, later, copied)
end

-- An answer of a rule's own. It is counted by its rule, and then given.
local function counted(txn, name, reply)
  txn:set_priv({ reply = reply })
  txn:unset_var("txn.limit")
  -- The log tells the rule, and no slot.
  txn:set_var("txn.to", ";" .. name)
  txn:set_var("txn.counted", reply.status // 100 .. ";" .. name)
end

local function read_program(change)
  if change.path and change.path.program then named(change.path.program) end
end

-- Reads a rule by its name, and all that it names.
function rules.read(name)
  local rule = named(name)
  for _, filter in ipairs(rule.filters) do read_program(filter) end
  read_program(rule.action)
  for _, backend in ipairs(rule.action.to or {}) do
    for _, filter in ipairs(backend.filters) do read_program(filter) end
  end
end

function rules.give(txn) return txn:get_priv().reply end

-- Does what the rule of a name says.
function rules.follow(txn, name)
  local rule = named(name)
  local later, copied = {}, {}
  local reply = followed(txn, rule, later, copied)
  if reply then return counted(txn, rule.name, answers.dressed(reply, later)) end
  if #later == 0 and #copied == 0 then return end
  txn:set_priv({ later = later, copied = copied })
  if #later > 0 then txn:set_var("txn.later", true) end
  if #copied > 0 then txn:set_var("txn.copies", true) end
end

-- Refuses a body that has been waited for and is too large, or may be.
function rules.measure(txn)
  local reply = bodies.measured(txn)
  if reply then counted(txn, txn:get_var("txn.to"):match(";(.*)$"), reply) end
end

-- An answer of a backend gets what the rule asks for.
function rules.answered(txn)
  for _, change in ipairs(txn:get_priv().later) do
    if change.type == "responseHeaders" then filters.change_answer(txn, change)
    elseif change.type == "cors" then cors.change_answer(txn, change)
    else backends.remember(txn, change) end
  end
end

return rules
