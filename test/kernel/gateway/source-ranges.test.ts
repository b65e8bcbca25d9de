import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const MODULES = fileURLToPath(new URL('../../../src/dataplane/haproxy/lua', import.meta.url))

/** What a script in HAProxy's Lua prints that may load the modules of the data plane. */
const printed = (script: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-lua-'))
  try {
    writeFileSync(join(folder, 'script.lua'), `package.path = "${MODULES}/?.lua"\n${script}`)
    writeFileSync(join(folder, 'haproxy.cfg'), `global\n  lua-load ${join(folder, 'script.lua')}\n`)
    const { stdout, stderr } = spawnSync('haproxy', ['-c', '-f', 'haproxy.cfg', '-C', folder], { encoding: 'utf8' })
    return /^said: (.*)$/m.exec(stdout)?.[1] ?? stdout + stderr
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('ranges of addresses are read once for a list, and forgotten with it', () => {
  const script = `
    local requests, read, parse = require("requests"), 0, core.parse_addr
    core.parse_addr = function(text)
      if text:find("/", 1, true) then read = read + 1 end
      return parse(text)
    end
    local function ask(source, list) return requests.comes_from({ f = { src = function() return source end } }, list) end
    local list = { "10.0.0.0/8", "2001:db8::/32" }
    local told = { ask("10.1.2.3", list), ask("192.0.2.1", list), ask("2001:db8::7", list), ask("10.1.2.3", {}) }
    for place, one in ipairs(told) do told[place] = tostring(one) end
    local once = read
    local function kept()
      collectgarbage()
      collectgarbage()
      return collectgarbage("count")
    end
    local before = kept()
    for turn = 0, 199 do
      local other = {}
      for at = 0, 99 do other[#other + 1] = string.format("10.%d.%d.0/24", turn, at) end
      ask("192.0.2.1", other)
    end
    print("said: " .. table.concat(told, " ") .. ", " .. once .. " read, " .. (kept() - before < 100 and "forgotten" or "kept"))
  `
  assert.equal(printed(script), 'true false true false, 2 read, forgotten')
})
