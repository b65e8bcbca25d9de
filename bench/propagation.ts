/**
 * From a pod's readiness (a write to the API) until every node routes accordingly: see docs/benchmarks.md.
 * `script/bench propagation [--quick] [--trace] [--profile control-plane|agent-host]`.
 *
 * A real cluster of three nodes and 10,000 Services. The pods that change belong to a fourth Node that has no agent:
 * they exist in the API alone, their readiness is patched here, and the cluster's own EndpointSlice controller, agents
 * and proxies do the rest. Their addresses are those of three real pods, so that connections can tell too.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { pods } from '#api/core/pod/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { createUnixClient } from '#client/unix-client.ts'
import { readClaim } from '#cluster/claims/claim.ts'
import { clusterStateDir } from '#cluster/claims/known-clusters.ts'
import { findProcesses } from '#cluster/processes/processes.ts'
import { readConfig, statePaths } from '#cluster/state/state.ts'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { round } from './dataplane/measure.ts'
import { type Change, now } from './propagation/change.ts'
import { figuresOf } from './propagation/figures.ts'
import { CHANGING, NAMESPACE, Objects, readiness, SINGLE } from './propagation/objects.ts'
import { Observers } from './propagation/observers.ts'
import { profile } from './propagation/profile.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    services: { type: 'string' },
    changes: { type: 'string' },
    rate: { type: 'string', default: '100' },
    profile: { type: 'string' },
  },
})
const NAME = 'bench-propagation'
const NODES = 3
const SERVICES = Number(values.services ?? (values.quick ? 2000 : 10_000))
const CHANGES = Number(values.changes ?? (values.quick ? 500 : 3000))
const INTERVAL_MS = 1000 / Number(values.rate)
const WARM_UP = 200

const fairlead = join(import.meta.dirname, '..', 'bin', 'fairlead')
const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'))
const environment = { ...process.env, KUBECONFIG: join(folder, 'kubeconfig'), HOME: folder }
const say = (text: string) => process.stderr.write(`${text}\n`)
const run = (...args: readonly string[]): void => {
  const { status, stderr } = spawnSync(fairlead, args, { env: environment, encoding: 'utf8' })
  if (status !== 0) throw new Error(`fairlead ${args.join(' ')}: ${stderr}`)
}

/** Milliseconds of processor time that each of the cluster's processes has used. */
const processorTime = (): ReadonlyMap<string, number> =>
  new Map(
    findProcesses(readClaim(NAME)!).flatMap(({ pid, role }) => {
      if (role === 'supervisor') return []
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return [[`${role} ${pid}`, (Number(fields[11]) + Number(fields[12])) * 10]]
    }),
  )

const resources = new DisposableStack()
try {
  const observers = resources.use(new Observers())
  run('up', '--name', NAME, '--nodes', String(NODES))
  const config = readConfig(statePaths(clusterStateDir(NAME)).config)
  const client = createUnixClient(config.sockets.api)
  const objects = new Objects(client)
  await objects.makeNamespace()
  const addresses = await objects.makeRealPods(config.nodes.map(({ name }) => name))
  resources.use(await objects.makeOutsideNode((error) => say(`heartbeat: ${error}`)))
  const loading = now()
  const clusterIps = await objects.makeServices(SERVICES, addresses)
  say(`${SERVICES} Services made in ${round((now() - loading) / 1000, 1)} s`)
  await sleep(values.quick ? 1000 : 3000)

  const paths = config.nodes.map(({ namespace }) => namespacePath(namespace))
  const open = new Map<string, Change>()
  const connecting = new Map<string, Change>()
  await observers.start(['elements', 'fairlead', 'frontends', ...paths], (node, address, at) => {
    const change = open.get(address)
    if (change !== undefined && !change.kernel.has(node)) change.kernel.set(node, at)
  })
  const connections = await observers.start(['connections', '80', ...paths], (node, address, at) =>
    connecting.get(address)?.connected.set(node, at),
  )
  const byService = new Map<string, Change>()
  const byPod = new Map<string, Change>()
  if (values.trace) {
    const { resourceVersion } = await client.list(endpointSlices, { namespace: NAMESPACE })
    client.watch(endpointSlices, { namespace: NAMESPACE, resourceVersion }, (event) => {
      if (event.type === 'BOOKMARK') return
      const change = byService.get(event.object.metadata?.labels?.['kubernetes.io/service-name'] ?? '')
      if (change !== undefined) change.sliceSeen ??= now()
    })
    const { resourceVersion: version } = await client.list(pods, { namespace: NAMESPACE })
    client.watch(pods, { namespace: NAMESPACE, resourceVersion: version }, (event) => {
      if (event.type === 'BOOKMARK') return
      const change = byPod.get(event.object.metadata?.name ?? '')
      if (change !== undefined) change.podSeen ??= now()
    })
  }

  const profiled = findProcesses(readClaim(NAME)!).find(({ role }) => role === values.profile)?.pid
  const profiler = profiled === undefined ? undefined : await profile(profiled)
  const used = processorTime()
  const changes: Change[] = []
  const failures: unknown[] = []
  const isReady = new Map<string, boolean>()
  const begin = now()
  for (let number = 0; number < CHANGES + WARM_UP; number++) {
    const due = begin + number * INTERVAL_MS
    const wait = due - now()
    if (wait > 0) await sleep(wait)
    const single = number % 10 === 0
    const turn = Math.floor(number / 10)
    const index = single ? turn % SINGLE : SINGLE + ((turn * 9 + (number % 10) - 1) % CHANGING)
    const pod = `s${index}-${single ? 0 : 2}`
    const ready = !(isReady.get(pod) ?? true)
    isReady.set(pod, ready)
    const address = clusterIps[index] as string
    const change: Change = {
      address,
      service: `s${index}`,
      pod,
      isSampled: single,
      started: now(),
      kernel: new Map(),
      connected: new Map(),
    }
    open.set(address, change)
    byService.set(change.service, change)
    byPod.set(pod, change)
    if (single) {
      connecting.set(address, change)
      connections.stdin?.write(`${address} ${ready ? 'open' : 'refused'}\n`)
    }
    if (number >= WARM_UP) changes.push(change)
    client
      .patch(pods, pod, 'strategic', { status: readiness(ready) }, { namespace: NAMESPACE, subresource: 'status' })
      .then(
        () => {
          change.answered = now()
        },
        (error: unknown) => failures.push(error),
      )
  }
  const took = now() - begin
  await sleep(1500)
  const costs = [...processorTime()].map(([name, after]) => [
    `${name.split(' ')[0]}_cpu_ms_per_change`,
    round((after - (used.get(name) ?? Number.NaN)) / (CHANGES + WARM_UP)),
  ])
  await profiler?.stop(`${values.profile}.cpuprofile`)
  client.close()

  if (failures.length > 0) throw new Error(`${failures.length} changes were refused: ${failures[0]}`)
  const figures = figuresOf(changes, NODES, values.trace)
  console.table(figures.table)
  if (figures.lost > 0) {
    say(`${figures.lost} changes were not seen on every node; the last that the agents said:`)
    say(readFileSync(join(statePaths(config.stateDir).logs, 'agent-host.log'), 'utf8').slice(-3000))
  }
  if (figures.unmet > 0) say(`${figures.unmet} sampled changes were not met by connections within a second`)
  console.log(
    JSON.stringify({
      bench: 'propagation',
      p50_ms: figures.all.p50_ms,
      p99_ms: figures.all.p99_ms,
      connections_p50_ms: figures.byConnection.p50_ms,
      connections_p99_ms: figures.byConnection.p99_ms,
      nodes: NODES,
      services: SERVICES,
      changes: figures.arrived,
      lost: figures.lost,
      per_second: round(((CHANGES + WARM_UP) * 1000) / took, 1),
      ...Object.fromEntries(costs),
    }),
  )
} finally {
  resources.dispose()
  spawnSync(fairlead, ['down', '--name', NAME], { env: environment })
  rmSync(folder, { recursive: true, force: true })
}
