import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { PerformanceObserver } from 'node:perf_hooks'
import { likeTheAgentHost } from '../dataplane/measure.ts'
import { makeCluster } from './cluster.ts'
import { OurNode } from './our-node.ts'

likeTheAgentHost()
const gc: number[] = []
new PerformanceObserver((l) => {
  for (const e of l.getEntries()) gc.push(e.duration)
}).observe({ entryTypes: ['gc'] })
const cluster = makeCluster()
const node = new OurNode('/proc/self/ns/net')
await new Promise((r) => setTimeout(r, 50))
gc.length = 0
const s = new Session()
s.connect()
s.post('Profiler.enable')
s.post('Profiler.setSamplingInterval', { interval: 250 })
s.post('Profiler.start')
const p = process.cpuUsage()
const t = performance.now()
await node.load(cluster)
console.log(performance.now() - t, process.cpuUsage(p))
s.post('Profiler.stop', (_e, r) => writeFileSync('/tmp/pbprof/cold.cpuprofile', JSON.stringify(r.profile)))
await new Promise((r) => setTimeout(r, 50))
console.log(
  'gc',
  gc.length,
  gc.reduce((a, b) => a + b, 0),
  node.policy.identities,
)
node.stop()
