/**
 * From a pod's readiness (a write to the API) until every node routes accordingly: see docs/benchmarks.md.
 * `script/bench propagation [--quick] [--trace] [--profile control-plane|agent-host]`.
 *
 * A real cluster of three nodes and 10,000 Services. The pods that change belong to a fourth Node that has no agent:
 * they exist in the API alone, their readiness is patched here, and the cluster's own EndpointSlice controller, agents
 * and proxies do the rest. Their addresses are those of three real pods, so that connections can tell too.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { namespaces } from '#api/core/namespace/resource.ts'
import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import { createUnixClient } from '#client/unix-client.ts'
import { readClaim } from '#cluster/claims/claim.ts'
import { clusterStateDir } from '#cluster/claims/known-clusters.ts'
import { findProcesses } from '#cluster/processes/processes.ts'
import { readConfig, statePaths } from '#cluster/state/state.ts'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { quantile, round } from './dataplane/measure.ts'
import { compileProgram } from './load/compile.ts'
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
const NAMESPACE = 'bench'
const NODES = 3
const SERVICES = Number(values.services ?? (values.quick ? 2000 : 10_000))
const CHANGES = Number(values.changes ?? (values.quick ? 500 : 3000))
const INTERVAL_MS = 1000 / Number(values.rate)
/** Services whose pods change, of three pods each, of which one changes. */
const CHANGING = 180
/**
 * Services of one pod, which changes: a connection is refused or answered, so one says which. Every tenth change is one
 * of these.
 */
const SINGLE = 20
const WARM_UP = 200
const POD_PORT = 8080
const OUTSIDE = 'outside'

const fairlead = join(import.meta.dirname, '..', 'bin', 'fairlead')
const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'))
const environment = { ...process.env, KUBECONFIG: join(folder, 'kubeconfig'), HOME: folder }
const say = (text: string) => process.stderr.write(`${text}\n`)
const run = (...args: readonly string[]): void => {
  const { status, stderr } = spawnSync(fairlead, args, { env: environment, encoding: 'utf8' })
  if (status !== 0) throw new Error(`fairlead ${args.join(' ')}: ${stderr}`)
}
/** CLOCK_MONOTONIC in milliseconds, as the observers have it. */
const now = () => Number(process.hrtime.bigint()) / 1e6

const metadata = (name: string, more: object = {}) => ({ name, namespace: NAMESPACE, ...more })
const ports = [{ name: 'http', port: 80, targetPort: POD_PORT, protocol: 'TCP' }]
const readiness = (ready: boolean) => ({
  conditions: ['Ready', 'ContainersReady'].map((type) => ({
    type,
    status: ready ? 'True' : 'False',
    lastTransitionTime: new Date().toISOString().replace(/\.\d+/, ''),
  })),
})

const compiled = compileProgram('observe')
const children: ChildProcess[] = []
const observe = (args: readonly string[], onLine: (node: number, address: string, at: number) => void) =>
  new Promise<ChildProcess>((resolve, reject) => {
    const child = spawn(compiled.program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    children.push(child)
    child.once('error', reject)
    child.once('exit', (status) => reject(new Error(`observe ended with ${status}`)))
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      if (line === 'ready') resolve(child)
      const [node, address, at] = line.split(' ')
      if (at !== undefined) onLine(Number(node), address as string, Number(at) / 1e6)
    })
  })

interface Change {
  readonly address: string
  readonly service: string
  readonly pod: string
  readonly started: number
  answered?: number
  podSeen?: number
  sliceSeen?: number
  readonly kernel: Map<number, number>
  readonly connected: Map<number, number>
}

let heartbeat: NodeJS.Timeout | undefined
try {
  run('up', '--name', NAME, '--nodes', String(NODES))
  const config = readConfig(statePaths(clusterStateDir(NAME)).config)
  const client = createUnixClient(config.sockets.api)
  const create = <T extends ApiObject>(resource: Parameters<typeof client.create<T>>[0], object: object) =>
    client.create<T>(resource, object as T, { namespace: NAMESPACE })
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } } as never)
  while (!(await client.list(pods).then(() => true))) await sleep(5)

  const real = config.nodes.map(({ name }, index) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadata(`echo-${index}`),
    spec: { nodeName: name, containers: [{ name: 'echo', image: 'fairlead/echo' }] },
  }))
  for (const pod of real) await create<Pod>(pods, pod)
  const addresses: string[] = []
  while (addresses.length < NODES) {
    await sleep(20)
    const { items } = await client.list(pods, { namespace: NAMESPACE })
    const ready = items.filter(({ status }) =>
      status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    )
    if (ready.length === NODES) addresses.push(...ready.map(({ status }) => status?.podIP as string))
  }

  const beat = () => [
    { type: 'Ready', status: 'True', reason: 'Bench', message: '', lastHeartbeatTime: new Date().toISOString() },
  ]
  const outside = { apiVersion: 'v1', kind: 'Node', metadata: { name: OUTSIDE }, spec: { unschedulable: true } }
  await client.create(nodes, { ...outside, status: { conditions: beat() } } as unknown as Node)
  heartbeat = setInterval(
    () =>
      client
        .patch(nodes, OUTSIDE, 'merge', { status: { conditions: beat() } }, { subresource: 'status' })
        .catch((error: unknown) => say(`heartbeat: ${error}`)),
    10_000,
  )

  const clusterIps: string[] = []
  const loading = now()
  const makeService = async (number: number): Promise<void> => {
    const name = `s${number}`
    const changing = number < CHANGING + SINGLE
    const service = await create<Service>(services, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata(name),
      spec: { ports, ...(changing ? { selector: { app: name } } : {}) },
    })
    clusterIps[number] = service.spec?.clusterIP as string
    if (!changing) {
      await create<EndpointSlice>(endpointSlices, {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: metadata(`${name}-1`, { labels: { 'kubernetes.io/service-name': name } }),
        addressType: 'IPv4',
        endpoints: [0, 1, 2].map((index) => ({
          addresses: [`10.${(number >> 8) & 255}.${number & 255}.${index + 1}`],
          conditions: { ready: true },
        })),
        ports: [{ name: 'http', port: POD_PORT, protocol: 'TCP' }],
      })
      return
    }
    for (let index = 0; index < (number < SINGLE ? 1 : 3); index++) {
      await create<Pod>(pods, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: metadata(`${name}-${index}`, { labels: { app: name } }),
        spec: { nodeName: OUTSIDE, containers: [{ name: 'one', image: 'none' }] },
      })
      const status = { phase: 'Running', podIP: addresses[index], podIPs: [{ ip: addresses[index] }] }
      const body = { status: { ...status, ...readiness(true) } }
      await client.patch(pods, `${name}-${index}`, 'merge', body, { namespace: NAMESPACE, subresource: 'status' })
    }
  }
  let next = 0
  const makeMany = async () => {
    while (next < SERVICES) await makeService(next++)
  }
  await Promise.all(Array.from({ length: 16 }, makeMany))
  say(`${SERVICES} Services made in ${round((now() - loading) / 1000, 1)} s`)
  await sleep(values.quick ? 1000 : 3000)

  const paths = config.nodes.map(({ namespace }) => namespacePath(namespace))
  const open = new Map<string, Change>()
  const connecting = new Map<string, Change>()
  await observe(['kernel', ...paths], (node, address, at) => {
    const change = open.get(address)
    if (change !== undefined && !change.kernel.has(node)) change.kernel.set(node, at)
  })
  const connections = await observe(['connections', '80', ...paths], (node, address, at) =>
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

  /** Milliseconds of processor time that each of the cluster's processes has used. */
  const processorTime = (): ReadonlyMap<string, number> =>
    new Map(
      findProcesses(readClaim(NAME)!).flatMap(({ pid, role }) => {
        if (role === 'supervisor') return []
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
        return [[`${role} ${pid}`, (Number(fields[11]) + Number(fields[12])) * 10]]
      }),
    )
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
  const arrived = changes.filter(({ kernel }) => kernel.size === NODES)
  const sampled = changes.filter(({ pod }) => Number(pod.slice(1).split('-')[0]) < SINGLE)
  const connected = sampled.filter((change) => change.connected.size === NODES)
  const all = arrived.map(({ started, kernel }) => Math.max(...kernel.values()) - started)
  const first = arrived.map(({ started, kernel }) => Math.min(...kernel.values()) - started)
  const byConnection = connected.map((change) => Math.max(...change.connected.values()) - change.started)
  const answered = changes.map((change) => (change.answered ?? Number.NaN) - change.started)
  const row = (samples: readonly number[]) => ({
    samples: samples.length,
    p50_ms: round(quantile(samples, 0.5), 2),
    p90_ms: round(quantile(samples, 0.9), 2),
    p99_ms: round(quantile(samples, 0.99), 2),
    max_ms: round(Math.max(...samples), 2),
  })
  const since = (mark: (change: Change) => number | undefined) =>
    changes.flatMap((change) => (mark(change) === undefined ? [] : [(mark(change) as number) - change.started]))
  console.table({
    'the API has answered the write': row(answered),
    ...(values.trace
      ? {
          'the pod’s event came to a watcher': row(since(({ podSeen }) => podSeen)),
          'the slice’s event came to a watcher': row(since(({ sliceSeen }) => sliceSeen)),
        }
      : {}),
    'the first node’s kernel': row(first),
    'every node’s kernel': row(all),
    'every node, by connections': row(byConnection),
  })
  const lost = changes.length - arrived.length
  if (lost > 0) {
    say(`${lost} changes were not seen on every node; the last that the agents said:`)
    say(readFileSync(join(statePaths(config.stateDir).logs, 'agent-host.log'), 'utf8').slice(-3000))
  }
  if (connected.length < sampled.length)
    say(`${sampled.length - connected.length} sampled changes were not met by connections within a second`)
  console.log(
    JSON.stringify({
      bench: 'propagation',
      p50_ms: row(all).p50_ms,
      p99_ms: row(all).p99_ms,
      connections_p50_ms: row(byConnection).p50_ms,
      connections_p99_ms: row(byConnection).p99_ms,
      nodes: NODES,
      services: SERVICES,
      changes: arrived.length,
      lost,
      per_second: round(((CHANGES + WARM_UP) * 1000) / took, 1),
      ...Object.fromEntries(costs),
    }),
  )
} finally {
  clearInterval(heartbeat)
  for (const child of children) {
    child.removeAllListeners('exit')
    child.kill('SIGKILL')
  }
  compiled.remove()
  spawnSync(fairlead, ['down', '--name', NAME], { env: environment })
  rmSync(folder, { recursive: true, force: true })
}
