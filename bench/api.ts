/**
 * What the API server does under load, over TLS: see docs/benchmarks.md.
 * `script/bench api [--quick] [--objects N] [--clients N] [--watchers N] [--profile]`.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Service } from '#api/core/service/message.ts'
import { createPki } from '#apiserver/pki/create-pki.ts'
import { writePki } from '#apiserver/pki/pki.ts'
import { environmentOf, programOf } from '#cluster/processes/program.ts'
import { encodeEnveloped } from '#schema/protobuf.ts'
import { bundlePrograms } from './api/bundle.ts'
import { Connection } from './api/connection.ts'
import { fanout } from './api/fanout.ts'
import { type Figures, Load, PROTOBUF, processorTime, requireDone } from './api/load.ts'
import { namespaceNames, namespaceOf, podOf, serviceOf, sliceOf } from './api/objects.ts'
import type { Settings } from './api/server.ts'
import { median, round } from './dataplane/measure.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    objects: { type: 'string' },
    clients: { type: 'string', default: '16' },
    watchers: { type: 'string' },
    profile: { type: 'boolean', default: false },
  },
})
const OBJECTS = Number(values.objects ?? (values.quick ? 2000 : 10_000))
const CLIENTS = Number(values.clients)
const WATCHERS = Number(values.watchers ?? (values.quick ? 200 : 1000))
const READS = values.quick ? 10_000 : 40_000
const FANOUT = { watchers: WATCHERS, changes: values.quick ? 40 : 200, perSecond: 20 }
const PORT = 16_443
/** Of the bare server. */
const BARE_PORT = 16_444
/** Turns in which what is compared is measured. */
const TURNS = 4
const JSON_TYPE = 'application/json'

const say = (text: string) => process.stderr.write(`${text}\n`)
const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'))
const bundle = join(import.meta.dirname, '..', 'node_modules', `.bench-${process.pid}`)

const memory = (pid: number, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024

/** Starts the server, or what stands in for it; gives it, and milliseconds until it answers. */
const start = async (
  program = 'server',
  port = PORT,
): Promise<{ readonly child: ChildProcess; readonly took: number }> => {
  const began = performance.now()
  const profiling = values.profile ? ['--cpu-prof', `--cpu-prof-dir=${process.cwd()}`] : []
  const [node, ...flags] = programOf('control-plane').slice(0, -1)
  const settings: Settings = { folder, port }
  const child = spawn(node!, [...profiling, ...flags, join(bundle, `${program}.mjs`), JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // As bin/fairlead sets it.
    env: { ...environmentOf('control-plane'), ...process.env, NODE_COMPILE_CACHE: join(bundle, 'compiled') },
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve())
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
  })
  return { child, took: performance.now() - began }
}

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await ended
}

/** Milliseconds until all of a list is there, and its octets. */
const list = async (
  load: Load,
  path: string,
  type: string,
): Promise<{ readonly took: number; readonly octets: number }> => {
  const began = performance.now()
  const answer = await load.get(path, type)(load.connections[0]!)
  const took = performance.now() - began
  requireDone(answer)
  return { took, octets: answer.length }
}

/** How many Services, slices and pods there are. */
const counts = async (connection: Connection): Promise<readonly number[]> => {
  const found: number[] = []
  for (const path of ['/api/v1/services', '/apis/discovery.k8s.io/v1/endpointslices', '/api/v1/pods']) {
    const answer = await connection.request(`GET ${path}?limit=1 HTTP/1.1\r\nHost: bench\r\n`)
    requireDone(answer)
    const { metadata } = JSON.parse(answer.body.toString()) as { metadata: { remainingItemCount?: number } }
    found.push(1 + (metadata.remainingItemCount ?? 0))
  }
  return found
}

const medianFigures = (all: readonly Required<Figures>[]): Figures => {
  const of = (name: keyof Figures, digits: number): number => round(median(all.map((one) => one[name])), digits)
  return { per_s: of('per_s', 0), cpu_us: of('cpu_us', 0), p50_ms: of('p50_ms', 2), p99_ms: of('p99_ms', 2) }
}

let running: ChildProcess | undefined
let bare: ChildProcess | undefined
try {
  const programs = ['bench/api/server.ts', 'bench/api/bare.ts', 'src/apiserver/storage/sqlite/database-worker.ts']
  await bundlePrograms(programs, bundle)
  const pki = await createPki({ clusterDomain: 'cluster.local', subjectAltNames: ['10.96.0.1'], now: new Date() })
  writePki(join(folder, 'pki'), pki)
  const target = {
    host: '127.0.0.1',
    port: PORT,
    ca: pki.ca.certificate,
    cert: pki.admin.certificate,
    key: pki.admin.key,
  }
  bare = (await start('bare', BARE_PORT)).child
  const bareTarget = { ...target, port: BARE_PORT }
  const { child } = await start()
  running = child
  const pid = child.pid!
  const load = await Load.open(target, CLIENTS, pid)
  // The same octets from a server that knows nothing of them.
  const yardstick = await Load.open(bareTarget, CLIENTS, bare.pid!)
  const idle = memory(pid, 'VmRSS')

  await load.each(namespaceNames.length, (index) =>
    load.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespaceNames[index] } }),
  )
  await load.each(namespaceNames.length, (index) =>
    load.post(`/api/v1/namespaces/${namespaceNames[index]}/serviceaccounts`, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default' },
    }),
  )
  const core = (plural: string) => (index: number) => `/api/v1/namespaces/${namespaceOf(index)}/${plural}`
  const [services, pods] = [core('services'), core('pods')]
  const slices = (index: number) => `/apis/discovery.k8s.io/v1/namespaces/${namespaceOf(index)}/endpointslices`
  const importing = performance.now()
  const creations = {
    services: await load.each(OBJECTS, (index) => load.post(services(index), serviceOf(index))),
    slices: await load.each(OBJECTS, (index) => load.post(slices(index), sliceOf(index))),
    pods: await load.each(OBJECTS, (index) => load.post(pods(index), podOf(index))),
  }
  const imported = performance.now() - importing
  const made = memory(pid, 'VmRSS')
  say(`${3 * OBJECTS} objects made in ${round(imported / 1000, 1)} s`)

  const some = (): number => Math.floor(Math.random() * OBJECTS)
  const one = await load.get(`${services(0)}/s-0`, JSON_TYPE)(load.connections[0]!)
  const getSome = (type: string): Promise<Required<Figures>> =>
    load.each(READS / TURNS, () => {
      const index = some()
      return load.get(`${services(index)}/s-${index}`, type)
    })
  const gets: Record<'json' | 'protobuf' | 'bare', Required<Figures>[]> = { json: [], protobuf: [], bare: [] }
  for (let turn = 0; turn < TURNS; turn++) {
    gets.json.push(await getSome(JSON_TYPE))
    gets.bare.push(await yardstick.each(READS / TURNS, () => yardstick.get(`/?octets=${one.length}`, JSON_TYPE)))
    gets.protobuf.push(await getSome(PROTOBUF))
  }
  const patches = await load.each(OBJECTS / 2, () => {
    const index = some()
    return load.patch(`${services(index)}/s-${index}`, { metadata: { labels: { round: String(some()) } } })
  })
  const read = memory(pid, 'VmRSS')
  const lists: Record<'json' | 'protobuf' | 'bare', number[]> = { json: [], protobuf: [], bare: [] }
  let listed = 0
  for (let turn = 0; turn < 7; turn++) {
    const { took, octets } = await list(load, '/api/v1/pods', JSON_TYPE)
    lists.json.push(took)
    listed = octets
    lists.bare.push((await list(yardstick, `/?octets=${octets}`, JSON_TYPE)).took)
  }
  for (let turn = 0; turn < 7; turn++) lists.protobuf.push((await list(load, '/api/v1/pods', PROTOBUF)).took)
  const resident = memory(pid, 'VmRSS')
  const inProtobuf = await load.each(OBJECTS / 5, (index) => {
    const made = serviceOf(index)
    const object = { ...made, metadata: { ...made.metadata, name: `protobuf-${index}` } }
    return load.postProtobuf(services(index), encodeEnveloped(Service, object as Service))
  })
  const {
    figures: fan,
    octets: ofEvent,
    result: { withWatchers, peak },
  } = await fanout(target, pid, FANOUT, () => ({
    withWatchers: memory(pid, 'VmRSS'),
    peak: memory(pid, 'VmHWM'),
  }))

  const { figures: bareFan } = await fanout(bareTarget, bare.pid!, { ...FANOUT, octets: ofEvent }, () => undefined)

  const before = await counts(load.connections[0]!)
  load.close()
  yardstick.close()
  await end(child, values.profile ? 'SIGTERM' : 'SIGKILL')
  const again = await start()
  running = again.child
  const restartTime = processorTime(again.child.pid!)
  const connection = await Connection.open(target)
  const isDurable = (await counts(connection)).join() === before.join()
  connection.close()

  const [json, protobuf, bareGets] = [gets.json, gets.protobuf, gets.bare].map(medianFigures) as [
    Figures,
    Figures,
    Figures,
  ]
  console.table({
    'create Services': creations.services,
    'create Services, protobuf': inProtobuf,
    'create EndpointSlices': creations.slices,
    'create pods': creations.pods,
    'get a Service, JSON': json,
    'get a Service, protobuf': protobuf,
    'get a Service, bare server': bareGets,
    'patch a Service': patches,
    [`an event at ${WATCHERS} watchers`]: fan,
    'an event, bare server': bareFan,
  })
  console.table({
    [`list ${OBJECTS} pods, ms`]: {
      JSON: round(median(lists.json), 1),
      protobuf: round(median(lists.protobuf), 1),
      'bare server': round(median(lists.bare), 1),
      octets: listed,
    },
  })
  console.table({
    'memory, MB': {
      idle: round(idle, 1),
      'all made': round(made, 1),
      'read and patched': round(read, 1),
      listed: round(resident, 1),
      'with watchers': round(withWatchers, 1),
      peak: round(peak, 1),
    },
  })
  console.log(
    JSON.stringify({
      bench: 'api',
      create_per_s: creations.services.per_s,
      create_p99_ms: creations.services.p99_ms,
      get_per_s: json.per_s,
      bare_get_per_s: bareGets.per_s,
      list_pods_ms: round(median(lists.json), 1),
      bare_list_pods_ms: round(median(lists.bare), 1),
      fanout_p99_ms: fan.p99_ms,
      bare_fanout_p99_ms: bareFan.p99_ms,
      fanout_cpu_us: fan.cpu_us,
      bare_fanout_cpu_us: bareFan.cpu_us,
      rss_mb: round(resident, 1),
      rss_watched_mb: round(withWatchers, 1),
      import_ms: round(imported, 0),
      restart_ms: isDurable ? round(again.took, 0) : null,
      create_protobuf_per_s: inProtobuf.per_s,
      get_protobuf_per_s: protobuf.per_s,
      list_pods_protobuf_ms: round(median(lists.protobuf), 1),
      patch_per_s: patches.per_s,
      restart_cpu_ms: restartTime,
      objects: OBJECTS,
      clients: CLIENTS,
      watchers: WATCHERS,
    }),
  )
  await sleep(0)
} finally {
  for (const child of [running, bare]) if (child) await end(child, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true })
  rmSync(bundle, { recursive: true, force: true })
}
