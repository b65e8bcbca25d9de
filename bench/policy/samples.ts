import type { Pod } from '#api/core/pod/message.ts'
import { type BenchCluster, CLIENTS, HERE, SERVERS } from './cluster.ts'
import type { Asked, Side } from './laid-node.ts'

const SAMPLES = 240
const PORTS = [8080, 8081, 8082, 8443, 9100, 9200, 5432, 6432, 443, 53, 8050, 81] as const
/** Of an office, of the hole in it, and of nobody. */
const OUTSIDE = [
  ['198.18.0.77', '2001:db8::77'],
  ['198.18.0.5', '2001:db8:0:ffff::5'],
  ['203.0.113.9', '2620::9'],
] as const

const addressesOf = ({ status }: Pod): readonly string[] => status?.podIPs?.map(({ ip }) => ip as string) ?? []

/**
 * First packets between pods of this node and all others, by each family in turn: half of them from one to a neighbour of its
 * own team, since what chance chooses would nearly always be dropped. `pods` sends the first half, and `world` the second.
 */
export const samplesOf = ({ pods }: BenchCluster): readonly (readonly [Side, readonly Asked[]])[] => {
  const local = pods.filter(({ spec }) => spec?.nodeName === HERE)
  const own = local.filter((_, index) => index < SERVERS || index >= SERVERS + CLIENTS)
  const others = pods.filter(({ spec }) => spec?.nodeName !== HERE)
  const shared = others.filter(({ metadata }) => !metadata?.namespace?.startsWith('team-'))
  const sample = (number: number): { readonly pod: string; readonly other: string; readonly port: number } => {
    const pod = own[(number * 37) % own.length] as Pod
    const near = others.filter(({ metadata }) => metadata?.namespace === pod.metadata?.namespace)
    const family = number % 2
    const pool = [near, shared, others, near][number % 4] as readonly Pod[]
    const outside = OUTSIDE[number % OUTSIDE.length] as readonly string[]
    const other = number % 5 === 4 ? outside : addressesOf(pool[(number * 7919) % pool.length] as Pod)
    return {
      pod: addressesOf(pod)[family] as string,
      other: other[family] as string,
      port: PORTS[number % PORTS.length] as number,
    }
  }
  const all = Array.from({ length: SAMPLES }, (_, number) => sample(number))
  return [
    ['pods', all.map(({ pod, other, port }) => ({ from: pod, to: other, port }))],
    ['world', all.map(({ pod, other, port }) => ({ from: other, to: pod, port }))],
  ]
}
