-- What rules and backends do to requests, and to answers.

local copies = require("copies")
local cors = require("cors")
local paths = require("paths")
local requests = require("requests")
local sound = require("answers").sound

local filters = {}

local function change_request(txn, change)
  for _, one in ipairs(change.set) do txn.http:req_set_header(one.name, sound(one.value)) end
  for _, one in ipairs(change.add) do txn.http:req_add_header(one.name, sound(one.value)) end
  for _, name in ipairs(change.remove) do txn.http:req_del_header(name) end
  requests.keep_turns(txn)
end

-- Does filters in their order. `later` is what the answer gets, `copied` are the copies that go out. Returns what is
-- answered at once.
function filters.apply(txn, list, later, copied)
  for _, filter in ipairs(list) do
    local kind, reply = filter.type, nil
    if kind == "requestHeaders" then change_request(txn, filter)
    elseif kind == "responseHeaders" then later[#later + 1] = filter
    elseif kind == "rewrite" then paths.rewrite(txn, filter)
    elseif kind == "cors" then reply = cors.apply(txn, filter, later)
    elseif kind == "redirect" then reply = paths.redirected(txn, filter)
    elseif kind == "mirror" then
      if filter.slot and txn.f:rand(filter.denominator) < filter.numerator then
        copied[#copied + 1] = copies.take(txn, filter.slot, filter.namespace)
      end
    else error("no such filter: " .. tostring(kind)) end
    if reply then return reply end
  end
end

-- In an answer of a backend.
function filters.change_answer(txn, change)
  for _, one in ipairs(change.set) do txn.http:res_set_header(one.name, sound(one.value)) end
  for _, one in ipairs(change.add) do txn.http:res_add_header(one.name, sound(one.value)) end
  for _, name in ipairs(change.remove) do txn.http:res_del_header(name) end
end

return filters
