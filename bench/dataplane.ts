/**
 * One node's dataplane at several sizes: cold load from decoded objects to the last acknowledgement, one endpoint change and one Service created, object to kernel
 * commit. Run as `script/isolated script/node bench/dataplane.ts [sizes]`. Last line: JSON.
 */
import { performance } from 'node:perf_hooks'
import type { EndpointSlice, Service } from '#forwarding/forward-service.ts'
import { openConntrack } from '#kernel/conntrack.ts'
import { openNftables } from '#kernel/nftables/libnftables.ts'
import { removeTables } from '#reconciler/ownership.ts'
import { createServiceProxy } from '#reconciler/service-proxy.ts'

const CHANGES = 400
const sizes = (process.argv[2] ?? '1000,10000,30000').split(',').map(Number)

const ip = (base: string, number: number) => `${base}.${(number >> 8) & 255}.${number & 255}`

const service = (number: number) => {
  const clusterIP = ip('10.96', number + 1)
  return {
    metadata: { namespace: 'bench', name: `s${number}`, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: {
      type: 'ClusterIP',
      clusterIP,
      clusterIPs: [clusterIP],
      ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
    },
  } as unknown as Service
}

const slices = (number: number, version = 0) =>
  [
    {
      addressType: 'IPv4',
      endpoints: [0, 1, 2].map((index) => ({
        addresses: [`10.244.${(number * 3 + index + version) % 250}.${(number + version) % 250}`],
        nodeName: `n${(number + index) % 50}`,
        conditions: { ready: true },
      })),
      ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
    },
  ] as unknown as EndpointSlice[]

const quantile = (values: readonly number[], q: number) =>
  [...values].sort((left, right) => left - right)[Math.min(values.length - 1, Math.floor(values.length * q))] as number
const round = (value: number, digits = 3) => Number(value.toFixed(digits))
const rss = () => process.memoryUsage().rss / 2 ** 20

const results: object[] = []
const warm = openNftables()
removeTables(warm)

for (const size of sizes) {
  const nftables = openNftables()
  const conntrack = openConntrack()
  const objects = Array.from({ length: size }, (_, number) => [service(number), slices(number)] as const)
  global.gc?.()
  const idle = rss()
  let peak = idle
  let longest = 0
  let loading = true
  const counted = {
    apply: nftables.apply?.bind(nftables),
    read: (text: string) => nftables.read(text),
    close: () => nftables.close(),
    run: (text: string) => {
      const from = performance.now()
      nftables.run(text)
      longest = Math.max(longest, performance.now() - from)
      // Reading it takes half a millisecond: not while changes are timed.
      if (loading) peak = Math.max(peak, rss())
    },
  }
  const proxy = createServiceProxy({
    node: {
      name: 'n1',
      zone: undefined,
      nodeAddresses: ['172.30.0.2'],
      podCidrs: ['10.244.0.0/16'],
      serviceCidrs: ['10.96.0.0/16'],
    },
    kernel: { nftables: counted, conntrack },
  })
  const tell = (number: number, one: Service, some: readonly EndpointSlice[]) => {
    proxy.serviceChanged({ namespace: 'bench', name: `s${number}` }, one, some)
  }
  const cold = performance.now()
  for (const [number, [one, some]] of objects.entries()) tell(number, one, some)
  proxy.flush()
  const coldMs = performance.now() - cold
  loading = false
  const changes: number[] = []
  const creations: number[] = []
  for (let round = 0; round < CHANGES; round++) {
    const number = (round * 7919) % size
    const [one] = objects[number] as (typeof objects)[number]
    const changed = slices(number, round + 1)
    const from = performance.now()
    tell(number, one, changed)
    proxy.flush()
    changes.push(performance.now() - from)
    const fresh = size + round
    const created = [service(fresh), slices(fresh)] as const
    const then = performance.now()
    tell(fresh, ...created)
    proxy.flush()
    creations.push(performance.now() - then)
    // Lets timers and the collector have their turn, as a running agent does.
    if (round % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  const { failed, elements } = proxy.state()
  if (failed.length > 0) throw new Error(`refused: ${JSON.stringify(failed[0])}`)
  results.push({
    services: size,
    elements,
    cold_ms: round(coldMs, 0),
    longest_transaction_ms: round(longest, 0),
    cold_peak_mb: round(peak - idle, 0),
    change_p50_ms: round(quantile(changes, 0.5)),
    change_p99_ms: round(quantile(changes, 0.99)),
    create_p50_ms: round(quantile(creations, 0.5)),
    create_p99_ms: round(quantile(creations, 0.99)),
  })
  proxy.stop()
  removeTables(nftables)
  nftables.close()
  conntrack.close()
}
warm.close()
console.table(results)
console.log(JSON.stringify({ bench: 'dataplane', sizes: results }))
