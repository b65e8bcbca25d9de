-- What is asked of a request.

local requests = {}

-- By the names of frontends: the port as clients know it, the pod's own, and the map of its paths; from `10000=80 10001=443`.
local ports = {}
for bind, port in (os.getenv("GATEWAY_PORTS") or ""):gmatch("(%d+)=(%d+)") do
  ports["port-" .. bind] = { bind = bind, port = tonumber(port), paths = Map.new("maps/paths-" .. bind .. ".map", Map._beg) }
end

function requests.port_of(txn) return ports[txn.f:fe_name()] end

-- With its question mark.
function requests.query_of(txn) return txn.f:pathq():match("^[^?]*(.*)$") end

-- A header's value, of several lines all, joined by commas; nothing without the header.
function requests.header(txn, name)
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

-- The first values of parameters, by their names.
function requests.parameters(query)
  local all = {}
  for pair in query:gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=?(.*)$")
    name = decoded(name)
    if all[name] == nil then all[name] = decoded(value) end
  end
  return all
end

-- Whether its client is in one of these ranges of addresses.
local networks = {}
function requests.comes_from(txn, ranges)
  local address = core.parse_addr(txn.f:src())
  for _, range in ipairs(ranges) do
    networks[range] = networks[range] or core.parse_addr(range)
    if core.match_addr(address, networks[range]) then return true end
  end
  return false
end

local function is_said(name)
  return name == "forwarded" or name:find("^x[-_]real[-_]ip$") ~= nil or name:find("^x[-_]forwarded$") ~= nil
    or name:find("^x[-_]forwarded[-_]") ~= nil
end

-- Takes away what clients say of themselves, and the wish for a protocol behind which nobody would look at requests.
function requests.strip(txn)
  for name, values in pairs(txn.http:req_get_headers()) do
    if is_said(name:lower()) then txn.http:req_del_header(name) end
    if name:lower() == "upgrade" then
      for _, value in pairs(values) do
        if value:lower():find("h2c", 1, true) then txn.http:req_del_header(name) end
      end
    end
  end
end

return requests
