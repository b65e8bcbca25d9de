-- Copies of requests, whose answers nobody waits for. They go through the proxy once more, to the slot that a header of
-- ours names.

local requests = require("requests")
local ROOM = require("bodies").ROOM

local copies = {}

-- Under way at once in this thread; further ones are left out.
local MOST = 50
-- Milliseconds that a body is waited for, which says how large it is, or does not.
local PATIENCE, SHORT_PATIENCE = 5000, 100

-- Headers that are said anew, and those that tell the proxy where a copy goes.
local LEFT_OUT = { ["content-length"] = true, ["transfer-encoding"] = true, expect = true }
local OWN = "x-fairlead-"

local under_way = 0

-- A request as it is now, but for its body.
function copies.take(txn, slot)
  local all, headers = txn.http:req_get_headers(), {}
  for name, values in pairs(all) do
    if not LEFT_OUT[name] and name:sub(1, #OWN) ~= OWN then
      headers[name] = {}
      for _, value in pairs(values) do table.insert(headers[name], value) end
    end
  end
  headers[OWN .. "slot"] = { slot }
  headers[OWN .. "method"] = { txn.f:method() }
  headers[OWN .. "timeout"] = { "10000" }
  local host = all.host and all.host[0] or "localhost"
  return { url = "http://" .. host .. txn.f:pathq(), headers = headers }
end

-- The whole body; nothing where it is too large, or does not come. HAProxy knows where it ends, whatever says so: a length,
-- the last chunk, or the end of a stream.
local function body_of(txn)
  local length = tonumber(requests.header(txn, "content-length"))
  local head, slept, pause = txn.req:input() - txn.f:req_body_len(), 0, 1
  local patience = length and PATIENCE or SHORT_PATIENCE
  if length and head + length > ROOM then return nil end
  while txn.f:internal_htx_has_eom() ~= 1 do
    if slept >= patience or txn.req:input() >= ROOM then return nil end
    core.msleep(pause)
    slept, pause = slept + pause, math.min(pause * 2, 50)
  end
  return txn.sf:req_body()
end

local function send(copy, body)
  local client = core.httpclient()
  local act = body == "" and client.get or client.post
  pcall(act, client, { url = copy.url, headers = copy.headers, body = body ~= "" and body or nil, dst = "abns@fairlead-copies" })
  under_way = under_way - 1
end

-- Sends the copies of a request on their way.
function copies.send(txn)
  local body = under_way < MOST and body_of(txn) or nil
  if not body then return end
  for _, copy in ipairs(txn:get_priv().copied) do
    if under_way >= MOST then break end
    under_way = under_way + 1
    core.register_task(function() send(copy, body) end)
  end
end

return copies
