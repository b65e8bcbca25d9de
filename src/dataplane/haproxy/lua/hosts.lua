-- Hostnames, the most specific one for a host first.

local hosts = {}

-- Octets of a name in DNS; an address has fewer. What is longer costs more to look for than anything else of a request.
local MOST = 253

-- A name without one dot at its end; nothing where it is longer than a name can be.
function hosts.name(text)
  local name = text:gsub("%.$", "")
  return #name <= MOST and name or nil
end

-- Whether clients name a host so, with or without a port: as hostOf() in src/routes/table/hostname.ts reads it.
function hosts.is_host(text)
  local host = hosts.name(text:match("^(.*):%d?%d?%d?%d?%d?$") or text)
  if not host then return false end
  if host:find("^%[[%x:.]+%]$") then return true end
  return host ~= "" and not host:find("[^%w_.-]") and not host:find("^%.") and not host:find("%.$") and not host:find("..", 1, true)
end

-- What a map says of a host, beginning with the hostname `from`, if it is said. Keys are `before`, the
-- hostname, and `rest`.
function hosts.walk(map, before, host, rest, from)
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

return hosts
