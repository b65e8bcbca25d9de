/**
 * DNS of one node beside Debian's dnsmasq and unbound, with the same names: see docs/benchmarks.md. `script/bench dns
 * [--quick] [--rounds N] [--seconds N]`. Prints tables, and JSON as its last line.
 *
 * A real cluster of one node with 1,000 Services. The others run in the node's own network namespace, and dnsperf asks
 * all three from there, in turns within one run.
 */
import { type ChildProcess, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { namespaces } from '#api/core/namespace/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { createUnixClient } from '#client/unix-client.ts'
import { readClaim } from '#cluster/claims/claim.ts'
import { clusterStateDir } from '#cluster/claims/known-clusters.ts'
import { findProcesses } from '#cluster/processes/processes.ts'
import { readConfig, statePaths } from '#cluster/state/state.ts'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { median, quantile, round } from './dataplane/measure.ts'
import { Changes } from './dns/changes.ts'
import { flood, type Latency, latency, type Run, residentMb, type Target, throughput } from './dns/dnsperf.ts'
import { NAMESPACE, type Named, namedOf, PORT, questions } from './dns/questions.ts'
import { requirePrograms, type Server, startRivals } from './dns/rivals.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
  },
})
const NAME = 'bench-dns'
const OURS = 'fairlead'
const NAMES = 1000
const ROUNDS = Number(values.rounds ?? (values.quick ? 2 : 8))
const SECONDS = Number(values.seconds ?? (values.quick ? 1 : 2))
const OUTSTANDING = 100
/** A load that all three bear with ease. */
const CALM = 20_000
const CHANGES = values.quick ? 40 : 100
const CHANGE_EVERY_MS = 20

const fairlead = join(import.meta.dirname, '..', 'bin', 'fairlead')
const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'))
const environment = { ...process.env, KUBECONFIG: join(folder, 'kubeconfig'), HOME: folder }
const say = (text: string) => process.stderr.write(`${text}\n`)
const run = (...args: readonly string[]): void => {
  const { status, stderr } = spawnSync(fairlead, args, { env: environment, encoding: 'utf8' })
  if (status !== 0) throw new Error(`fairlead ${args.join(' ')}: ${stderr}`)
}

class Samples<T> {
  readonly #all = new Map<string, T[]>()

  add(name: string, ...values: readonly T[]): void {
    this.#all.set(name, [...this.of(name), ...values])
  }

  of(name: string): readonly T[] {
    return this.#all.get(name) ?? []
  }
}

let children: readonly ChildProcess[] = []
let changes: Changes | undefined
try {
  requirePrograms()
  run('up', '--name', NAME, '--nodes', '1')
  const config = readConfig(statePaths(clusterStateDir(NAME)).config)
  const client = createUnixClient(config.sockets.api)
  const metadata = (name: string, more: object = {}) => ({ name, namespace: NAMESPACE, ...more })
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } } as never)
  const names: Named[] = []
  const make = async (name: string): Promise<void> => {
    const ports = [{ name: 'http', port: PORT, protocol: 'TCP' }]
    const service = { apiVersion: 'v1', kind: 'Service', metadata: metadata(name) }
    const spec = { ipFamilyPolicy: 'RequireDualStack', ports }
    names.push(namedOf(await client.create(services, { ...service, spec } as Service, { namespace: NAMESPACE })))
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: metadata(`${name}-1`, { labels: { 'kubernetes.io/service-name': name } }),
      addressType: 'IPv4',
      endpoints: [],
      ports,
    }
    await client.create(endpointSlices, slice as unknown as EndpointSlice, { namespace: NAMESPACE })
  }
  for (let number = 0; number < NAMES; number++) await make(`s${number}`)

  const [node] = config.nodes
  if (node === undefined) throw new Error('a cluster without a node')
  const target: Target = {
    netns: namespacePath(node.namespace),
    address: node.addresses[0],
    file: join(folder, 'questions'),
  }
  writeFileSync(target.file, `${questions(names).join('\n')}\n`)
  const agentHost = findProcesses(readClaim(NAME)!).find(({ role }) => role === 'agent-host')
  if (agentHost === undefined) throw new Error('no agent host')
  const ours: Server = { name: OURS, port: 53, pid: agentHost.pid }
  const rivals = startRivals(folder, target.netns, target.address, names)
  children = rivals.children
  const servers = [ours, ...rivals.servers]
  await sleep(1500)
  // Each once, so that none is measured while it wakes up.
  for (const server of servers) await throughput(target, server, { seconds: 1, outstanding: OUTSTANDING })

  const runs = new Samples<Run>()
  const busy = new Samples<Latency>()
  const calm = new Samples<Latency>()
  for (let number = 0; number < ROUNDS; number++) {
    say(`round ${number + 1} of ${ROUNDS}`)
    // Another one is first each time: whoever follows finds the machine as the former left it.
    const turn = [...servers.slice(number % servers.length), ...servers.slice(0, number % servers.length)]
    for (const server of turn) {
      const load = { seconds: SECONDS, outstanding: OUTSTANDING }
      runs.add(server.name, await throughput(target, server, load))
      busy.add(server.name, await latency(target, server, { ...load, seconds: 1 }))
      calm.add(server.name, await latency(target, server, { ...load, seconds: 1, perSecond: CALM }))
    }
  }

  // A change to the kernel, while nobody asks, while ours is flooded, and while a server of another process is: the
  // last shows what the processor time costs that dnsperf and a server take, whoever it is.
  const conditions = [undefined, ours, ...rivals.servers.slice(-1)]
  const changeTimes = new Samples<number>()
  changes = new Changes(client, names, target.netns)
  await changes.measure(20, CHANGE_EVERY_MS)
  for (let number = 0; number < ROUNDS; number++) {
    for (const flooded of conditions) {
      const load = flooded && flood(target, flooded)
      await sleep(200)
      changeTimes.add(flooded?.name ?? 'nobody', ...(await changes.measure(CHANGES, CHANGE_EVERY_MS)))
      await load?.stop()
    }
  }
  client.close()

  const middle = (samples: readonly number[]): number => median(samples)
  const row = ({ name, pid }: Server) => ({
    qps: round(middle(runs.of(name).map(({ qps }) => qps)), 0),
    cpu_us: round(middle(runs.of(name).map(({ cpu_us }) => cpu_us)), 2),
    p50_ms: round(middle(busy.of(name).map(({ p50_ms }) => p50_ms))),
    p99_ms: round(middle(busy.of(name).map(({ p99_ms }) => p99_ms))),
    calm_p50_ms: round(middle(calm.of(name).map(({ p50_ms }) => p50_ms))),
    calm_p99_ms: round(middle(calm.of(name).map(({ p99_ms }) => p99_ms))),
    rss_mb: round(residentMb(pid), 0),
  })
  const rows = new Map(servers.map((server) => [server.name, row(server)]))
  console.log(`${OUTSTANDING} outstanding, medians of ${ROUNDS} rounds; calm: ${CALM} a second`)
  console.table(Object.fromEntries(rows))
  // Who shares a round shares its machine: the ratio of a round is steadier than the figures.
  const ratios = servers.slice(1).map(({ name }) => {
    const each = runs.of(OURS).map(({ qps }, index) => qps / (runs.of(name)[index]?.qps ?? Number.NaN))
    return [name, { qps_ratio: round(middle(each)), least: round(Math.min(...each)), most: round(Math.max(...each)) }]
  })
  console.log('ours to theirs, of each round')
  console.table(Object.fromEntries(ratios))
  console.log(
    `from a write to the API until the kernel has it, ${1000 / CHANGE_EVERY_MS} changes a second, by who is flooded`,
  )
  console.table(
    Object.fromEntries(
      conditions.map((server) => {
        const times = changeTimes.of(server?.name ?? 'nobody')
        const quantiles = { p50_ms: round(quantile(times, 0.5), 2), p99_ms: round(quantile(times, 0.99), 2) }
        return [server?.name ?? 'nobody', { changes: times.length, ...quantiles }]
      }),
    ),
  )
  const mine = rows.get(OURS)
  console.log(
    JSON.stringify({
      bench: 'dns',
      qps: mine?.qps,
      rival_qps: Object.fromEntries(rivals.servers.map(({ name }) => [name, rows.get(name)?.qps])),
      p99_ms: mine?.p99_ms,
      rss_mb: mine?.rss_mb,
      names: NAMES,
    }),
  )
} finally {
  changes?.close()
  for (const child of children) child.kill('SIGKILL')
  spawnSync(fairlead, ['down', '--name', NAME], { env: environment })
  rmSync(folder, { recursive: true, force: true })
}
