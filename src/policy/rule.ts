import type { Protocol } from '#net/port-protocol.ts'
import { blocksPeer, type NamedPort, type Peer, type PodPeer } from './peer.ts'
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

/**
 * The same rules in fewer: blocks of one rule are one peer, and of a NetworkPolicy, whose rules add up, those of the same peers
 * or of the same traffic are one rule. What policies cost grows with the rules and peers that may mean the same address.
 */
export const folded = (policy: Policy): Policy => {
  const known = foldings.get(policy)
  if (known !== undefined) return known
  const fold = (rules: readonly Rule[] | undefined) =>
    rules && (policy.tier === 'NetworkPolicy' ? ofSameTraffic(ofSamePeers(rules)) : rules).map(withBlocksAsOne)
  const made = { ...policy, rules: { ingress: fold(policy.rules.ingress), egress: fold(policy.rules.egress) } }
  foldings.set(policy, made)
  return made
}
const foldings = new WeakMap<Policy, Policy>()

const ofSamePeers = (rules: readonly Rule[]): readonly Rule[] =>
  together(rules, ({ peers }) => peers?.map(({ key }) => key).join('\n') ?? '*').map((all) => ({
    ...all[0]!,
    traffic: unionOf(all.map(({ traffic }) => traffic)),
    names: all.flatMap(({ names }) => names),
  }))

const ofSameTraffic = (rules: readonly Rule[]): readonly Rule[] =>
  together(rules, ({ peers, traffic, names }) => (peers ? JSON.stringify([traffic, names]) : '*')).map((all) => ({
    ...all[0]!,
    peers: all[0]!.peers && all.flatMap(({ peers }) => peers ?? []),
  }))

const withBlocksAsOne = (rule: Rule): Rule => {
  const blocks = rule.peers?.filter((peer) => peer.kind === 'block') ?? []
  if (blocks.length < 2) return rule
  return { ...rule, peers: [...rule.peers!.filter(({ kind }) => kind !== 'block'), blocksPeer(blocks)] }
}

const together = (rules: readonly Rule[], textOf: (rule: Rule) => string): readonly (readonly Rule[])[] => {
  const groups = new Map<string, Rule[]>()
  for (const rule of rules) {
    const text = textOf(rule)
    const group = groups.get(text)
    if (group === undefined) groups.set(text, [rule])
    else group.push(rule)
  }
  return [...groups.values()]
}
