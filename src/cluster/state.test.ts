import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { type Claim, listClaims, writeClaim } from './claim.ts'
import type { ClusterConfig } from './config.ts'
import { clusterStateDir, listClusters, stateRoot, writeConfig } from './state.ts'
import { lockPath, withStateLock } from './state-lock.ts'

/** A state folder of the test's own, not made yet. */
const scratch = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-state-'))
  const former = process.env.FAIRLEAD_STATE
  const root = join(folder, 'state')
  process.env.FAIRLEAD_STATE = root
  return {
    root,
    [Symbol.dispose]: () => {
      if (former === undefined) delete process.env.FAIRLEAD_STATE
      else process.env.FAIRLEAD_STATE = former
      rmSync(folder, { recursive: true })
    },
  }
}

test('clusterStateDir() lets no name lead out of the state folder', () => {
  using state = scratch()
  assert.equal(clusterStateDir('ci-1'), join(state.root, 'ci-1'))
  for (const name of ['', '.', '..', '../x', 'a/b', '-a', 'a-', 'A', 'a_b', 'a'.repeat(31)])
    assert.throws(() => clusterStateDir(name), { code: 'NAME_INVALID', hint: /lower-case/ }, name)
})

test('a state folder that is given by a relative path is one all the same, wherever a process works', () => {
  using _state = scratch()
  process.env.FAIRLEAD_STATE = 'rel/state'
  assert.equal(clusterStateDir('ci'), join(process.cwd(), 'rel', 'state', 'ci'))
  process.env.FAIRLEAD_STATE = ''
  assert.equal(stateRoot(), '/var/lib/fairlead')
})

test('listClusters() knows folders that are named as clusters are, with a config or without', () => {
  using state = scratch()
  const claimed = new Set(listClaims().map(({ name }) => name))
  const unclaimed = () => listClusters().filter(({ name }) => !claimed.has(name))
  assert.deepEqual(unclaimed(), [])
  for (const name of ['b', 'a', 'lost+found', '.cache']) mkdirSync(join(state.root, name), { recursive: true })
  assert.deepEqual(unclaimed(), [
    { name: 'a', claim: undefined, config: undefined },
    { name: 'b', claim: undefined, config: undefined },
  ])
})

test('withStateLock() lets one plan after the other, also where the folder goes away meanwhile', async () => {
  using state = scratch()
  const order: string[] = []
  let inside = 0
  await Promise.all(
    ['one', 'two', 'three'].map((name) =>
      withStateLock(() => {
        assert.equal(++inside, 1)
        order.push(name)
        assert.ok(existsSync(lockPath(state.root)))
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
  using state = scratch()
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
  assert.ok(existsSync(lockPath(state.root)), 'whoever waits for it must not be left with another file')
})

test('withStateLock() gives up on a lock that is held, and takes that of a process that died', async () => {
  using state = scratch()
  mkdirSync(state.root)
  const path = lockPath(state.root)
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

test('writeConfig() makes a state folder that is root’s alone, whatever the umask, also where one was there', () => {
  using state = scratch()
  const stateDir = join(state.root, 'private')
  const mode = (...path: string[]): string => (statSync(join(stateDir, ...path)).mode & 0o777).toString(8)
  const mask = process.umask(0)
  try {
    for (const round of ['new', 'there before']) {
      writeConfig({ name: 'private', stateDir } as ClusterConfig)
      assert.equal(mode('..'), '700', round)
      for (const folder of ['', 'logs', 'pods', 'containers']) assert.equal(mode(folder), '700', `${round}: ${folder}`)
      assert.equal(mode('cluster.json'), '600', round)
      chmodSync(stateDir, 0o755)
    }
  } finally {
    process.umask(mask)
  }
})

test('listClusters() tells who may not look into the state folder what claims tell', () => {
  using state = scratch()
  mkdirSync(join(state.root, 'private'), { recursive: true })
  chmodSync(dirname(state.root), 0o755)
  chmodSync(state.root, 0)
  const root = process.getuid!() === 0
  if (root) process.seteuid!(65534)
  try {
    assert.deepEqual(
      listClusters().filter(({ claim }) => claim === undefined),
      [],
    )
  } finally {
    if (root) process.seteuid!(0)
    chmodSync(state.root, 0o700)
  }
})
