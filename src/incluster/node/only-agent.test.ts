import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { settle } from '#agent/testing/loopback-network.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { beOnlyAgent } from './only-agent.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-only-'))
after(() => rmSync(folder, { recursive: true }))
const { signal } = new AbortController()

test('of two agents the second says so and ends, after it has waited for the first to end', async () => {
  const clock = new HandClock()
  const path = join(folder, 'run/agent.lock')
  const first = await beOnlyAgent('n1', path, clock, signal)
  assert.equal(statSync(join(folder, 'run')).mode & 0o777, 0o700)
  const second = beOnlyAgent('n1', path, clock, signal)
  let ended = false
  second.catch(() => {
    ended = true
  })
  for (let waited = 0; waited < 9_900; waited += 100) {
    clock.advance(100)
    await settle()
  }
  assert.equal(ended, false)
  for (let turns = 0; turns < 3; turns++) {
    clock.advance(100)
    await settle()
  }
  await assert.rejects(second, {
    code: 'AGENT_SECOND',
    message: /another agent of Fairlead runs on node n1, and holds .*agent\.lock/,
  })
  first[Symbol.dispose]()
})

test('one that comes while the other ends takes over', async () => {
  const clock = new HandClock()
  const path = join(folder, 'other/agent.lock')
  const first = await beOnlyAgent('n1', path, clock, signal)
  const second = beOnlyAgent('n1', path, clock, signal)
  clock.advance(100)
  await settle()
  first[Symbol.dispose]()
  clock.advance(100)
  const lock = await second
  lock[Symbol.dispose]()
})
