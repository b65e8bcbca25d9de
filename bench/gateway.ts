/**
 * Requests through a Gateway with 1,000 HTTPRoutes beside a bare HAProxy and Debian's nginx, and how soon a change is in
 * force: see docs/benchmarks.md. `script/bench gateway [--quick] [--rounds N] [--seconds N] [--connections N]`. Prints tables, and JSON as
 * its last line.
 *
 * A whole cluster of one node. The others run in the network namespace and the cgroups of the gateway's own HAProxy, with a
 * filter of system calls as it has, and wrk asks all of them from there, in turns within one run.
 */
import { type ChildProcess, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { pods } from '#api/core/pod/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { createUnixClient } from '#client/unix-client.ts'
import { clusterStateDir } from '#cluster/claims/known-clusters.ts'
import { readConfig, statePaths } from '#cluster/state/state.ts'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { median, quantile, round } from './dataplane/measure.ts'
import { residentMb } from './dns/dnsperf.ts'
import { Changes } from './gateway/changes.ts'
import { driverTimes, meansSince } from './gateway/driver-times.ts'
import { GatewayObjects } from './gateway/objects.ts'
import {
  joinGroups,
  KEEPS_NONE,
  type ProxyServer,
  parentOf,
  processesOf,
  startRivals,
  startServers,
} from './gateway/proxies.ts'
import { Wrk } from './gateway/wrk.ts'
import { compileProgram } from './load/compile.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    connections: { type: 'string', default: '32' },
  },
})
const NAME = 'bench-gateway'
const ROUTES = 1000
const ROUNDS = Number(values.rounds ?? (values.quick ? 3 : 15))
const SECONDS = Number(values.seconds ?? (values.quick ? 1 : 2))
const ENDPOINT_CHANGES = values.quick ? 40 : 200
const ROUTE_CHANGES = values.quick ? 50 : 300
const LOADED_CHANGES = values.quick ? 100 : 1000
const CONNECTIONS = Number(values.connections)
const PATIENCE_MS = 60_000

const fairlead = join(import.meta.dirname, '..', 'bin', 'fairlead')
const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'))
const environment = { ...process.env, KUBECONFIG: join(folder, 'kubeconfig'), HOME: folder }
const say = (text: string) => process.stderr.write(`${text}\n`)
const run = (...args: readonly string[]): void => {
  const { status, stderr } = spawnSync(fairlead, args, { env: environment, encoding: 'utf8' })
  if (status !== 0) throw new Error(`fairlead ${args.join(' ')}: ${stderr}`)
}
const load = () => readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 1).join()

/** Asks again until there is something. */
const eventually = async <T>(what: string, ask: () => Promise<T | undefined> | T | undefined): Promise<T> => {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    const found = await ask()
    if (found !== undefined) return found
    if (performance.now() > end) throw new Error(`${what}: not in ${PATIENCE_MS} ms`)
    await sleep(50)
  }
}

const shuffled = <T>(all: readonly T[]): readonly T[] =>
  all
    .map((one) => ({ one, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one)

/** Rounds of what is measured apart. */
const APART = 5

const children: ChildProcess[] = []
let changes: Changes | undefined
let filtered: ReturnType<typeof compileProgram> | undefined
try {
  if (spawnSync('wrk', ['-v']).error) throw new Error('wrk is missing: apt-get install --no-install-recommends wrk')
  say(`load ${load()}`)
  run('up', '--name', NAME, '--nodes', '1')
  const config = readConfig(statePaths(clusterStateDir(NAME)).config)
  const client = createUnixClient(config.sockets.api)
  const [node] = config.nodes
  if (node === undefined) throw new Error('a cluster without a node')
  children.push(startServers(folder, namespacePath(node.namespace)))
  const objects = new GatewayObjects(client, node.addresses[0])
  await objects.make(ROUTES)
  const address = await eventually('the address of the Gateway', () => objects.gatewayAddress())
  const master = await eventually('HAProxy', () => processesOf('haproxy').find((pid) => isOurs(pid)))
  const workers = () => processesOf('haproxy').filter((pid) => parentOf(pid) === master)
  const [driver] = processesOf('/fairlead/gateway.cjs')
  if (driver === undefined) throw new Error('no driver')
  const { items } = await client.list(services, { namespace: 'kube-system' })
  const bind = items
    .filter(({ metadata }) => metadata?.name === 'gateway-bench-gw')
    .map(({ spec }) => Number(spec?.ports?.[0]?.targetPort))[0]!

  const netns = `/proc/${master}/ns/net`
  filtered = compileProgram('filtered')
  const rivals = startRivals(folder, filtered.program, netns, node.addresses[0], ROUTES)
  children.push(...rivals.children)
  // Nginx takes its time to read a thousand servers.
  for (const { name, pids } of rivals.proxies)
    await eventually(`the processes of ${name}`, () => pids().length > 0 || undefined)
  await sleep(1000)
  for (const { pids } of rivals.proxies) for (const pid of pids()) joinGroups(pid, master)
  const ours: ProxyServer = { name: 'ours', port: bind, pids: workers }
  const proxies = [ours, ...rivals.proxies.filter(({ name }) => name !== KEEPS_NONE)]
  const keepsNone = rivals.proxies.find(({ name }) => name === KEEPS_NONE)!
  changes = new Changes(objects, address, ROUTES)
  await changes.ready()

  const wrk = new Wrk({ folder, netns, routes: ROUTES, connections: CONNECTIONS })
  // Each once, so that none is measured while it wakes up.
  for (const proxy of proxies) await wrk.measure(proxy, 1)
  const runs = new Map(proxies.map(({ name }) => [name, [] as { rps: number; cpu_us: number }[]]))
  for (let number = 0; number < ROUNDS; number++) {
    say(`round ${number + 1} of ${ROUNDS}, load ${load()}`)
    // Whoever follows finds the machine as the former left it, so nobody follows the same one each time.
    for (const proxy of shuffled(proxies)) runs.get(proxy.name)!.push(await wrk.measure(proxy, SECONDS))
  }

  say(`changes, load ${load()}`)
  const several = async (count: number, change: () => Promise<number>): Promise<readonly number[]> => {
    const times: number[] = []
    for (let number = 0; number < count; number++) times.push(await change())
    return times
  }
  const [endpoint, route] = [() => changes!.endpoint(), () => changes!.route()]
  await several(10, endpoint)
  await several(10, route)
  const endpointTimes = await several(ENDPOINT_CHANGES, endpoint)
  const { items: gatewayPods } = await client.list(pods, { namespace: 'kube-system' })
  const podAddress = gatewayPods.find(({ metadata }) => metadata?.name?.startsWith('fairlead-gateway-'))?.status?.podIP
  const before = await driverTimes(podAddress!)
  const routeTimes = await several(ROUTE_CHANGES, route)
  const phases = meansSince(before, await driverTimes(podAddress!))
  say(`changes under load, load ${load()}`)
  const calm = wrk.calm(bind)
  const half = LOADED_CHANGES / 2
  const loadedTimes = { endpoint: await several(half, endpoint), route: await several(half, route) }
  const { requests, failed } = await calm.stop()
  // It leaves thousands of closed connections behind, in which all others would have to find theirs.
  const apart: { readonly ours: number; readonly theirs: number }[] = []
  for (let number = 0; number < APART; number++) {
    say(`${KEEPS_NONE}, ${number + 1} of ${APART}, load ${load()}`)
    const { rps } = await wrk.measure(ours, SECONDS)
    apart.push({ ours: rps, theirs: (await wrk.measure(keepsNone, SECONDS)).rps })
  }
  const rss = { haproxy: workers().reduce((sum, pid) => sum + residentMb(pid), 0), driver: residentMb(driver) }
  client.close()

  const middle = (name: string, field: 'rps' | 'cpu_us') => median(runs.get(name)!.map((one) => one[field]))
  console.log(`${CONNECTIONS} connections, ${ROUTES} hosts in turns, medians of ${ROUNDS} rounds`)
  console.table(
    Object.fromEntries(
      proxies.map(({ name }) => [
        name,
        { rps: round(middle(name, 'rps'), 0), cpu_us: round(middle(name, 'cpu_us'), 1) },
      ]),
    ),
  )
  // Who shares a round shares its machine: the ratio of a round is steadier than the figures.
  const ratioTo = (name: string) => runs.get('ours')!.map(({ rps }, index) => rps / runs.get(name)![index]!.rps)
  console.log('ours to theirs, of each round')
  console.table(
    Object.fromEntries(
      proxies.slice(1).map(({ name }) => {
        const each = ratioTo(name)
        return [name, { rps: round(median(each)), least: round(Math.min(...each)), most: round(Math.max(...each)) }]
      }),
    ),
  )
  const row = (times: readonly number[]) => ({
    changes: times.length,
    p50_ms: round(quantile(times, 0.5), 1),
    p99_ms: round(quantile(times, 0.99), 1),
    most_ms: round(Math.max(...times), 1),
  })
  const toKeepsNone = round(median(apart.map((one) => one.ours / one.theirs)))
  console.log(
    `${KEEPS_NONE}, afterwards, ${APART} rounds: ${round(median(apart.map(({ theirs }) => theirs)), 0)} a second; ours to it: ${toKeepsNone}`,
  )
  console.log('from a write to the API until a request is answered accordingly')
  console.table({
    endpoint: row(endpointTimes),
    route: row(routeTimes),
    'endpoint, under load': row(loadedTimes.endpoint),
    'route, under load': row(loadedTimes.route),
  })
  console.log('of which the driver, for each change of a route')
  console.table(phases)
  console.log(`${requests} requests meanwhile, ${failed + changes.failed} failed; resident MB:`, rss)
  console.log(
    JSON.stringify({
      bench: 'gateway',
      routes: ROUTES,
      rps: round(middle('ours', 'rps'), 0),
      rps_bare_haproxy: round(middle('bare', 'rps'), 0),
      rps_nginx: round(middle('ingress-nginx', 'rps'), 0),
      endpoint_change_p50_ms: row(endpointTimes).p50_ms,
      route_change_p99_ms: row(routeTimes).p99_ms,
      failed: failed + changes.failed,
      rss_mb: round(rss.haproxy + rss.driver, 0),
      ratio_to_bare: round(median(ratioTo('bare'))),
      ratio_to_bare_with_our_headers: round(median(ratioTo('bare, our headers'))),
      ratio_to_nginx: round(median(ratioTo('ingress-nginx'))),
      ratio_to_nginx_without_log: round(median(ratioTo('ingress-nginx, no log'))),
      ratio_to_nginx_own_controller: toKeepsNone,
      ratio_to_lean_nginx: round(median(ratioTo('nginx, lean'))),
      route_change_p50_ms: row(routeTimes).p50_ms,
      requests_while_changing: requests,
    }),
  )
} finally {
  changes?.close()
  for (const child of children) child.kill('SIGTERM')
  filtered?.remove()
  spawnSync(fairlead, ['down', '--name', NAME], { env: environment })
  rmSync(folder, { recursive: true, force: true })
}

/** The master of the gateway's own: no other runs in that folder. */
function isOurs(pid: number): boolean {
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  return words.includes('/run/gateway') && readFileSync(`/proc/${parentOf(pid)}/comm`, 'utf8').trim() === 'conmon'
}
