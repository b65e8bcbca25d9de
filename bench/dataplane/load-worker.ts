/**
 * In a process and namespace of its own: one node's proxy, from no tables to all Services, then changes one by one.
 * Prints one line of JSON.
 */
import { openConntrack } from '#kernel/conntrack/conntrack.ts'
import { openNftables } from '#kernel/nftables/libnftables.ts'
import { createServiceProxy } from '#reconciler/services/service-proxy.ts'
import { kernelMemory, likeTheAgentHost, watchPeak } from './measure.ts'
import { type Families, SERVICE_CIDRS, serviceOf, slicesOf } from './services.ts'

export interface LoadOptions {
  readonly services: number
  readonly families: Families
  readonly changes: number
}

export interface LoadResult {
  readonly cold_ms: number
  /** Processor time of it: what it costs, however many others are at work. */
  readonly cold_cpu_ms: number
  readonly longest_ms: number
  readonly peak_mb: number
  readonly idle_mb: number
  readonly kernel_mb: number
  readonly elements: number
  readonly changes: readonly number[]
  readonly creations: readonly number[]
}

const WARM_UP = 50
likeTheAgentHost()
const { services, families, changes } = JSON.parse(process.argv[2] ?? '') as LoadOptions
const objects = Array.from(
  { length: services },
  (_, number) => [serviceOf(number, families), slicesOf(number, families)] as const,
)
const nftables = openNftables()
const conntrack = openConntrack()
let longest = 0
const timed =
  <A>(fn: (argument: A) => void) =>
  (argument: A): void => {
    const from = performance.now()
    fn(argument)
    longest = Math.max(longest, performance.now() - from)
  }
nftables.run = timed(nftables.run.bind(nftables))
if (nftables.apply) nftables.apply = timed(nftables.apply.bind(nftables))
const proxy = createServiceProxy({
  node: {
    name: 'n1',
    zone: undefined,
    nodeAddresses: ['172.30.0.2', 'fd00:172:30::2'],
    podCidrs: ['10.128.0.0/9', 'fd00:10:244::/48'],
    serviceCidrs: SERVICE_CIDRS,
    ownPods: [],
  },
  kernel: { nftables, conntrack },
  // A bench of retries would say nothing.
  onFault: (fault) => {
    console.error(fault)
    process.exit(1)
  },
})
const tell = (number: number, [service, slices]: readonly [(typeof objects)[0][0], (typeof objects)[0][1]]) =>
  proxy.serviceChanged({ namespace: 'bench', name: `s${number}` }, service, slices)

const memory = watchPeak()
const kernelBefore = kernelMemory()
const processor = process.cpuUsage()
const started = performance.now()
for (const [number, one] of objects.entries()) tell(number, one)
proxy.flush()
const cold_ms = performance.now() - started
const { user, system } = process.cpuUsage(processor)
const cold_cpu_ms = (user + system) / 1000
const kernel_mb = kernelMemory() - kernelBefore
const peak_mb = memory.peak()
const longest_ms = longest

const result = { changes: [] as number[], creations: [] as number[] }
const write = (samples: number[], round: number, number: number, one: (typeof objects)[0]) => {
  const from = performance.now()
  tell(number, one)
  proxy.flush()
  if (round >= WARM_UP) samples.push(performance.now() - from)
}
for (let round = 0; round < changes + WARM_UP; round++) {
  const number = (round * 7919) % services
  const [service] = objects[number] as (typeof objects)[0]
  write(result.changes, round, number, [service, slicesOf(number, families, 1 + Math.floor(round / services))])
  const fresh = services + round
  write(result.creations, round, fresh, [serviceOf(fresh, families), slicesOf(fresh, families)])
  // Timers and the collector have their turn, as in a running agent.
  if (round % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
}
const { failed, elements } = proxy.state()
if (failed.length > 0) throw new Error(`the kernel refused: ${JSON.stringify(failed[0])}`)
proxy.stop()
nftables.close()
conntrack.close()
const answer: LoadResult = {
  cold_ms,
  cold_cpu_ms,
  longest_ms,
  peak_mb,
  idle_mb: memory.idle,
  kernel_mb,
  elements,
  ...result,
}
console.log(JSON.stringify(answer))
