/**
 * In a process and namespace of its own: one node's policies, from no tables to all of them, then changes one by one. Prints
 * one line of JSON.
 */
import { POLICY_RULESET } from '#dataplane/policy/ruleset.ts'
import { openNftables } from '#kernel/nftables/libnftables.ts'
import { kernelMemory, likeTheAgentHost, watchPeak } from '../dataplane/measure.ts'
import { changesOf } from './changes.ts'
import { makeCluster } from './cluster.ts'
import { OurNode } from './our-node.ts'

export interface LoadOptions {
  readonly changes: number
}

export interface LoadResult {
  readonly cold_ms: number
  /** Processor time of it: what it costs, however many others are at work. */
  readonly cold_cpu_ms: number
  readonly peak_mb: number
  readonly rss_mb: number
  readonly kernel_mb: number
  readonly elements: number
  readonly pod_changes: readonly number[]
  readonly policy_changes: readonly number[]
}

likeTheAgentHost()
const { changes } = JSON.parse(process.argv[2] ?? '') as LoadOptions
const cluster = makeCluster()
const node = new OurNode('/proc/self/ns/net')
const memory = watchPeak()
const kernelBefore = kernelMemory()
const processor = process.cpuUsage()
const started = performance.now()
await node.load(cluster)
const cold_ms = performance.now() - started
const { user, system } = process.cpuUsage(processor)
const kernel_mb = kernelMemory() - kernelBefore
const peak_mb = memory.peak()

const pod_changes: number[] = []
const policy_changes: number[] = []
const write = async (samples: number[], kind: 'pods' | 'policies', object: object, counts: boolean): Promise<void> => {
  const from = performance.now()
  await node.change(kind, object)
  if (counts) samples.push(performance.now() - from)
}
for (const { pod, policy, counts } of changesOf(cluster, changes)) {
  await write(pod_changes, 'pods', pod, counts)
  await write(policy_changes, 'policies', policy, counts)
  // Timers and the collector have their turn, as in a running agent.
  await new Promise((resolve) => setImmediate(resolve))
}
const rss_mb = process.memoryUsage.rss() / 1e6
node.stop()

const nftables = openNftables()
let elements = 0
for (const family of ['ip', 'ip6'] as const)
  for (const { name } of POLICY_RULESET.sets.ownedBy('policies'))
    nftables.dump(family, POLICY_RULESET.table, name, () => elements++)
nftables.close()
const result: LoadResult = {
  cold_ms,
  cold_cpu_ms: (user + system) / 1000,
  peak_mb,
  rss_mb,
  kernel_mb,
  elements,
  pod_changes,
  policy_changes,
}
console.log(JSON.stringify(result))
