-- Paths of requests: as they are matched, and as rules move them.

local expressions = require("expressions")
local requests = require("requests")
local sound = require("answers").sound
local answer = require("answers").answer

local paths = {}

-- As requestPath() in src/routes/table/request-path.ts does it.
local function clean_path(raw)
  if raw:byte(1) ~= 47 or raw:find("[^!-~]") or raw:find("[#?\\]") or raw:gsub("%%%x%x", ""):find("%", 1, true) then
    return nil
  end
  local path = raw:gsub("%%(%x%x)", function(digits)
    local octet = string.char(tonumber(digits, 16))
    return octet:find("[A-Za-z0-9._~-]") and octet or "%" .. digits:upper()
  end)
  if path:find("%%[01]%x") or path:find("%7F", 1, true) or path:find("%5C", 1, true) then return nil end
  local segments, is_folder = {}, false
  for segment in path:gmatch("/([^/]*)") do
    is_folder = segment == "" or segment == "." or segment == ".."
    if segment == ".." then segments[#segments] = nil
    elseif segment ~= "." and segment ~= "" then segments[#segments + 1] = segment end
  end
  path = "/" .. table.concat(segments, "/")
  if is_folder and path ~= "/" then path = path .. "/" end
  -- A segment may begin at a slash, also at an escaped one.
  local spread = path:gsub("%%2F", "/\1"):gsub("%%3B", ";") .. "/"
  for before, dots, after in spread:gmatch("()/\1?(%.%.?)([/;]%c?)") do
    local is_escaped = spread:byte(before + 1) == 1 or after == "/\1" or after:byte(1) == 59
    if is_escaped and dots then return nil end
  end
  return path
end

-- Whether what stands before a path, where a client writes it as to a proxy (HTTP/2 always does), names a scheme that is
-- served here and a host alone.
local function is_before(text)
  local scheme, authority = text:lower():match("^(%l+)://([^@]+)$")
  return text == "" or authority ~= nil and (scheme == "http" or scheme == "https")
end

-- Has a request's path as it is matched, and nothing before it. Returns what is answered to one without a path.
function paths.clean(txn)
  local url, target = txn.f:url(), txn.f:pathq() or ""
  local raw, query = target:match("^([^?]*)(.*)$")
  local path = clean_path(raw)
  if not path or query:find("#", 1, true) or not is_before(url:sub(1, #url - #target)) then return answer(400) end
  if path .. query ~= url then txn.http:req_set_uri(path .. query) end
end

-- A path, without its query, as src/routes/table/moved-path.ts moves it.
local function moved_path(change, path)
  if change.type == "Full" then return change.value end
  if change.type == "Prefix" then
    local rest = path:sub(change.matched == "/" and 1 or #change.matched + 1)
    if rest == "" then return change.value == "" and "/" or change.value end
    return change.value:gsub("/$", "") .. rest
  end
  local groups = expressions.groups(change.program, path, expressions.work())
  if not groups then return path end
  return (change.value:gsub("%$(%d)", function(digit) return groups[tonumber(digit)] end))
end

local STANDARD = { http = 80, https = 443 }

local function location(txn, redirect)
  local own = txn.f:ssl_fc() == 1 and "https" or "http"
  local scheme = redirect.scheme or own
  local port = redirect.port or redirect.scheme and STANDARD[scheme]
    or requests.port_of(txn).port
  local host = redirect.hostname or txn:get_var("txn.host") or ""
  local path = txn.f:path()
  if redirect.path then path = moved_path(redirect.path, path) end
  if port ~= STANDARD[scheme] then host = host .. ":" .. port end
  return scheme .. "://" .. host .. path .. requests.query_of(txn)
end

function paths.redirected(txn, redirect)
  return { status = redirect.status, headers = { location = { sound(location(txn, redirect)) } }, body = "" }
end

function paths.rewrite(txn, change)
  if change.path then
    local path = moved_path(change.path, txn.f:path())
    if path:find("[^!-~]") then error("a path that is no path") end
    txn.http:req_set_uri(path .. requests.query_of(txn))
  end
  if change.hostname then
    txn.http:req_set_header("host", sound(change.hostname))
  end
end

return paths
