-- Whom a request goes to: by weights, or to whom its client was sent before.

local sound = require("answers").sound
local requests = require("requests")

local backends = {}

-- One by its weight; nothing where all weights are 0.
function backends.chosen(txn, all)
  local total = 0
  for _, backend in ipairs(all) do total = total + backend.weight end
  if total == 0 then return nil end
  local drawn = #all > 1 and txn.f:rand(total) or 0
  for _, backend in ipairs(all) do
    drawn = drawn - backend.weight
    if drawn < 0 then return backend end
  end
end

-- Whom a client was sent to before: `BACKEND.SERVER`, with the time until when, if there is one.
function backends.remembered(txn, persistence, all)
  local value = persistence.type == "Cookie" and txn.f:req_cook(persistence.name) or requests.header(txn, persistence.name)
  local key, server, rest = (value or ""):match("^(%x+)%.(e%x+)(.*)$")
  local stop = rest and math.tointeger(tonumber(rest:match("^%.(%d+)$")))
  if not key or persistence.absoluteTimeoutMs and (not stop or stop <= core.now().sec) then return nil end
  for _, backend in ipairs(all) do
    if backend.key == key then return backend, server, stop end
  end
end

-- Has an answer's client come back to the server that it had this time.
function backends.remember(txn, persistence)
  local how, server, now = persistence.how, txn:get_var("txn.served") or txn.f:srv_name(), core.now().sec
  if not server or how.type == "Cookie" and server == persistence.server then return end
  local value, limit = persistence.key .. "." .. server, how.absoluteTimeoutMs
  local stop = server == persistence.server and persistence.stop or limit and now + limit // 1000
  if limit then value = value .. "." .. math.tointeger(stop) end
  if how.type == "Header" then return txn.http:res_set_header(how.name, value) end
  local cookie = how.name .. "=" .. value .. "; Path=/; HttpOnly; SameSite=Lax"
  if limit and how.lifetime == "Permanent" then cookie = cookie .. "; Max-Age=" .. math.tointeger(limit // 1000) end
  if txn.f:ssl_fc() == 1 then cookie = cookie .. "; Secure" end
  txn.http:res_add_header("set-cookie", sound(cookie))
end

return backends
