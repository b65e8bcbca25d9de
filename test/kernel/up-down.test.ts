import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { knownCluster } from '#cli/clusters/known-cluster.ts'
import { type Claim, dropClaim, listClaims, readClaim, writeClaim } from '#cluster/claims/claim.ts'
import { holdName } from '#cluster/claims/claims-lock.ts'
import { down, remainsOf } from '#cluster/up/down.ts'
import { type UpOptions, up } from '#cluster/up/up.ts'
import { identifyProcess, type ProcessIdentity } from '#runtime/runc/processes/process-identity.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

const NAME = 'test'
const folder = mkdtempSync(join(tmpdir(), 'fairlead-up-down-'))
const root = join(folder, 'state')
const stateDir = join(root, NAME)
beforeEach(() => {
  process.env.FAIRLEAD_STATE = root
})
after(() => rmSync(folder, { recursive: true }))

const claim = (by: ProcessIdentity, more: Partial<Claim> = {}): Claim => ({
  name: NAME,
  stateDir,
  token: `${NAME}/1`,
  by,
  supervisors: [],
  nodes: 1,
  hostPort: 6443,
  clusterCidr: ['10.244.0.0/16', 'fd00:10:244::/56'],
  serviceCidr: ['10.96.0.0/16', 'fd00:10:96::/112'],
  ...more,
})
const self = identifyProcess(process.pid)!
const dead = { ...self, startTime: '1' }
const options = (more: Partial<UpOptions> = {}): UpOptions => ({
  name: NAME,
  nodes: 1,
  loadBalancer: 'none',
  egress: false,
  ephemeral: true,
  audit: false,
  allowHostAccess: false,
  ranges: {} as UpOptions['ranges'],
  onProgress: () => undefined,
  signal: new AbortController().signal,
  ...more,
})
/** Of this name on the machine: claim, state, processes, network. */
const traces = (): readonly string[] => [
  ...listClaims().map(({ name }) => `claim ${name}`),
  ...(existsSync(root) ? [root] : []),
  ...remainsOf(NAME),
]

test('down() takes processes, state and claim, says whether there was anything, and may be said again', async () => {
  mkdirSync(stateDir, { recursive: true })
  const ours = spawn('sleep', ['60'], { env: { ...process.env, FAIRLEAD_CLUSTER: `${NAME}/1` }, stdio: 'ignore' })
  const ended = once(ours, 'exit')
  writeClaim(claim(dead))
  assert.equal(await down(NAME), true)
  assert.equal((await ended)[1], 'SIGKILL')
  assert.deepEqual(traces(), [])
  assert.equal(await down(NAME), false)
})

test('down() finds a cluster by any part of it that is left: a state folder alone, a claim alone', async () => {
  mkdirSync(stateDir, { recursive: true })
  assert.equal(await down(NAME), true)
  writeClaim(claim(dead))
  assert.equal(await down(NAME), true)
  assert.deepEqual(traces(), [])
})

test('down() works on a disk that is full', async () => {
  mkdirSync(root)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'nr_inodes=2', 'none', root])
  try {
    mkdirSync(stateDir)
    assert.throws(() => writeFileSync(join(stateDir, 'file'), ''), { code: 'ENOSPC' })
    assert.equal(await down(NAME), true)
    assert.deepEqual(readdirSync(root), [])
  } finally {
    execFileSync('umount', [root])
    rmSync(root, { recursive: true, force: true })
  }
})

test('up() refuses what it cannot make, by name, and leaves nothing', async () => {
  for (const nodes of [0, 251, 1.5]) await assert.rejects(up(options({ nodes })), { code: 'NODES_INVALID' }, `${nodes}`)
  process.env.FAIRLEAD_STATE = '/usr/share/fairlead-state'
  await assert.rejects(up(options()), { code: 'STATE_SHOWN', message: /lies in \/usr\/share, which pods see/ })
  process.env.FAIRLEAD_STATE = root
  assert.deepEqual(traces(), [])
})

test('up() leaves a name to whoever has it, and says whether that runs', async () => {
  try {
    for (const [by, code] of [
      [self, 'CLUSTER_EXISTS'],
      [dead, 'CLUSTER_DEAD'],
    ] as const) {
      writeClaim(claim(by, { stateDir: '/elsewhere/test' }))
      await assert.rejects(up(options()), { code, message: /\(its state is \/elsewhere\/test\)/ }, code)
      assert.equal(readClaim(NAME)?.token, `${NAME}/1`)
    }
  } finally {
    await down(NAME)
  }
})

test('an up() that is interrupted leaves nothing', async () => {
  const stop = new AbortController()
  const onProgress = (step: string): void => {
    if (step === 'certificates') stop.abort(new Error('interrupted'))
  }
  await assert.rejects(up(options({ onProgress, signal: stop.signal })), { message: 'interrupted' })
  assert.deepEqual(traces(), [])
})

test('a down() that comes while a cluster starts ends the start at once, and nothing is left', async () => {
  for (const step of ['network', 'certificates', 'nodes']) {
    let taken: Promise<boolean> | undefined
    const onProgress = (now: string): void => {
      if (now === step) taken ??= down(NAME)
    }
    await assert.rejects(up(options({ onProgress })), {
      code: 'TAKEN_DOWN',
      message: `cluster ${NAME} was taken down while it started`,
    })
    assert.equal(await taken, true, step)
    assert.deepEqual(traces(), [], step)
  }
})

test('a down() that had to wait for another one leaves what was started under the name since', async () => {
  const hold = await holdName(NAME, 0)
  writeClaim(claim(dead))
  const late = down(NAME)
  try {
    while (readClaim(NAME)?.stopping === undefined) await sleep(1)
    mkdirSync(stateDir, { recursive: true })
    writeClaim(claim(self, { token: `${NAME}/2` }))
    hold[Symbol.dispose]()
    assert.equal(await late, true)
    assert.equal(readClaim(NAME)?.token, `${NAME}/2`)
    assert.ok(existsSync(stateDir))
  } finally {
    await down(NAME)
  }
  assert.deepEqual(traces(), [])
})

test('an up() waits for a down() of its name, and then makes the cluster', async () => {
  const hold = await holdName(NAME, 0)
  writeClaim(claim(dead, { stopping: true }))
  const stop = new AbortController()
  const steps: string[] = []
  const onProgress = (step: string): void => {
    steps.push(step)
    if (step === 'network') stop.abort(new Error('far enough'))
  }
  const made = assert.rejects(up(options({ onProgress, signal: stop.signal })), { message: 'far enough' })
  await sleep(20)
  assert.deepEqual(steps, ['control plane'])
  dropClaim(NAME)
  hold[Symbol.dispose]()
  await made
  assert.deepEqual(traces(), [])
})

test('what an up() has begun whose process was killed is told from a cluster that runs', async () => {
  try {
    writeClaim(claim(dead, { supervisors: [{ role: 'agent-host', process: self }] }))
    await assert.rejects(up(options()), { code: 'CLUSTER_DEAD', message: /is there.*, but its start was cut off$/ })
    writeClaim(claim(dead, { supervisors: [{ role: 'agent-host', process: self }], finished: true }))
    await assert.rejects(up(options()), { code: 'CLUSTER_EXISTS' })
  } finally {
    await down(NAME)
  }
})

test('a cluster whose state nobody else may see is known to others by its claim: they are told to ask as root', () => {
  const hidden = join(folder, 'hidden')
  // Not even whether its folder is there is theirs to know.
  mkdirSync(hidden, { mode: 0o700 })
  chmodSync(folder, 0o755)
  writeClaim(claim(self, { stateDir: join(hidden, NAME) }))
  process.seteuid!(65534)
  try {
    assert.throws(() => knownCluster(NAME), { code: 'NEEDS_ROOT' })
  } finally {
    process.seteuid!(0)
    dropClaim(NAME)
  }
})
