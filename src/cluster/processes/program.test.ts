import assert from 'node:assert/strict'
import { test } from 'node:test'
import { environmentOf, programOf } from './program.ts'

test('the control plane keeps little of what malloc has had, and no other program of ours is told how', () => {
  const { MALLOC_MMAP_THRESHOLD_: threshold, ...rest } = environmentOf('control-plane')
  // Node.js' buffer of a TLS connection is a mapping of its own; OpenSSL's of a record are none.
  assert.ok(Number(threshold) < 65_536 && Number(threshold) > 17_000)
  assert.deepEqual(rest, { MALLOC_ARENA_MAX: '2', MALLOC_TOP_PAD_: '0' })
  assert.deepEqual(environmentOf('agent-host'), {})
})

test('a program is told to Node.js before its own arguments', () => {
  for (const role of ['control-plane', 'agent-host'] as const) {
    const [node, ...rest] = programOf(role)
    assert.equal(node, process.execPath)
    assert.ok(rest.slice(0, -1).every((flag) => flag.startsWith('--')))
    assert.match(rest.at(-1)!, new RegExp(`/${role}\\.ts$`))
  }
})
