/**
 * What the agents of a cluster cost its API server, and what one of them weighs: see docs/benchmarks.md.
 * `script/bench agents [--quick] [--agents N] [--services N] [--rate N] [--seconds N] [--json] [--whole] [--flags …] [--image FILE]`.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createPki } from '#apiserver/pki/create-pki.ts'
import { writePki } from '#apiserver/pki/pki.ts'
import { environmentOf, programOf } from '#cluster/processes/program.ts'
import type { AgentSettings } from './agents/agent.ts'
import { CHANGE_LABEL, changeLabel } from './agents/change-label.ts'
import type { LightSettings } from './agents/light-agents.ts'
import { Program } from './agents/programs.ts'
import { bundlePrograms } from './api/bundle.ts'
import { Load, processorTime, requireDone } from './api/load.ts'
import { namespaceNames, namespaceOf, serviceOf, sliceOf } from './api/objects.ts'
import type { Settings } from './api/server.ts'
import { round } from './dataplane/measure.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    agents: { type: 'string' },
    services: { type: 'string' },
    rate: { type: 'string', default: '100' },
    seconds: { type: 'string' },
    /** The light agents read JSON. */
    json: { type: 'boolean', default: false },
    /** The real agent keeps whole objects. */
    whole: { type: 'boolean', default: false },
    /** Node.js' own, of the real agent. */
    flags: { type: 'string', default: '--max-semi-space-size=1 --optimize-for-size' },
    /** The archive of the agents' image. */
    image: { type: 'string' },
  },
})
const AGENTS = Number(values.agents ?? (values.quick ? 40 : 500))
const SERVICES = Number(values.services ?? (values.quick ? 1000 : 10_000))
const RATE = Number(values.rate)
const SECONDS = Number(values.seconds ?? (values.quick ? 3 : 10))
/** Processes that the light agents share. */
const PROCESSES = 4
const PORT = 16_445
/** Until what is on its way has come, milliseconds. */
const QUIET = 3000
/** Until memory is what it stays: V8 gives back what a start left behind when it has been quiet for some seconds. */
const REST = values.quick ? QUIET : 12_000

const say = (text: string) => process.stderr.write(`${text}\n`)
const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'))
const bundle = join(import.meta.dirname, '..', 'node_modules', `.bench-${process.pid}`)
const programs: Program[] = []
const started = (program: Program): Program => {
  programs.push(program)
  return program
}
const startAgent = (): Program => {
  const settings: AgentSettings = { folder, port: PORT, isWhole: values.whole }
  const environment = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '40960', MALLOC_TOP_PAD_: '0' }
  return started(new Program(bundle, 'agent', settings, values.flags.split(' ').filter(Boolean), environment))
}

try {
  await bundlePrograms(
    [
      'bench/api/server.ts',
      'bench/agents/agent.ts',
      'bench/agents/light-agents.ts',
      'src/apiserver/storage/sqlite/database-worker.ts',
    ],
    bundle,
  )
  const pki = await createPki({ clusterDomain: 'cluster.local', subjectAltNames: ['10.96.0.1'], now: new Date() })
  writePki(join(folder, 'pki'), pki)
  const flags = programOf('control-plane').slice(1, -1)
  const settings: Settings = { folder, port: PORT }
  const server = started(new Program(bundle, 'server', settings, flags, environmentOf('control-plane')))
  await server.line()
  const { certificate: cert, key } = pki.admin
  const target = { host: '127.0.0.1', port: PORT, ca: pki.ca.certificate, cert, key }
  const load = await Load.open(target, 16, server.pid)
  const first = load.connections[0]!
  await load.each(namespaceNames.length, (index) =>
    load.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespaceNames[index] } }),
  )
  const metadata = { name: 'agent', namespace: 'kube-system' }
  const account = '/api/v1/namespaces/kube-system/serviceaccounts'
  requireDone(await load.post(account, { apiVersion: 'v1', kind: 'ServiceAccount', metadata })(first))
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 7200 } }
  const answer = await load.post(`${account}/agent/token`, review)(first)
  requireDone(answer)
  const { token } = (JSON.parse(answer.body.toString()) as { status: { token: string } }).status
  requireDone(
    await load.post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'agent' },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    })(first),
  )
  mkdirSync(join(folder, 'account'))
  for (const [name, text] of [
    ['token', token],
    ['ca.crt', pki.ca.certificate],
  ] as const)
    writeFileSync(join(folder, 'account', name), text, { mode: 0o600 })

  const idler = startAgent()
  await idler.line()
  await sleep(REST)
  const idle = idler.memory('VmRSS')
  await idler.end()

  const servicesOf = (index: number) => `/api/v1/namespaces/${namespaceOf(index)}/services`
  const slicesOf = (index: number) => `/apis/discovery.k8s.io/v1/namespaces/${namespaceOf(index)}/endpointslices`
  await load.each(SERVICES, (index) => load.post(servicesOf(index), serviceOf(index)))
  await load.each(SERVICES, (index) => load.post(slicesOf(index), sliceOf(index)))
  const list = await load.get('/api/v1/services?limit=1', 'application/json')(first)
  const { resourceVersion } = (JSON.parse(list.body.toString()) as { metadata: { resourceVersion: string } }).metadata
  say(`${SERVICES} Services with three endpoints each`)

  const agent = startAgent()
  const { synced_ms } = JSON.parse(await agent.line()) as { synced_ms: number }
  await sleep(REST)
  const loaded = agent.memory('VmRSS')
  say(
    `an agent knows them all after ${synced_ms} ms; ${round(loaded, 1)} MB, at most ${round(agent.memory('VmHWM'), 1)}`,
  )

  const before = server.memory('VmRSS')
  const light = Array.from({ length: PROCESSES }, () => {
    const each: LightSettings = { folder, port: PORT, agents: AGENTS / PROCESSES, resourceVersion, isJson: values.json }
    return started(new Program(bundle, 'light-agents', each, ['--max-semi-space-size=4']))
  })
  for (const program of light) await program.line()
  say(
    `${AGENTS} agents with ${AGENTS * 5} watches; the server has ${round(server.memory('VmRSS') - before, 0)} MB more`,
  )
  await sleep(QUIET)
  for (const { child } of light) child.kill('SIGUSR2')
  await sleep(200)

  // A change that is late must not hold up the next.
  const changes = await Load.open(target, 2 * RATE, server.pid)
  const used = () => [server, agent, ...light].map(({ pid }) => processorTime(pid))
  const [spent, began] = [used(), performance.now()]
  const answers: Promise<unknown>[] = []
  for (let number = 0; number < RATE * SECONDS; number++) {
    await sleep(Math.max(0, began + (number * 1000) / RATE - performance.now()))
    // More than that on their way is more than the server takes: then there are fewer a second, which is told.
    let free = changes.connections.find((one) => one.isFree)
    for (; free === undefined; free = changes.connections.find((one) => one.isFree)) await sleep(1)
    const index = (number * 7919) % SERVICES
    const ready = number % 2 === 0
    const { endpoints } = sliceOf(index)
    const body = {
      metadata: { labels: { [CHANGE_LABEL]: changeLabel() } },
      endpoints: endpoints.map((one, at) => (at === 0 ? { ...one, conditions: { ready } } : one)),
    }
    answers.push(load.patch(`${slicesOf(index)}/s-${index}-x`, body)(free))
  }
  for (const answered of await Promise.all(answers)) requireDone(answered as never)
  const took = performance.now() - began
  await sleep(QUIET)
  const costs = used().map((after, index) => after - spent[index]!)
  const busy = agent.memory('VmRSS')
  await agent.end()
  const seen = JSON.parse(await agent.line()) as { changes: number; p99_ms: number }
  const counts = new Map<number, number>()
  let [octets, events] = [0, 0]
  for (const program of light) {
    await program.end()
    const told = JSON.parse(await program.line()) as { octets: number; events: number; histogram: [number, number][] }
    octets += told.octets
    events += told.events
    for (const [ms, count] of told.histogram) counts.set(ms, (counts.get(ms) ?? 0) + count)
  }
  const at = (share: number): number => {
    let left = events * share
    for (const ms of [...counts.keys()].sort((one, other) => one - other)) {
      left -= counts.get(ms)!
      if (left <= 0) return ms
    }
    return Number.NaN
  }
  const expected = AGENTS * RATE * SECONDS
  if (events !== expected) say(`${events} events of ${expected} have come`)
  const image = values.image === undefined ? undefined : statSync(values.image).size / 1e6
  console.table({
    'API server': { cpu_pct: round((costs[0]! / took) * 100, 1), rss_mb: round(server.memory('VmRSS'), 0) },
    'an agent': { cpu_pct: round((costs[1]! / took) * 100, 1), rss_mb: round(busy, 1) },
    'light agents, all': { cpu_pct: round((costs.slice(2).reduce((sum, one) => sum + one, 0) / took) * 100, 1) },
  })
  console.log(
    JSON.stringify({
      bench: 'agents',
      agents: AGENTS,
      services: SERVICES,
      changes_per_s: round((RATE * SECONDS * 1000) / took, 0),
      agent_rss_mb: round(Math.max(loaded, busy), 1),
      agent_idle_rss_mb: round(idle, 1),
      api_cpu_pct: round((costs[0]! / took) * 100, 1),
      p99_ms: at(0.99),
      ...(image === undefined ? {} : { image_mb: round(image, 1) }),
      p50_ms: at(0.5),
      agent_p99_ms: seen.p99_ms,
      agent_synced_ms: synced_ms,
      agent_cpu_ms_per_change: round(costs[1]! / (RATE * SECONDS), 2),
      octets_per_event: round(octets / events, 0),
      lost: expected - events,
      form: values.json ? 'json' : 'protobuf',
    }),
  )
} finally {
  for (const program of programs) await program.end()
  rmSync(folder, { recursive: true, force: true })
  rmSync(bundle, { recursive: true, force: true })
}
process.exit(0)
