-- What HAProxy does with a request where a look into a map does not say it all: the text of decisions and rules, which
-- are data (maps/texts.map), is read once and kept. Loaded in each thread by itself (lua-load-per-thread). What goes wrong
-- in here is answered with 500: a request never passes without what its rule asks for.

local maps = {
  texts = Map.new("maps/texts.map", Map._str),
  listeners = Map.new("maps/listeners.map", Map._str),
  ended = Map.new("maps/ended.map", Map._str),
  names = Map.new("maps/names.map", Map._str),
}
-- By the names of frontends: the port as clients know it, the pod's own, and the map of its paths; from `10000=80 10001=443`.
local ports = {}
for bind, port in (os.getenv("GATEWAY_PORTS") or ""):gmatch("(%d+)=(%d+)") do
  ports["port-" .. bind] = { bind = bind, port = tonumber(port), paths = Map.new("maps/paths-" .. bind .. ".map", Map._beg) }
end

-- JSON -----------------------------------------------------------------------------------------------------------------

local ESCAPES = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }
local read

local function read_string(text, at)
  local stop = at
  repeat
    stop = text:find('["\\]', stop)
    if text:byte(stop) == 92 then stop = stop + 2 else break end
  until false
  local plain = text:sub(at, stop - 1)
  if plain:find("\\", 1, true) then
    plain = plain:gsub("\\(.)(%x?%x?%x?%x?)", function(kind, digits)
      if kind == "u" then return utf8.char(tonumber(digits, 16)) end
      return (ESCAPES[kind] or kind) .. digits
    end)
    -- Two halves of one character.
    plain = plain:gsub("\xED([\xA0-\xAF])([\x80-\xBF])\xED([\xB0-\xBF])([\x80-\xBF])", function(a, b, c, d)
      local high, low = (a:byte() & 0x0F) << 6 | b:byte() & 0x3F, (c:byte() & 0x0F) << 6 | d:byte() & 0x3F
      return utf8.char(0x10000 + (high << 10) + low)
    end)
  end
  return plain, stop + 1
end

local function read_list(text, at)
  local list, value = {}, nil
  if text:byte(at) == 93 then return list, at + 1 end
  repeat
    value, at = read(text, at)
    list[#list + 1] = value
    at = at + 1
  until text:byte(at - 1) == 93
  return list, at
end

local function read_object(text, at)
  local object, name = {}, nil
  if text:byte(at) == 125 then return object, at + 1 end
  repeat
    name, at = read_string(text, at + 1)
    object[name], at = read(text, at + 1)
    at = at + 1
  until text:byte(at - 1) == 125
  return object, at
end

-- As JSON.stringify() writes it, without blanks between. Returns the value and where the next one begins.
function read(text, at)
  local first = text:byte(at)
  if first == 34 then return read_string(text, at + 1) end
  if first == 91 then return read_list(text, at + 1) end
  if first == 123 then return read_object(text, at + 1) end
  local word = text:match("^[%w.+-]+", at)
  if word == "true" then return true, at + 4 end
  if word == "false" then return false, at + 5 end
  return tonumber(word), at + #word
end

-- Texts ----------------------------------------------------------------------------------------------------------------

local KEPT = 20000
local known, count = {}, 0

-- What a name stands for, read. A name is held against its text: it might come to stand for another one.
local function named(name)
  local text = maps.texts:lookup(name)
  local found = known[name]
  if found and found.text == text then return found.value end
  local all, part = { text:sub(2) }, 1
  while text:byte(1) == 62 do
    text = maps.texts:lookup(name .. "." .. part)
    part = part + 1
    all[part] = text:sub(2)
  end
  local value = read(table.concat(all), 1)
  if count >= KEPT then known, count = {}, 0 end
  -- One of several parts is read each time: they are long, and rare.
  if part == 1 then
    known[name], count = { text = text, value = value }, count + 1
  end
  return value
end

local expressions, compiled = {}, 0

-- An expression of RE2 that matches the whole of a text. PCRE knows all of them, but may take long: it is told to give up.
local function expression(pattern)
  local found = expressions[pattern]
  if not found then
    local is_good
    is_good, found = Regex.new("(*LIMIT_MATCH=100000)^(?:" .. pattern .. ")\\z", true)
    if not is_good then error("expression " .. pattern .. ": " .. tostring(found)) end
    if compiled >= KEPT then expressions, compiled = {}, 0 end
    expressions[pattern], compiled = found, compiled + 1
  end
  return found
end

-- Hosts ----------------------------------------------------------------------------------------------------------------

-- Looks up hostnames, the most specific one for the host first, beginning with `from`, if it is said. Keys are `before`, the
-- hostname, and `rest`.
local function walk(map, before, host, rest, from)
  local suffix, is_first, started = host, true, from == nil or from == host
  if started then
    local value = map:lookup(before .. host .. rest)
    if value then return value end
  end
  while true do
    local dot = suffix:find(".", 1, true)
    if not dot then break end
    suffix = suffix:sub(dot)
    for _, star in ipairs(is_first and { "+", "*" } or { "*" }) do
      started = started or from == star .. suffix
      local value = started and map:lookup(before .. star .. suffix .. rest)
      if value then return value end
    end
    suffix, is_first = suffix:sub(2), false
  end
  if host ~= "" then return map:lookup(before .. rest) end
  return nil
end

-- Requests -------------------------------------------------------------------------------------------------------------

local function port_of(txn) return ports[txn.f:fe_name()] end

-- With its question mark.
local function query_of(txn) return txn.f:pathq():match("^[^?]*(.*)$") end

-- A header's value, of several lines all, joined by commas; nothing without the header.
local function header(txn, name)
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

-- The first value of a parameter.
local function parameter(query, wanted)
  for pair in query:gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=?(.*)$")
    if decoded(name) == wanted then return decoded(value) end
  end
  return nil
end

-- What a request may take of a thread for the expressions that it is held against, seconds, and what one is tried on,
-- octets: a request that would take more is answered with 500, before others have to wait.
local BUDGET, LONGEST = 0.1, 8192
local spent = 0

local function fits(pattern, text)
  if #text > LONGEST then error("a text that is too long for an expression") end
  if spent > BUDGET then error("expressions that take too long") end
  local began = os.clock()
  local is_match = expression(pattern):exec(text)
  spent = spent + os.clock() - began
  return is_match
end

local function agrees(wanted, value)
  if not value then return false end
  if wanted.type == "Exact" then return value == wanted.value end
  return fits(wanted.value, value)
end

local function takes(candidate, txn, path)
  if candidate.method and candidate.method ~= txn.f:method() then return false end
  if candidate.path and not fits(candidate.path, path) then return false end
  for _, wanted in ipairs(candidate.headers or {}) do
    if not agrees(wanted, header(txn, wanted.name)) then return false end
  end
  for _, wanted in ipairs(candidate.query or {}) do
    if not agrees(wanted, parameter(txn.f:query() or "", wanted.name)) then return false end
  end
  return true
end

-- Answers --------------------------------------------------------------------------------------------------------------

local TEXTS = {
  [400] = "bad request", [403] = "forbidden", [404] = "no route", [408] = "request timeout", [411] = "length required", [413] = "content too large",
  [421] = "misdirected request", [500] = "internal error", [502] = "bad gateway", [503] = "no endpoint",
}

local function answer(status, headers)
  local text = TEXTS[status]
  headers = headers or {}
  if text then headers["content-type"] = { "text/plain" } end
  return { status = status, headers = headers, body = text and text .. "\n" or "" }
end

-- A function as an action: what it returns is answered. Outside of it, since an answer ends the action as an error does.
local function guarded(work)
  return function(txn)
    local is_done, reply = pcall(work, txn)
    if not is_done then
      core.Alert("gateway: " .. tostring(reply))
      reply = answer(500)
    end
    if reply then txn:done(txn:reply(reply)) end
  end
end

-- What is written into a request or an answer: with the end of a line in it, it would be two.
local function sound(text)
  if text:find("[%z\1-\8\10-\31\127]") then error("a value that is more than a line") end
  return text
end

-- Paths ----------------------------------------------------------------------------------------------------------------

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
  for segment in path:gsub("//+", "/"):gmatch("/([^/]*)") do
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

local function clean(txn)
  local target = txn.f:pathq() or ""
  local raw, query = target:match("^([^?]*)(.*)$")
  local path = clean_path(raw)
  if not path or query:find("#", 1, true) then return answer(400) end
  if path ~= raw then txn.http:req_set_path(path) end
end

-- Rules ----------------------------------------------------------------------------------------------------------------

local function moved_path(change, path)
  if change.type == "Full" then return change.value end
  if change.type == "Prefix" then
    local rest = path:sub(change.matched == "/" and 1 or #change.matched + 1)
    if rest == "" then return change.value == "" and "/" or change.value end
    return change.value:gsub("/$", "") .. rest
  end
  local is_match, groups = expression(change.pattern):match(path)
  if not is_match then return path end
  local moved = change.value:gsub("%$(%d)", function(digit) return groups[tonumber(digit) + 1] or "" end)
  return moved
end

local STANDARD = { http = 80, https = 443 }

local function location(txn, redirect)
  local own = txn.f:ssl_fc() == 1 and "https" or "http"
  local scheme = redirect.scheme or own
  local port = redirect.port or redirect.scheme and STANDARD[scheme]
    or port_of(txn).port
  local host = redirect.hostname or txn:get_var("txn.host") or ""
  local path = txn.f:path()
  if redirect.path then path = moved_path(redirect.path, path) end
  if port ~= STANDARD[scheme] then host = host .. ":" .. port end
  return scheme .. "://" .. host .. path .. query_of(txn)
end

local function redirected(txn, redirect)
  return { status = redirect.status, headers = { location = { sound(location(txn, redirect)) } }, body = "" }
end

local function has(list, wanted)
  for _, value in ipairs(list) do
    if value == "*" or value:lower() == wanted:lower() then return true end
  end
  return false
end

-- In lower case, without the port that its scheme has anyway.
local function plain_origin(text)
  return (text:lower():gsub("^(http://.*):80$", "%1"):gsub("^(https://.*):443$", "%1"))
end

local function allows_origin(cors, origin)
  origin = plain_origin(origin)
  for _, allowed in ipairs(cors.origins) do
    allowed = plain_origin(allowed)
    if allowed == "*" or allowed == origin then return true end
    local scheme, suffix = allowed:match("^(.*://)%*(.*)$")
    local is_port = scheme and allowed:match(":(%d+)$") == origin:match(":(%d+)$")
    if is_port and origin:sub(1, #scheme) == scheme and #origin > #scheme + #suffix and origin:sub(-#suffix) == suffix then
      return true
    end
  end
  return false
end

-- What an answer says to an origin that is allowed: its name, as a star means nothing to a request with credentials.
local function cors_headers(cors, origin)
  local headers = { ["access-control-allow-origin"] = { origin }, vary = { "Origin" } }
  if cors.credentials then headers["access-control-allow-credentials"] = { "true" } end
  if #cors.exposeHeaders > 0 and not (cors.credentials and has(cors.exposeHeaders, "*")) then
    headers["access-control-expose-headers"] = { table.concat(cors.exposeHeaders, ", ") }
  end
  return headers
end

local function preflight(txn, cors, origin)
  local method, names = header(txn, "access-control-request-method"), header(txn, "access-control-request-headers")
  local headers = cors_headers(cors, origin)
  local methods = has(cors.methods, "*") and (cors.credentials and method or "*") or table.concat(cors.methods, ", ")
  if methods ~= "" then headers["access-control-allow-methods"] = { methods } end
  local allowed = table.concat(cors.allowHeaders, ", ")
  if has(cors.allowHeaders, "*") then allowed = cors.credentials and (names or "") or "*" end
  if allowed ~= "" then headers["access-control-allow-headers"] = { allowed } end
  headers["access-control-max-age"] = { tostring(math.tointeger(cors.maxAgeSeconds)) }
  return { status = 204, headers = headers, body = "" }
end

local function with_cors(txn, cors, later)
  local origin = header(txn, "origin")
  if not origin then return nil end
  local is_allowed = allows_origin(cors, origin)
  if txn.f:method() == "OPTIONS" and header(txn, "access-control-request-method") then
    return is_allowed and preflight(txn, cors, origin) or answer(403)
  end
  later[#later + 1] = { type = "cors", headers = is_allowed and cors_headers(cors, origin) or {} }
end

local function change_request(txn, change)
  for _, one in ipairs(change.set) do txn.http:req_set_header(one.name, sound(one.value)) end
  for _, one in ipairs(change.add) do txn.http:req_add_header(one.name, sound(one.value)) end
  for _, name in ipairs(change.remove) do txn.http:req_del_header(name) end
end

local function rewrite(txn, change)
  if change.path then
    local path = moved_path(change.path, txn.f:path())
    if path:find("[^!-~]") then error("a path that is no path") end
    txn.http:req_set_uri(path .. query_of(txn))
  end
  if change.hostname then
    if not change.path then txn.http:req_set_uri(txn.f:pathq()) end
    txn.http:req_set_header("host", sound(change.hostname))
  end
end

-- Does filters in their order. `later` is what the answer gets, `copies` where copies go. Returns what is answered at once.
local function apply(txn, filters, later, copies)
  for _, filter in ipairs(filters) do
    local kind, reply = filter.type, nil
    if kind == "requestHeaders" then change_request(txn, filter)
    elseif kind == "responseHeaders" then later[#later + 1] = filter
    elseif kind == "rewrite" then rewrite(txn, filter)
    elseif kind == "cors" then reply = with_cors(txn, filter, later)
    elseif kind == "redirect" then reply = redirected(txn, filter)
    elseif kind == "mirror" then
      if filter.slot and txn.f:rand(filter.denominator) < filter.numerator then copies[#copies + 1] = filter.slot end
    else error("no such filter: " .. tostring(kind)) end
    if reply then return reply end
  end
end

-- The origin of a request, held against ranges of addresses.
local networks = {}
local function comes_from(txn, ranges)
  local address = core.parse_addr(txn.f:src())
  for _, range in ipairs(ranges) do
    networks[range] = networks[range] or core.parse_addr(range)
    if core.match_addr(address, networks[range]) then return true end
  end
  return false
end

local function chosen(txn, backends)
  local total = 0
  for _, backend in ipairs(backends) do total = total + backend.weight end
  if total == 0 then return nil end
  local drawn = #backends > 1 and txn.f:rand(total) or 0
  for _, backend in ipairs(backends) do
    drawn = drawn - backend.weight
    if drawn < 0 then return backend end
  end
end

-- Whom a client was sent to before: `BACKEND.SERVER`, with the time until when, if there is one.
local function remembered(txn, persistence, backends)
  local value = persistence.type == "Cookie" and txn.f:req_cook(persistence.name) or header(txn, persistence.name)
  local key, server, rest = (value or ""):match("^(%x+)%.(e%x+)(.*)$")
  local stop = rest and tonumber(rest:match("^%.(%d+)$"))
  if not key or persistence.absoluteTimeoutMs and (not stop or stop <= core.now().sec) then return nil end
  for _, backend in ipairs(backends) do
    if backend.key == key then return backend, server, stop end
  end
end

local function forward(txn, rule, later, copies)
  local backend, server, stop
  if rule.persistence then backend, server, stop = remembered(txn, rule.persistence, rule.action.to) end
  backend = backend or chosen(txn, rule.action.to)
  if not backend then return answer(500) end
  local reply = apply(txn, backend.filters, later, copies)
  if reply then return reply end
  if not backend.slot then return answer(backend.status) end
  if server then txn:set_var("txn.server", server) end
  if rule.persistence then
    later[#later + 1] = { type = "persistence", how = rule.persistence, key = backend.key, server = server, stop = stop }
  end
  local timeout = rule.requestTimeoutMs
  if rule.backendTimeoutMs and (not timeout or rule.backendTimeoutMs < timeout) then timeout = rule.backendTimeoutMs end
  if timeout then txn:set_var("txn.timeout", math.tointeger(timeout)) end
  txn:set_var("txn.to", backend.slot .. ";" .. rule.name)
end

-- An answer of a rule's own. It is counted by its rule, and then given.
local function counted(txn, name, reply)
  txn:set_priv({ reply = reply })
  txn:unset_var("txn.limit")
  txn:set_var("txn.counted", reply.status // 100 .. ";" .. name)
end

local function give(txn) return txn:get_priv().reply end

local function too_large(txn, limit)
  local length = header(txn, "content-length")
  return length ~= nil and tonumber(length) > limit
end

local function followed(txn, rule)
  local later, copies = {}, {}
  if rule.sources and not comes_from(txn, rule.sources) then return answer(403) end
  if rule.bodyLimit then
    if too_large(txn, rule.bodyLimit) then return answer(413) end
    if not header(txn, "content-length") then 
      txn:set_var("txn.limit", math.tointeger(rule.bodyLimit))
      txn:set_var("txn.since", core.now().sec)
    end
  end
  local reply = apply(txn, rule.filters, later, copies)
  if reply then return reply end
  local action = rule.action
  if action.type == "redirect" then return redirected(txn, action) end
  if action.type == "answer" then return answer(action.status) end
  reply = forward(txn, rule, later, copies)
  if reply then return reply end
  if #later > 0 or #copies > 0 then
    txn:set_priv({ later = later, copies = copies })
    if #later > 0 then txn:set_var("txn.later", true) end
    if #copies > 0 then txn:set_var("txn.copies", true) end
  end
end

local function follow(txn, name)
  local rule = named(name)
  local reply = followed(txn, rule)
  if reply then counted(txn, rule.name, reply) end
end

local function route(txn)
  spent = 0
  local value = txn:get_var("txn.to")
  local path = txn.f:path()
  for _ = 1, 300 do
    local kind = value:byte(1)
    if kind == 33 then
      local decision = named(value:sub(2))
      value = decision.otherwise
      for _, candidate in ipairs(decision.candidates) do
        if takes(candidate, txn, path) then
          value = candidate.to
          break
        end
      end
    elseif kind == 94 then
      value = walk(port_of(txn).paths, "", txn:get_var("txn.host") or "", path .. "/?", value:sub(2)) or "-"
    elseif kind == 45 then return answer(404)
    elseif kind == 61 then return follow(txn, value:sub(2))
    else
      txn:set_var("txn.to", value)
      return nil
    end
  end
  error("a decision without an end")
end

local function find(txn)
  local value = walk(port_of(txn).paths, "", txn:get_var("txn.host") or "", txn.f:path() .. "/?")
  if value then txn:set_var("txn.to", value) end
end

local function misdirected(txn)
  local before = port_of(txn).bind .. "/"
  local asked = (txn.f:ssl_fc_sni() or ""):lower():gsub("%.$", "")
  local own = walk(maps.listeners, before, txn:get_var("txn.host") or "", "")
  if own and own ~= walk(maps.listeners, before, asked, "") then return answer(421) end
end

-- Answers of backends --------------------------------------------------------------------------------------------------

local function change_answer(txn, change)
  for _, one in ipairs(change.set) do txn.http:res_set_header(one.name, sound(one.value)) end
  for _, one in ipairs(change.add) do txn.http:res_add_header(one.name, sound(one.value)) end
  for _, name in ipairs(change.remove) do txn.http:res_del_header(name) end
end

local CORS_HEADERS = { "allow-origin", "allow-credentials", "expose-headers", "allow-methods", "allow-headers", "max-age" }

local function add_cors(txn, headers)
  for _, name in ipairs(CORS_HEADERS) do txn.http:res_del_header("access-control-" .. name) end
  for name, values in pairs(headers) do txn.http:res_add_header(name, values[1]) end
end

local function remember(txn, persistence)
  local how, server, now = persistence.how, txn.f:srv_name(), core.now().sec
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

local function answered(txn)
  for _, change in ipairs(txn:get_priv().later) do
    if change.type == "responseHeaders" then change_answer(txn, change)
    elseif change.type == "cors" then add_cors(txn, change.headers)
    else remember(txn, change) end
  end
end

-- Bodies that do not say how large they are ------------------------------------------------------------------------------

-- They have been waited for as far as a buffer has room. One that may go on behind it is refused where there is a limit:
-- a proxy of this version cannot count what passes it.
local SURE = 16000
local WAITED = 29
local function measured(txn)
  local length = txn.f:req_body_len()
  if length > txn:get_var("txn.limit") then return answer(413) end
  if length > SURE then return answer(411) end
  if core.now().sec - txn:get_var("txn.since") >= WAITED then return answer(408) end
end

local function measure(txn)
  local reply = measured(txn)
  if reply then counted(txn, txn:get_var("txn.to"):match(";(.*)$"), reply) end
end

-- Copies ---------------------------------------------------------------------------------------------------------------

-- Under way at once in this thread; further ones are left out.
local MOST_COPIES = 50
local copying = 0

-- Nobody waits for their answers. They go through the proxy once more, to the slot that a header of ours names.
local function mirror(txn)
  local method, target = txn.f:method():lower(), txn.f:pathq()
  local headers = txn.http:req_get_headers()
  local body = txn.sf:req_body()
  local lines = {}
  for name, values in pairs(headers) do
    if name ~= "content-length" and name ~= "transfer-encoding" then
      lines[name] = {}
      for _, value in pairs(values) do table.insert(lines[name], value) end
    end
  end
  local url = "http://" .. (headers.host and headers.host[0] or "localhost") .. target
  for _, slot in ipairs(txn:get_priv().copies) do
    if copying >= MOST_COPIES then break end
    copying = copying + 1
    local own = {}
    for name, values in pairs(lines) do own[name] = values end
    own["x-fairlead-slot"] = { slot }
    core.register_task(function()
      local client = core.httpclient()
      local send = client[method]
      if send then pcall(send, client, { url = url, headers = own, body = body, dst = "abns@fairlead-copies" }) end
      copying = copying - 1
    end)
  end
end

-- Connections ----------------------------------------------------------------------------------------------------------

-- Where a connection goes by the name that it asks for; what leads nowhere is closed.
local function connect(map, server_name)
  return function(txn)
    local is_done, value = pcall(function()
      local name = (server_name(txn) or ""):lower():gsub("%.$", "")
      local value = walk(map, txn.f:fe_name():match("%d+$") .. "/", name, "") or "-"
      if value:byte(1) ~= 61 then return value end
      local backend = chosen(txn, named(value:sub(2)).action.to)
      return backend and backend.slot and backend.slot .. ";" .. value:sub(2) or "-"
    end)
    if not is_done then core.Alert("gateway: " .. tostring(value)) end
    if not is_done or value == "-" then txn:done() else txn:set_var("txn.to", value) end
  end
end

core.register_action("clean", { "http-req" }, guarded(clean))
core.register_action("find", { "http-req" }, guarded(find))
core.register_action("misdirected", { "http-req" }, guarded(misdirected))
core.register_action("route", { "http-req" }, guarded(route))
core.register_action("measure", { "http-req" }, guarded(measure))
core.register_action("reply", { "http-req" }, guarded(give))
core.register_action("mirror", { "http-req" }, guarded(mirror))
core.register_action("answer", { "http-res" }, guarded(answered))
core.register_action("name", { "tcp-req" }, connect(maps.names, function(txn) return txn.f:req_ssl_sni() end))
core.register_action("ended", { "tcp-req" }, connect(maps.ended, function(txn) return txn.f:ssl_fc_sni() end))
