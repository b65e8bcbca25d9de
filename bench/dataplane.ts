/**
 * One node's dataplane, measured: see docs/benchmarks.md. `script/bench dataplane [--quick]`. Prints tables, and JSON
 * as its last line.
 *
 * Everything that is compared runs in one go, in turns: each round visits every size and layout, each in a process and
 * a network namespace of its own, and what is printed is the median of the rounds (quantiles of all their samples).
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { LoadOptions, LoadResult } from './dataplane/load-worker.ts'
import { inFreshProcess, median, quantile, round } from './dataplane/measure.ts'
import type { Families } from './dataplane/services.ts'
import { measureTraffic, NO_SERVICES } from './dataplane/traffic.ts'
import type { RivalOptions, RivalResult } from './rival/load-worker.ts'
import { KUBE_PROXY } from './rival/published.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    sizes: { type: 'string' },
    rounds: { type: 'string' },
    skip: { type: 'string', multiple: true, default: [] },
  },
})
const { quick } = values
const sizes = (values.sizes ?? (quick ? '1000,10000' : '1000,10000,30000')).split(',').map(Number)
const rounds = Number(values.rounds ?? (quick ? 1 : 3))
const families: readonly Families[] = quick ? ['ipv4'] : ['ipv4', 'dual']
const CHANGES = 400
const RIVAL_SIZES = [1000, 10_000]
const TRANSACTIONS = quick ? [500] : [100, 500, 2500]
const RIVAL_LIMIT_MS = quick ? 25_000 : 120_000
const TRAFFIC_SIZES = quick ? [10, 10_000] : [NO_SERVICES, 10, 10_000, 30_000]
const TRAFFIC = quick ? { rounds: 20, connections: 500 } : { rounds: 160, connections: 1000 }

const worker = (path: string) => join(import.meta.dirname, path)
const say = (text: string) => process.stderr.write(`${text}\n`)

const loads = new Map<string, LoadResult[]>()
const rivals = new Map<string, RivalResult[]>()
const add = <T>(all: Map<string, T[]>, key: string, value: T) => all.set(key, [...(all.get(key) ?? []), value])

const bestRival = (services: number): readonly RivalResult[] => {
  const whole = TRANSACTIONS.map((transaction) => rivals.get(`${services} ${transaction}`) ?? []).filter(
    ([first]) => first?.loaded === services,
  )
  return [...whole].sort((left, right) => coldOf(left) - coldOf(right))[0] ?? []
}
/** What a change costs does not depend on how the table was loaded. */
const rivalChanges = (services: number): readonly number[] =>
  TRANSACTIONS.flatMap((transaction) => rivals.get(`${services} ${transaction}`) ?? []).flatMap(
    ({ changes }) => changes,
  )
const coldOf = (results: readonly { readonly cold_ms: number }[]) => median(results.map(({ cold_ms }) => cold_ms))

const runRival = async (services: number, number: number): Promise<void> => {
  // A large one takes minutes in all: after the first round only its best transaction size goes on.
  const best = number > 0 && services > 1000 ? bestRival(services)[0]?.transaction : undefined
  for (const transaction of best === undefined ? TRANSACTIONS : [best]) {
    const known = rivals.get(`${services} ${transaction}`)?.[0]
    if (known !== undefined && known.loaded < services) continue
    const options: RivalOptions = {
      services,
      transaction,
      limit_ms: RIVAL_LIMIT_MS,
      changes: CHANGES,
      changes_limit_ms: quick ? 3000 : 20_000,
    }
    const result = await inFreshProcess<RivalResult>(worker('rival/load-worker.ts'), options)
    add(rivals, `${services} ${transaction}`, result)
    if (result.loaded < services)
      say(`chain per Service, ${transaction} a transaction: stopped after ${result.loaded} of ${services} Services`)
  }
}

for (let number = 0; number < rounds; number++) {
  for (const services of sizes) {
    say(`round ${number + 1} of ${rounds}: ${services} Services`)
    for (const family of families) {
      const options: LoadOptions = { services, families: family, changes: CHANGES }
      const result = await inFreshProcess<LoadResult>(worker('dataplane/load-worker.ts'), options)
      add(loads, `${services} ${family}`, result)
    }
    if (RIVAL_SIZES.includes(services) && !values.skip.includes('rival')) await runRival(services, number)
  }
}

const loadRow = (services: number, family: Families) => {
  const results = loads.get(`${services} ${family}`) ?? []
  const middle = (name: 'cold_ms' | 'cold_cpu_ms' | 'longest_ms' | 'peak_mb' | 'kernel_mb' | 'elements') =>
    median(results.map((result) => result[name]))
  const changes = results.flatMap((result) => result.changes)
  const creations = results.flatMap((result) => result.creations)
  return {
    services,
    cold_ms: round(middle('cold_ms'), 0),
    cold_cpu_ms: round(middle('cold_cpu_ms'), 0),
    longest_transaction_ms: round(middle('longest_ms'), 0),
    cold_peak_mb: round(middle('peak_mb'), 0),
    change_p50_ms: round(quantile(changes, 0.5)),
    change_p99_ms: round(quantile(changes, 0.99)),
    create_p50_ms: round(quantile(creations, 0.5)),
    create_p99_ms: round(quantile(creations, 0.99)),
    kernel_mb: round(middle('kernel_mb'), 1),
    elements: middle('elements'),
  }
}

const rivalRow = (services: number, results: readonly RivalResult[]) => {
  const changes = results.flatMap((result) => result.changes)
  return {
    services,
    transaction: results[0]?.transaction,
    loaded: results[0]?.loaded,
    cold_ms: round(coldOf(results), 0),
    cold_cpu_ms: round(median(results.map(({ cold_cpu_ms }) => cold_cpu_ms)), 0),
    longest_transaction_ms: round(median(results.map(({ longest_ms }) => longest_ms)), 0),
    peak_mb: round(median(results.map(({ peak_mb }) => peak_mb)), 0),
    kernel_mb: round(median(results.map(({ kernel_mb }) => kernel_mb)), 1),
    change_p50_ms: round(quantile(changes, 0.5), 1),
    change_p99_ms: round(quantile(changes, 0.99), 1),
    changes: changes.length,
  }
}

for (const family of families) {
  console.log(
    family === 'ipv4' ? 'IPv4, three endpoints a Service' : 'dual-stack, three endpoints a Service and family',
  )
  console.table(sizes.map((services) => loadRow(services, family)))
}
if (rivals.size > 0) {
  console.log('a chain per Service and endpoint, IPv4, through the same loader')
  console.table([...rivals].map(([key, results]) => rivalRow(Number(key.split(' ')[0]), results)))
  console.log(`the real kube-proxy (${KUBE_PROXY.source})`)
  console.table(KUBE_PROXY.sizes)
}

const traffic = values.skip.includes('traffic') ? [] : await measureTraffic(TRAFFIC_SIZES, TRAFFIC)
if (traffic.length > 0) {
  console.log('connections through the node, as a ratio to direct ones over the same path')
  console.table(
    traffic.map(({ services, direct_rate, clusterip_ratio, nodeport_ratio, ...rest }) => ({
      services: services === NO_SERVICES ? 'two rules of constants' : services,
      direct_per_second: round(direct_rate, 0),
      clusterip_ratio: round(clusterip_ratio),
      nodeport_ratio: round(nodeport_ratio),
      clusterip_quiet_ratio: round(rest.clusterip_quiet_ratio),
      nodeport_quiet_ratio: round(rest.nodeport_quiet_ratio),
      direct_us: rest.direct_us,
      clusterip_us: rest.clusterip_us,
      nodeport_us: rest.nodeport_us,
    })),
  )
}

const last = [...new Set([...traffic.map(({ services }) => services), ...sizes])]
  .filter((services) => services !== NO_SERVICES)
  .sort((left, right) => left - right)
  .map((services) => {
    const connections = traffic.find((one) => one.services === services)
    const rival = bestRival(services)
    return {
      services,
      ...(sizes.includes(services) ? loadRow(services, 'ipv4') : {}),
      ...(connections === undefined
        ? {}
        : {
            clusterip_ratio: round(connections.clusterip_ratio),
            nodeport_ratio: round(connections.nodeport_ratio),
            clusterip_quiet_ratio: round(connections.clusterip_quiet_ratio),
            nodeport_quiet_ratio: round(connections.nodeport_quiet_ratio),
            clusterip_latency_ratio: round(connections.clusterip_us / connections.direct_us),
            nodeport_latency_ratio: round(connections.nodeport_us / connections.direct_us),
          }),
      ...(rival.length === 0
        ? {}
        : {
            rival_cold_ms: rivalRow(services, rival).cold_ms,
            rival_change_p50_ms: round(quantile(rivalChanges(services), 0.5), 1),
          }),
    }
  })
const least = traffic.find(({ services }) => services === NO_SERVICES)
const constants = least && {
  clusterip_ratio: round(least.clusterip_ratio),
  nodeport_ratio: round(least.nodeport_ratio),
}
console.log(JSON.stringify({ bench: 'dataplane', rounds, sizes: last, constants }))
