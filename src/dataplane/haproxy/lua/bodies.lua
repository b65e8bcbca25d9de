-- How much of a body may pass, where a rule says so.

local answer = require("answers").answer
local requests = require("requests")

local bodies = {}

-- A body that says how large it is need not be waited for. Of another one the rule's limit is held where it was written
-- for this rule: a proxy of this version cannot count what passes it.
function bodies.judge(txn, limit)
  local length = requests.header(txn, "content-length")
  if length then return tonumber(length) > limit.octets and answer(413) or nil end
  if limit.isWritten then
    txn:set_var("txn.limit", math.tointeger(limit.octets))
    txn:set_var("txn.since", core.now().sec)
  end
end

-- A buffer has room for so much of a request at least (tune.bufsize without tune.maxrewrite, and what HAProxy notes of
-- 128 headers): a body has ended that was waited for and left room.
bodies.ROOM = 23000
local WAITED = 29

-- Of one that has been waited for.
function bodies.measured(txn)
  if txn.f:req_body_len() > txn:get_var("txn.limit") then return answer(413) end
  if txn.req:input() >= bodies.ROOM then return answer(411) end
  if core.now().sec - txn:get_var("txn.since") >= WAITED then return answer(408) end
end

return bodies
