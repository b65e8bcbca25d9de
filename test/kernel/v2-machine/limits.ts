// Runs where cgroups are version 2 alone: ../cgroup-v2.test.ts says how.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { cgroupVersion } from '#runtime/runc/processes/cgroup.ts'
import { purgeContainers } from '#runtime/runc/purge.ts'
import { createRuncRuntime, type RuncRuntime } from '#runtime/runc/runc-runtime.ts'
import type { ContainerSpec, ContainerState } from '#runtime/runtime.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'on a machine of its own')
process.umask(0o077)
const root = mkdtempSync('/var/lib/fairlead/v2-test-')
const options = { stateDir: join(root, 'runtime'), cluster: 'v2' }
const namespaces = { network: '/run/netns/v2', ipc: join(root, 'ipc'), uts: join(root, 'uts') }
let runtime: RuncRuntime

const spec = (id: string, command: readonly string[], more: Partial<ContainerSpec> = {}): ContainerSpec => ({
  ...{
    id,
    command,
    namespaces,
    image: 'fairlead/echo',
    env: [],
    mounts: [],
    tty: false,
    stdin: false,
    annotations: {},
  },
  ...{ cgroup: `node-1/pod-${id}/${id}`, logPath: join(root, 'logs', id) },
  ...more,
})
const run = async (...made: Parameters<typeof spec>): Promise<void> => {
  await runtime.create(spec(...made))
  await runtime.start(made[0])
}
const folder = (id: string): string => `/sys/fs/cgroup/fairlead/v2/node-1/pod-${id}/${id}`
const read = (id: string, file: string): string => readFileSync(join(folder(id), file), 'utf8').trim()
const ended = (id: string): Promise<ContainerState> =>
  new Promise((resolve) => runtime.onExit((exited, state) => exited === id && resolve(state)))
/** What is told not to be there: the kernel was started so. */
const missing = (process.env.MISSING || '').split(',').filter((name) => name !== '')
const whole = { skip: missing.length > 0 && `this machine has no controllers for ${missing}` }

before(() => {
  execFileSync('ip', ['netns', 'add', 'v2'])
  for (const file of [namespaces.ipc, namespaces.uts]) writeFileSync(file, '')
  execFileSync('unshare', [`--ipc=${namespaces.ipc}`, `--uts=${namespaces.uts}`, 'true'])
  runtime = createRuncRuntime(options)
})
after(async () => {
  runtime.close()
  await purgeContainers(options)
  assert.equal(existsSync('/sys/fs/cgroup/fairlead/v2'), false, 'nothing is left')
})

test('cgroups are version 2 alone, and what they have no controllers for is known', () => {
  assert.equal(cgroupVersion(), 2)
  assert.deepEqual(runtime.unlimited, missing)
})

test('limits of memory, CPU and processes stand in the cgroup, and change while it runs', whole, async () => {
  const resources = { memoryLimitBytes: 32 << 20, cpuShares: 512, cpuQuotaMicros: 50_000 }
  await run('a', ['sleep', '1000'], { resources, podPidsLimit: 100 })
  const limits = () => ['memory.max', 'cpu.max'].map((file) => read('a', file))
  assert.deepEqual(limits(), [String(32 << 20), '50000 100000'])
  const weight = Number(read('a', 'cpu.weight'))
  assert.ok(weight > 1 && weight < 100, 'half of the shares that are usual is less than the usual weight')
  assert.equal(readFileSync(join(folder('a'), '../pids.max'), 'utf8').trim(), '100')
  await runtime.resize('a', { memoryLimitBytes: 48 << 20, cpuQuotaMicros: 20_000 })
  assert.deepEqual(limits(), [String(48 << 20), '20000 100000'])
})

test('what a container uses is read from it, and it sees its own cgroup as the root', whole, async () => {
  await run('b', ['sh', '-c', 'cat /proc/self/cgroup; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 1000'])
  const seen = () => readFileSync(join(root, 'logs/b'), 'utf8')
  for (let tries = 0; tries < 400 && !seen().endsWith('\n'); tries++)
    await new Promise((resolve) => setTimeout(resolve, 50))
  const usage = runtime.usage('node-1/pod-b')
  assert.ok(usage !== undefined)
  const micros = Number(/^usage_usec (\d+)$/m.exec(read('b', 'cpu.stat'))?.[1])
  assert.ok(
    usage.cpuNanoseconds > 0 && usage.cpuNanoseconds <= micros * 1000 + 1e9,
    `${usage.cpuNanoseconds} ${micros}`,
  )
  assert.ok(usage.memoryBytes > 0 && usage.workingSetBytes <= usage.memoryBytes && usage.rssBytes <= usage.memoryBytes)
  assert.match(seen(), / 0::\/\n/)
})

test('a container above its memory is OOMKilled, and so it is told', whole, async () => {
  const end = ended('c')
  await run('c', ['sh', '-c', 'x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done'], {
    resources: { memoryLimitBytes: 16 << 20 },
  })
  const state = await end
  assert.ok(state.state === 'exited')
  assert.deepEqual([state.reason, state.exitCode], ['OOMKilled', 137])
})

test('a pod has no more processes than it may', whole, async () => {
  const end = ended('d')
  const script = 'for i in 1 2 3 4 5 6 7 8 9; do sleep 1000 & done; sleep 1000 & wait'
  await run('d', ['sh', '-c', script], { podPidsLimit: 5 })
  const state = await end
  assert.ok(state.state === 'exited' && state.exitCode !== 0)
  assert.match(readFileSync(join(root, 'logs/d'), 'utf8'), /can't fork/)
})

test('a container runs also where it asks for limits that cannot be kept, and ends', async () => {
  const resources = { memoryLimitBytes: 32 << 20, cpuShares: 512, cpuQuotaMicros: 50_000 }
  await run('e', ['sh', '-c', 'trap "exit 3" TERM; while :; do sleep 1; done'], { resources, podPidsLimit: 100 })
  const isLimited = !missing.includes('cpu')
  if (isLimited) assert.equal(read('e', 'cpu.max'), '50000 100000', 'what can be limited is')
  await runtime.resize('e', { memoryLimitBytes: 48 << 20, cpuQuotaMicros: 20_000 })
  if (isLimited) assert.equal(read('e', 'cpu.max'), '20000 100000')
  if (missing.includes('memory')) assert.equal(runtime.usage('node-1/pod-e'), undefined)
  const end = ended('e')
  await runtime.stop('e', 20)
  const state = await end
  assert.equal(state.state === 'exited' && state.exitCode, 3)
  await runtime.remove('e')
  assert.equal(existsSync(folder('e')), false)
})
