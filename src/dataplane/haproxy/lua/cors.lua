-- Who may read an answer in a page of another origin.

local requests = require("requests")
local answer = require("answers").answer

local cors = {}

local function has_star(list)
  for _, value in ipairs(list) do
    if value == "*" then return true end
  end
  return false
end

-- In lower case, without the port that its scheme has anyway.
local function plain_origin(text)
  return (text:lower():gsub("^(http://.*):80$", "%1"):gsub("^(https://.*):443$", "%1"))
end

-- A star stands for a host or its first labels, and for no port.
local function allows_origin(rule, origin)
  origin = plain_origin(origin)
  for _, allowed in ipairs(rule.origins) do
    allowed = plain_origin(allowed)
    if allowed == "*" or allowed == origin then return true end
    local scheme, suffix = allowed:match("^(.*://)%*(.*)$")
    local is_around = scheme and origin:sub(1, #scheme) == scheme and origin:sub(#origin - #suffix + 1) == suffix
    if is_around and origin:sub(#scheme + 1, #origin - #suffix):find("^[%w._-]+$") then return true end
  end
  return false
end

-- What an answer says to an origin that is allowed: its name, as a star means nothing to a request with credentials.
local function cors_headers(rule, origin)
  local headers = { ["access-control-allow-origin"] = { origin }, vary = { "Origin" } }
  if rule.credentials then headers["access-control-allow-credentials"] = { "true" } end
  if #rule.exposeHeaders > 0 and not (rule.credentials and has_star(rule.exposeHeaders)) then
    headers["access-control-expose-headers"] = { table.concat(rule.exposeHeaders, ", ") }
  end
  return headers
end

local function preflight(txn, rule, origin)
  local method, names = requests.header(txn, "access-control-request-method"), requests.header(txn, "access-control-request-headers")
  local headers = cors_headers(rule, origin)
  local methods = has_star(rule.methods) and (rule.credentials and method or "*") or table.concat(rule.methods, ", ")
  if methods ~= "" then headers["access-control-allow-methods"] = { methods } end
  local allowed = table.concat(rule.allowHeaders, ", ")
  if has_star(rule.allowHeaders) then allowed = rule.credentials and (names or "") or "*" end
  if allowed ~= "" then headers["access-control-allow-headers"] = { allowed } end
  headers["access-control-max-age"] = { tostring(math.tointeger(rule.maxAgeSeconds)) }
  return { status = 204, headers = headers, body = "" }
end

-- What a backend says of this itself goes.
local REPLACED = {
  "access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers",
  "access-control-allow-methods", "access-control-allow-headers", "access-control-max-age",
}

-- What is answered at once; or, in `later`, what the answer gets.
function cors.apply(txn, rule, later)
  local origin = requests.header(txn, "origin")
  if not origin then return nil end
  local is_allowed = allows_origin(rule, origin)
  if txn.f:method() == "OPTIONS" and requests.header(txn, "access-control-request-method") then
    return is_allowed and preflight(txn, rule, origin) or answer(403)
  end
  -- Whoever keeps answers for others learns that they differ.
  local headers = is_allowed and cors_headers(rule, origin) or { vary = { "Origin" } }
  later[#later + 1] = { type = "cors", headers = headers, replaces = REPLACED }
end

-- In an answer of a backend.
function cors.change_answer(txn, change)
  for _, name in ipairs(change.replaces) do txn.http:res_del_header(name) end
  for name, values in pairs(change.headers) do txn.http:res_add_header(name, values[1]) end
end

return cors
