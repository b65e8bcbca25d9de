import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchState } from '../testing/scratch-state.ts'
import { type Claim, writeClaim } from './claim.ts'
import { withStateLock } from './claims-lock.ts'

test('withStateLock() lets one plan after the other, also where the folder goes away meanwhile', async () => {
  using state = scratchState()
  const order: string[] = []
  let inside = 0
  await Promise.all(
    ['one', 'two', 'three'].map((name) =>
      withStateLock(() => {
        assert.equal(++inside, 1)
        order.push(name)
        assert.ok(existsSync(join(state.root, '.lock')))
        rmSync(state.root, { recursive: true })
        inside--
      }, state.root),
    ),
  )
  assert.deepEqual(order.sort(), ['one', 'three', 'two'])
  await assert.rejects(
    withStateLock(() => {
      throw new Error('no range is free')
    }, state.root),
    /no range is free/,
  )
  assert.ok(!existsSync(state.root), 'where nothing is claimed, nothing is left')
})

test('withStateLock() gives its lock back, also where clusters have claims and its file stays', async () => {
  using state = scratchState()
  const claim: Claim = {
    name: 'there',
    stateDir: join(state.root, 'there'),
    token: 'there/0',
    by: { pid: 1, startTime: '1' },
    supervisors: [],
    nodes: 1,
    hostPort: 6443,
    clusterCidr: ['10.244.0.0/16', 'fd00:10:244::/56'],
    serviceCidr: ['10.96.0.0/16', 'fd00:10:96::/112'],
  }
  writeClaim(claim, state.root)
  for (const plan of ['one', 'two']) assert.equal(await withStateLock(() => plan, state.root, 50), plan)
  assert.ok(existsSync(join(state.root, '.lock')), 'whoever waits for it must not be left with another file')
})

test('withStateLock() gives up on a lock that is held, and takes that of a process that died', async () => {
  using state = scratchState()
  mkdirSync(state.root)
  const path = join(state.root, '.lock')
  const holder = spawn('flock', [path, 'sh', '-c', 'echo held; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] })
  await once(holder.stdout!, 'data')
  await assert.rejects(
    withStateLock(() => 'planned', state.root, 50),
    { code: 'STATE_LOCKED', message: new RegExp(path) },
  )
  // flock stays beside its command, which has the lock's descriptor too.
  execFileSync('sh', ['-c', `kill -9 $(cat /proc/${holder.pid}/task/${holder.pid}/children) ${holder.pid}`])
  assert.equal(await withStateLock(() => 'planned', state.root), 'planned')
})
