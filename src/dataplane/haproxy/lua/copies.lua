-- Copies of requests, whose answers nobody waits for. They go through the proxy once more, to the slot that a header of
-- ours names.

local requests = require("requests")
local ROOM = require("bodies").ROOM

local copies = {}

-- Under way at once in this thread; further ones are left out, those of a namespace where it has as many as are left free, those to a
-- backend where it has half as many.
local MOST = 50
-- Seconds that a copy is under way, and lines of an answer that are read until it is the last one: some tell for ever that they
-- are about to begin.
local LONGEST, LINES = 30, 100
-- Milliseconds that a body is waited for, which says how large it is, or does not.
local PATIENCE, SHORT_PATIENCE = 5000, 100

-- Headers that are said anew, or for a conversation that nobody goes on with, and those that tell the proxy where a copy goes.
local LEFT_OUT = {
  ["content-length"] = true, ["transfer-encoding"] = true, connection = true, expect = true, host = true, upgrade = true,
}
local OWN = "x-fairlead-"

-- All, and by namespaces, and by backends of each.
local under_way, own = 0, {}

-- Also where copies to one backend hang, those to others of its namespace go.
local function has_room(copy)
  local free = MOST - under_way
  return (own[copy.namespace] or 0) < free and 2 * (own[copy.backend] or 0) < free
end

local function count(copy, change)
  under_way = under_way + change
  for _, owner in ipairs({ copy.namespace, copy.backend }) do
    local left = (own[owner] or 0) + change
    own[owner] = left > 0 and left or nil
  end
end

-- A request as it is now, but for its body, for a rule of a namespace.
function copies.take(txn, slot, namespace)
  local all = txn.http:req_get_headers()
  local host = all.host and all.host[0] or "localhost"
  local lines = { "POST " .. txn.f:pathq() .. " HTTP/1.1", "host: " .. host, "connection: close" }
  for name, values in pairs(all) do
    if not LEFT_OUT[name] and name:sub(1, #OWN) ~= OWN then
      for _, value in pairs(values) do table.insert(lines, name .. ": " .. value) end
    end
  end
  for name, value in pairs({ slot = slot, method = txn.f:method(), timeout = "10000" }) do
    table.insert(lines, OWN .. name .. ": " .. value)
  end
  return { namespace = namespace, backend = namespace .. "/" .. slot, head = table.concat(lines, "\r\n") }
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

-- Whether an answer's last word has come: nobody needs the rest of it.
local function is_last(line) return not line or line:find("^HTTP/1%.1 [^1]") ~= nil end

local function send(copy, body)
  local socket, stop = core.tcp(), core.now().sec + LONGEST
  socket:settimeout(LONGEST)
  if socket:connect("abns@fairlead-copies") then
    local length = body ~= "" and "\r\ncontent-length: " .. #body or ""
    socket:send(copy.head .. length .. "\r\n\r\n" .. body)
    for _ = 1, LINES do
      if is_last(socket:receive("*l")) then break end
      local left = stop - core.now().sec
      if left <= 0 then break end
      socket:settimeout(left)
    end
  end
  -- Ends what is still under way behind it, too.
  socket:close()
end

-- Sends the copies of a request on their way.
function copies.send(txn)
  local taken, body = txn:get_priv().copied, nil
  for _, copy in ipairs(taken) do
    if has_room(copy) then
      body = body or body_of(txn)
      if not body then return end
      if has_room(copy) then
        count(copy, 1)
        core.register_task(function()
          pcall(send, copy, body)
          count(copy, -1)
        end)
      end
    end
  end
end

return copies
