import type { Protocol } from '#net/port-protocol.ts'
import type { NamedPort, Peer, PodPeer } from './peer.ts'
import { ALL, common, minus, NONE, portsOf, type Traffic, union, unionOf } from './traffic.ts'

export type Direction = 'ingress' | 'egress'
export const DIRECTIONS: readonly Direction[] = ['ingress', 'egress']

/** In the order in which they are asked; a NetworkPolicy stands between the tiers of ClusterNetworkPolicies. */
export type Tier = 'Admin' | 'NetworkPolicy' | 'Baseline'
export const TIERS: readonly Tier[] = ['Admin', 'NetworkPolicy', 'Baseline']

/** A port by its name, to be looked up at the pod that is asked; `protocol` undefined: of any. */
export interface PortName {
  readonly name: string
  readonly protocol: Protocol | undefined
}

/** One rule of a policy: what becomes of traffic with any of these peers. */
export interface Rule {
  /** `spec.ingress[0]`: where it stands in its object. */
  readonly path: string
  readonly action: 'Accept' | 'Deny' | 'Pass'
  /** Undefined: anyone, whoever it is. */
  readonly peers: readonly Peer[] | undefined
  readonly traffic: Traffic
  readonly names: readonly PortName[]
}

/** A policy of either kind, as it was read. */
export interface Policy {
  readonly kind: 'NetworkPolicy' | 'ClusterNetworkPolicy'
  /** `namespace/name`, or the name of what has no namespace. */
  readonly name: string
  readonly tier: Tier
  /** Of two in a tier, the lesser one is asked first. NetworkPolicies add up: there it is 0. */
  readonly priority: number
  readonly subject: PodPeer
  /** By direction; undefined: it says nothing of that one. */
  readonly rules: Readonly<Record<Direction, readonly Rule[] | undefined>>
  /** What of it could not be read, and stands closed: with the field, and the way out. */
  readonly faults: readonly string[]
}

/** The name under which a policy is known beside those of the other kind. */
export const policyKey = ({ kind, name }: Pick<Policy, 'kind' | 'name'>): string => `${kind} ${name}`

/** What a rule speaks of, at a destination whose ports have these names. */
export const trafficOf = ({ traffic, names }: Rule, ports: readonly NamedPort[]): Traffic =>
  names.length === 0
    ? traffic
    : unionOf([
        traffic,
        ...names.flatMap(({ name, protocol }) =>
          ports
            .filter((one) => one.name === name && (protocol === undefined || one.protocol === protocol))
            .map((one) => portsOf(one.protocol, one.port, one.port)),
        ),
      ])

/** A rule that speaks of a packet's other end, and of how much of its traffic. */
export interface Match {
  readonly rule: Rule
  readonly tier: Tier
  readonly traffic: Traffic
}

/**
 * What may pass between a pod and one other end: `matches` are the rules that speak of that one, in the order of tiers
 * and priorities; `isIsolated`: a NetworkPolicy selects the pod, so that what none of them lets in is refused.
 */
export const decide = (matches: readonly Match[], isIsolated: boolean): Traffic => {
  const admin = ofTier(matches, 'Admin')
  const next = union(admin.passed, admin.rest)
  if (isIsolated) {
    const allowed = unionOf(matches.flatMap(({ tier, traffic }) => (tier === 'NetworkPolicy' ? [traffic] : [])))
    return union(admin.accepted, common(next, allowed))
  }
  const baseline = ofTier(matches, 'Baseline')
  const open = union(baseline.accepted, union(baseline.passed, baseline.rest))
  return union(admin.accepted, common(next, open))
}

/** The first rule that speaks of some traffic says what becomes of it. */
const ofTier = (matches: readonly Match[], tier: Tier) => {
  let [accepted, passed, rest] = [NONE, NONE, ALL]
  for (const { rule, traffic, tier: its } of matches) {
    if (its !== tier) continue
    const met = common(rest, traffic)
    rest = minus(rest, met)
    if (rule.action === 'Accept') accepted = union(accepted, met)
    else if (rule.action === 'Pass') passed = union(passed, met)
  }
  return { accepted, passed, rest }
}

/** The names of ports that are looked up at others: those of egress. */
export const namesOf = ({ rules }: Policy): readonly string[] => [
  ...new Set((rules.egress ?? []).flatMap(({ names }) => names.map(({ name }) => name))),
]

/** All peers that its rules speak of. */
export const peersOf = ({ rules }: Policy): readonly Peer[] =>
  [...(rules.ingress ?? []), ...(rules.egress ?? [])].flatMap(({ peers }) => peers ?? [])
