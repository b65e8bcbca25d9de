-- What HAProxy does with a request where a look into a map does not say it all: the text of decisions and rules, which
-- are data (maps/texts.map), is read once and kept. Loaded in each thread by itself (lua-load-per-thread). What goes wrong
-- in here is answered with 500: a request never passes without what its rule asks for.

local backends = require("backends")
local copies = require("copies")
local decisions = require("decisions")
local hosts = require("hosts")
local paths = require("paths")
local requests = require("requests")
local rules = require("rules")
local guarded = require("answers").guarded
local named = require("texts").named

local ended, names = Map.new("maps/ended.map", Map._str), Map.new("maps/names.map", Map._str)

-- Where a connection goes by the name that it asks for; what leads nowhere is closed.
local function connect(map, server_name)
  return function(txn)
    local is_done, value = pcall(function()
      local name = hosts.name(server_name(txn) or "") or ""
      local value = hosts.walk(map, txn.f:fe_name():match("%d+$") .. "/", name:lower(), "") or "-"
      if value:byte(1) ~= 61 then return value end
      local backend = backends.chosen(txn, named(value:sub(2)).action.to)
      return backend and backend.slot and backend.slot .. ";" .. value:sub(2) or "-"
    end)
    if not is_done then core.Alert("gateway: " .. tostring(value)) end
    if not is_done or value == "-" then txn:done() else txn:set_var("txn.to", value) end
  end
end

core.register_action("clean", { "http-req" }, guarded(paths.clean))
core.register_action("vet", { "http-req" }, guarded(requests.vet))
core.register_action("find", { "http-req" }, guarded(decisions.find))
core.register_action("misdirected", { "http-req" }, guarded(decisions.misdirected))
core.register_action("route", { "http-req" }, guarded(decisions.route))
core.register_action("measure", { "http-req" }, guarded(rules.measure))
core.register_action("reply", { "http-req" }, guarded(rules.give))
core.register_action("mirror", { "http-req" }, guarded(copies.send))
core.register_action("answer", { "http-res" }, guarded(rules.answered))
core.register_action("name", { "tcp-req" }, connect(names, function(txn) return txn.f:req_ssl_sni() end))
core.register_action("ended", { "tcp-req" }, connect(ended, function(txn) return txn.f:ssl_fc_sni() end))
