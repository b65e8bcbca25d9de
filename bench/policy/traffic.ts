import { median, quantile } from '../dataplane/measure.ts'
import { compileProgram } from '../load/compile.ts'
import { ChainPerPolicy } from '../rival/chain-per-policy.ts'
import { loadRival } from '../rival/policy-loader.ts'
import { CLIENTS, HERE, makeCluster, SERVERS } from './cluster.ts'
import { LaidNode } from './laid-node.ts'
import { OurNode } from './our-node.ts'
import { samplesOf } from './samples.ts'
import { loadServiceRules } from './service-rules.ts'

/** `idle`: our tables, while no policy is there. */
const LAYOUTS = ['none', 'idle', 'ours', 'rival'] as const
type Layout = (typeof LAYOUTS)[number]
const CONCURRENCY = 64
const QUIET = 0.875

interface TrafficResult {
  /** Connections a second. */
  readonly rate: number
  /** Of each round's to the same round's without policies: the median, and of the fastest quarter of windows. */
  readonly ratio: number
  readonly quiet_ratio: number
  /** Microseconds from connect() to its answer, one connection at a time. */
  readonly first_packet_us: number
}

interface Agreement {
  readonly packets: number
  readonly passed: number
}

/**
 * Connections a second between pods of one node, of which policies let them: egress of the one and ingress of the other are
 * judged. The same over a node that has the rules of Services alone, one with ours beside them, and one with the rival's; in turns. Before that packets are sent through both,
 * and what comes through must be the same: throws where it is not.
 */
export const measureTraffic = async (
  { rounds, connections }: { readonly rounds: number; readonly connections: number },
  hasRival: boolean,
): Promise<{ readonly results: ReadonlyMap<Layout, TrafficResult>; readonly agreement: Agreement | undefined }> => {
  const layouts = LAYOUTS.filter((layout) => hasRival || layout !== 'rival')
  const cluster = makeCluster()
  const local = cluster.pods.filter(({ spec }) => spec?.nodeName === HERE)
  const addresses = (from: number, to?: number) =>
    local.slice(from, to).flatMap(({ status }) => status?.podIPs?.map(({ ip }) => ip as string) ?? [])
  const clients = addresses(SERVERS, SERVERS + CLIENTS)
  const targets = addresses(0, SERVERS).filter((one) => !one.includes(':'))
  const { program, remove } = compileProgram('load')
  const nodes = new Map<Layout, LaidNode>()
  try {
    for (const layout of layouts)
      nodes.set(
        layout,
        new LaidNode(layout, { clients, pods: [...addresses(0, SERVERS), ...addresses(SERVERS + CLIENTS)] }),
      )
    for (const { path } of nodes.values()) loadServiceRules(path)
    for (const [layout, policies] of [
      ['idle', []],
      ['ours', cluster.policies],
    ] as const) {
      const agent = new OurNode(nodes.get(layout)!.path)
      await agent.load({ ...cluster, policies })
      // The rules stay.
      agent.stop()
    }
    const rival = nodes.get('rival')
    if (rival !== undefined) loadRival(new ChainPerPolicy(cluster), ['nsenter', `--net=${rival.path}`])
    const agreement = rival && agree(nodes.get('ours')!, rival, cluster)

    for (const node of nodes.values()) await node.serve(program, 900)
    const rates = new Map<Layout, number[]>(layouts.map((layout) => [layout, []]))
    const latencies = new Map<Layout, number[]>(layouts.map((layout) => [layout, []]))
    const load = { source: clients.find((one) => !one.includes(':')) as string, sources: CLIENTS, targets }
    for (let round = -1; round < rounds; round++)
      for (let turn = 0; turn < layouts.length; turn++) {
        const layout = layouts[(turn + round + 1) % layouts.length] as Layout
        const node = nodes.get(layout)!
        const { rate } = node.connect(program, { ...load, connections, concurrency: CONCURRENCY })
        const { p50_us } = node.connect(program, { ...load, connections: Math.ceil(connections / 5), concurrency: 1 })
        // The first round warms caches.
        if (round < 0) continue
        rates.get(layout)!.push(rate)
        latencies.get(layout)!.push(p50_us)
      }
    const bare = rates.get('none')!
    const resultOf = (layout: Layout): TrafficResult => {
      const own = rates.get(layout)!
      return {
        rate: median(own),
        ratio: median(own.map((rate, round) => rate / (bare[round] ?? Number.NaN))),
        quiet_ratio: quantile(own, QUIET) / quantile(bare, QUIET),
        first_packet_us: median(latencies.get(layout)!),
      }
    }
    return { results: new Map(layouts.map((layout) => [layout, resultOf(layout)])), agreement }
  } finally {
    for (const node of nodes.values()) node.remove()
    remove()
  }
}

const agree = (ours: LaidNode, rival: LaidNode, cluster: ReturnType<typeof makeCluster>): Agreement => {
  let [packets, passed] = [0, 0]
  for (const [side, asked] of samplesOf(cluster)) {
    const [here, there] = [ours.passes(side, asked), rival.passes(side, asked)]
    for (const [index, { from, to, port }] of asked.entries())
      if (here[index] !== there[index])
        throw new Error(
          `the rival judges otherwise: from ${from} to ${to}:${port}/TCP ours ${here[index] ? 'passes' : 'drops'}, and the other does not`,
        )
    packets += asked.length
    passed += here.filter((one) => one).length
  }
  return { packets, passed }
}
