import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import type { ClusterNetworkPolicy } from '#api/policynetworking/clusternetworkpolicy/message.ts'
import type { Peer } from '#policy/peer.ts'
import { readClusterNetworkPolicy } from '#policy/reading/read-cluster-network-policy.ts'
import { readNetworkPolicy } from '#policy/reading/read-network-policy.ts'
import type { Direction, Policy, Rule } from '#policy/rule.ts'
import type { PolicyObject } from './policy-view.ts'

/** A peer of a rule, where it stands in its object. */
interface PeerPart {
  /** `spec.ingress[0].from[1]` */
  readonly path: string
  /** Several where it names several ranges; none where it cannot be read. */
  readonly peers: readonly Peer[]
}

/** A port of a rule, or what a ClusterNetworkPolicy calls a protocol. */
export interface PortPart {
  /** `spec.ingress[0].ports[1]` */
  readonly path: string
  readonly rule: Rule
}

/** Where in its list a rule of that path stands. */
export const indexOf = (path: string): number => Number(/\[(\d+)\]$/.exec(path)?.[1])

const isNetworkPolicy = (policy: Policy, _: PolicyObject): _ is NetworkPolicy => policy.kind === 'NetworkPolicy'

/** The rules of an object in one direction, as they stand there. */
const rulesIn = ({ spec }: PolicyObject, direction: Direction): readonly object[] => spec?.[direction] ?? []

/** An object that is that rule alone, with `more` in place of what it has. */
const alone = (policy: Policy, object: PolicyObject, direction: Direction, rule: object): Rule | undefined => {
  const read = isNetworkPolicy(policy, object)
    ? readNetworkPolicy({
        ...object,
        spec: {
          podSelector: {},
          policyTypes: [direction === 'ingress' ? 'Ingress' : 'Egress'],
          [direction]: [rule],
        },
      } as unknown as NetworkPolicy)
    : readClusterNetworkPolicy({
        ...object,
        spec: { ...object.spec, ingress: [], egress: [], [direction]: [rule] },
      } as unknown as ClusterNetworkPolicy)
  return read.rules[direction]?.[0]
}

const sideOf = (direction: Direction): 'from' | 'to' => (direction === 'ingress' ? 'from' : 'to')
/** None where something else stands there, as a definition that others have put in place of ours may let in. */
const listOf = (rule: object, field: string): readonly object[] => {
  const list = (rule as Readonly<Record<string, unknown>>)[field]
  return Array.isArray(list) ? list : []
}

/** Each peer of a rule by itself; undefined: it speaks of anyone. */
export const peersOfRule = (
  policy: Policy,
  object: PolicyObject,
  direction: Direction,
  path: string,
): readonly PeerPart[] | undefined => {
  const rule = rulesIn(object, direction)[indexOf(path)] ?? {}
  const side = sideOf(direction)
  const peers = listOf(rule, side)
  if (peers.length === 0) return undefined
  return peers.map((peer, index) => ({
    path: `${path}.${side}[${index}]`,
    peers: alone(policy, object, direction, { ...rule, [side]: [peer] })?.peers ?? [],
  }))
}

/** Each port of a rule by itself; undefined: it speaks of all traffic. */
export const portsOfRule = (
  policy: Policy,
  object: PolicyObject,
  direction: Direction,
  path: string,
): readonly PortPart[] | undefined => {
  const rule = rulesIn(object, direction)[indexOf(path)] ?? {}
  const field = policy.kind === 'NetworkPolicy' ? 'ports' : 'protocols'
  const ports = listOf(rule, field)
  if (ports.length === 0) return undefined
  return ports.flatMap((port, index) => {
    const read = alone(policy, object, direction, { ...rule, [field]: [port] })
    return read === undefined ? [] : [{ path: `${path}.${field}[${index}]`, rule: read }]
  })
}

/** `/spec/ingress/0/from/1` of `spec.ingress[0].from[1]` */
export const pointerOf = (path: string): string => `/${path.replace(/\[(\d+)\]/g, '/$1').replaceAll('.', '/')}`

/** `spec.egress[0]` of `spec.egress[0].to[1]` */
export const ruleOf = (path: string): string => /^spec\.\w+\[\d+\]/.exec(path)?.[0] ?? path

/** What stands in an object there. */
export const valueAt = (object: unknown, path: string): unknown =>
  pointerOf(path)
    .slice(1)
    .split('/')
    .reduce<unknown>((at, word) => (at as Record<string, unknown> | undefined)?.[word], object)

/** Whether a peer, or a subject, of a ClusterNetworkPolicy says `pods`: with a podSelector that may be empty. */
export const hasPods = (peer: unknown): boolean => (peer as { readonly pods?: unknown } | undefined)?.pods !== undefined
