/**
 * What network policies cost a node, and how soon a cluster knows who has an address: see docs/benchmarks.md. `script/bench
 * policy [--quick] [--rounds N] [--skip rival] [--skip traffic] [--skip identity]`. Prints tables, and JSON as its last line.
 *
 * What is compared runs in turns in one go: ours and the rival's loads, each in a process and a network namespace of its own;
 * and windows of connections over nodes that differ in their rules alone.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { inFreshProcess, median, quantile, round } from './dataplane/measure.ts'
import { PODS, POLICIES_A_TEAM, TEAMS } from './policy/cluster.ts'
import { measureIdentity } from './policy/identity.ts'
import type { LoadOptions, LoadResult } from './policy/load-worker.ts'
import { measureTraffic } from './policy/traffic.ts'
import { requireRival } from './rival/policy-loader.ts'
import type { PolicyRivalOptions, PolicyRivalResult } from './rival/policy-worker.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    skip: { type: 'string', multiple: true, default: [] },
  },
})
const { quick, skip } = values
const rounds = Number(values.rounds ?? (quick ? 2 : 7))
const CHANGES = 300
const RIVAL: PolicyRivalOptions = { changes: quick ? 30 : 100, changes_limit_ms: quick ? 5000 : 20_000 }
const TRAFFIC = quick ? { rounds: 20, connections: 500 } : { rounds: 120, connections: 1000 }
const ADDRESSES = quick ? 500 : 3000

const hasRival = !skip.includes('rival')
if (hasRival) requireRival()
const say = (text: string) => process.stderr.write(`${text}\n`)
const worker = (path: string) => join(import.meta.dirname, path)

const ours: LoadResult[] = []
const rivals: PolicyRivalResult[] = []
for (let number = 0; number < rounds; number++) {
  say(`round ${number + 1} of ${rounds}`)
  const options: LoadOptions = { changes: CHANGES }
  ours.push(await inFreshProcess<LoadResult>(worker('policy/load-worker.ts'), options))
  if (hasRival) rivals.push(await inFreshProcess<PolicyRivalResult>(worker('rival/policy-worker.ts'), RIVAL))
}
const traffic = skip.includes('traffic') ? undefined : await measureTraffic(TRAFFIC, hasRival)
const identity = skip.includes('identity') ? undefined : await measureIdentity(ADDRESSES)

const podChanges = ours.flatMap(({ pod_changes }) => pod_changes)
const policyChanges = ours.flatMap(({ policy_changes }) => policy_changes)
const cold_ms = median(ours.map((one) => one.cold_ms))
const middle = (name: 'cold_cpu_ms' | 'peak_mb' | 'rss_mb' | 'kernel_mb' | 'elements') =>
  round(median(ours.map((one) => one[name])), 0)
const row = {
  cold_ms: round(cold_ms, 0),
  pod_change_p50_ms: round(quantile(podChanges, 0.5)),
  policy_change_p50_ms: round(quantile(policyChanges, 0.5)),
}
console.log(`a node of ${PODS} pods and ${TEAMS * POLICIES_A_TEAM} policies, dual-stack`)
console.table({
  ...row,
  cold_cpu_ms: middle('cold_cpu_ms'),
  pod_change_p99_ms: round(quantile(podChanges, 0.99)),
  policy_change_p99_ms: round(quantile(policyChanges, 0.99)),
  peak_mb: middle('peak_mb'),
  rss_mb: middle('rss_mb'),
  kernel_mb: middle('kernel_mb'),
  elements: middle('elements'),
})

const rivalOf = (name: 'pod_changes' | 'policy_changes' | 'sync_changes') =>
  round(
    quantile(
      rivals.flatMap((one) => one[name]),
      0.5,
    ),
    1,
  )
const rival = hasRival
  ? {
      rival_cold_ms: round(median(rivals.map((one) => one.cold_ms)), 0),
      rival_pod_change_p50_ms: rivalOf('pod_changes'),
      rival_policy_change_p50_ms: rivalOf('policy_changes'),
      rival_sync_p50_ms: rivalOf('sync_changes'),
    }
  : undefined
if (rival !== undefined) {
  // Within each round: what slows the machine slows both.
  const cold = median(rivals.map((one, index) => one.cold_ms / (ours[index]?.cold_ms ?? Number.NaN)))
  console.log(
    `chains of iptables and ipsets, both families: ${rivals[0]?.rules} rules, ${rivals[0]?.entries} entries; how much longer they take`,
  )
  console.table({
    'cold, from texts that are there': { ms: rival.rival_cold_ms, times: round(cold, 1) },
    'one pod': {
      ms: rival.rival_pod_change_p50_ms,
      times: round(rival.rival_pod_change_p50_ms / row.pod_change_p50_ms, 0),
    },
    'one policy, its chains alone': {
      ms: rival.rival_policy_change_p50_ms,
      times: round(rival.rival_policy_change_p50_ms / row.policy_change_p50_ms, 0),
    },
    'one policy, all chains': {
      ms: rival.rival_sync_p50_ms,
      times: round(rival.rival_sync_p50_ms / row.policy_change_p50_ms, 0),
    },
  })
}
if (traffic !== undefined) {
  const { results, agreement } = traffic
  if (agreement !== undefined)
    console.log(`of ${agreement.packets} packets both let ${agreement.passed} pass, the same ones`)
  console.log('connections between pods of a node, as a ratio to those over a node without policies')
  console.table(
    Object.fromEntries(
      [...results].map(([layout, { rate, ratio, quiet_ratio, first_packet_us }]) => [
        layout,
        { per_second: round(rate, 0), ratio: round(ratio), quiet_ratio: round(quiet_ratio), first_packet_us },
      ]),
    ),
  )
}
if (identity !== undefined) {
  console.log('from a pod’s address in a request to the API until every kernel of three nodes knows whose it is')
  console.table({
    p50_ms: round(identity.p50_ms, 2),
    p99_ms: round(identity.p99_ms, 2),
    most_ms: round(identity.most_ms, 2),
    addresses: identity.arrived,
    lost: identity.lost,
  })
}

const connection_ratio = traffic && round(traffic.results.get('ours')!.ratio)
const identity_p99_ms = identity && round(identity.p99_ms, 2)
/** What is asked of it. */
const bars = [
  ['cold', 'ms', row.cold_ms, 1000, 'most'],
  ['one pod’s change, p50', 'ms', row.pod_change_p50_ms, 1, 'most'],
  ['one policy’s change, p50', 'ms', row.policy_change_p50_ms, 5, 'most'],
  ['connections, ratio', '', connection_ratio, 0.97, 'least'],
  ['identity on every node, p99', 'ms', identity_p99_ms, 25, 'most'],
] as const
console.table(
  Object.fromEntries(
    bars.flatMap(([what, unit, value, bar, way]) =>
      value === undefined
        ? []
        : [[what, { value, goal: `${way} ${bar} ${unit}`.trim(), met: way === 'most' ? value <= bar : value >= bar }]],
    ),
  ),
)
console.log(
  JSON.stringify({
    bench: 'policy',
    pods: PODS,
    policies: TEAMS * POLICIES_A_TEAM,
    ...row,
    connection_ratio,
    rss_mb: middle('rss_mb'),
    cold_cpu_ms: middle('cold_cpu_ms'),
    idle_connection_ratio: traffic && round(traffic.results.get('idle')!.ratio),
    identity_p50_ms: identity && round(identity.p50_ms, 2),
    identity_p99_ms,
    identity_lost: identity?.lost,
    ...rival,
    rival_connection_ratio: traffic && hasRival ? round(traffic.results.get('rival')!.ratio) : undefined,
    rounds,
  }),
)
