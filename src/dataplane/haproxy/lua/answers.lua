-- What the gateway answers itself.

local answers = {}

local TEXTS = {
  [400] = "bad request", [403] = "forbidden", [404] = "no route", [408] = "request timeout", [411] = "length required", [413] = "content too large",
  [421] = "misdirected request", [500] = "internal error", [502] = "bad gateway", [503] = "no endpoint", [508] = "loop detected",
}

function answers.answer(status, headers)
  local text = TEXTS[status]
  headers = headers or {}
  if text then headers["content-type"] = { "text/plain" } end
  return { status = status, headers = headers, body = text and text .. "\n" or "" }
end

-- A function as an action: what it returns is answered. Outside of it, since an answer ends the action as an error does.
function answers.guarded(work)
  return function(txn)
    local is_done, reply = pcall(work, txn)
    if not is_done then
      core.Alert("gateway: " .. tostring(reply))
      reply = answers.answer(500)
    end
    if reply then txn:done(txn:reply(reply)) end
  end
end

-- What is written into a request or an answer: with the end of a line in it, it would be two.
function answers.sound(text)
  if text:find("[%z\1-\8\10-\31\127]") then error("a value that is more than a line") end
  return text
end

-- What filters ask for of an answer, of one of ours.
function answers.dressed(reply, later)
  for _, change in ipairs(later) do
    if change.type == "responseHeaders" then
      for _, one in ipairs(change.set) do reply.headers[one.name:lower()] = { answers.sound(one.value) } end
      for _, one in ipairs(change.add) do
        local name = one.name:lower()
        reply.headers[name] = reply.headers[name] or {}
        table.insert(reply.headers[name], answers.sound(one.value))
      end
      for _, name in ipairs(change.remove) do reply.headers[name:lower()] = nil end
    elseif change.type == "cors" then
      for _, name in ipairs(change.replaces) do reply.headers[name] = nil end
      for name, values in pairs(change.headers) do
        reply.headers[name] = table.move(values, 1, #values, #(reply.headers[name] or {}) + 1, reply.headers[name] or {})
      end
    end
  end
  return reply
end

return answers
