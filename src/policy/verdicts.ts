import type { IpFamily } from '#net/ip-address.ts'
import type { Protocol } from '#net/port-protocol.ts'
import type { Identity } from './identities.ts'
import type { NamedPort } from './peer.ts'
import { type Direction, decide, type Match, type Policy, type Rule, TIERS, type Tier, trafficOf } from './rule.ts'
import { ALL, common, isNothing, minus, PROTOCOLS, sameTraffic, type Traffic } from './traffic.ts'

/** What becomes of some traffic of a pod. The first that speaks of a packet counts; none does where nothing is said here. */
export interface Verdict {
  /** Of whom: an identity's number, or 0 for anyone of whom nothing is said. */
  readonly identity: number
  /** Undefined: of all traffic that no other verdict of this identity speaks of. */
  readonly ports: { readonly protocol: Protocol; readonly first: number; readonly last: number } | undefined
  readonly passes: boolean
}

/** What is known of the others. */
interface Others {
  /** Those who are one of the peer with this key, for all or for a part of their traffic. */
  of(key: string): Iterable<Identity>
  /** Those who have ports with names that rules ask for. */
  readonly named: Iterable<Identity>
}

interface Ordered {
  readonly rule: Rule
  readonly tier: Tier
}

/** A pod whose policies are asked, with the ports that it has names for. */
interface Subject {
  readonly ports: readonly NamedPort[]
  readonly policies: Iterable<Policy>
}

/** Whether any policy says something of a direction. */
export const isPoliced = (policies: Iterable<Policy>, direction: Direction): boolean =>
  Iterator.from(policies).some(({ rules }) => rules[direction] !== undefined)

/** What becomes of the traffic of a pod in one direction and family: as few verdicts as say it. */
export const verdictsOf = (
  { ports, policies }: Subject,
  direction: Direction,
  family: IpFamily,
  others: Others,
): readonly Verdict[] => {
  const rules = inOrder([...policies], direction)
  const isIsolated = Iterator.from(policies).some(
    (one) => one.tier === 'NetworkPolicy' && one.rules[direction] !== undefined,
  )
  const anyone = rules.flatMap(({ rule, tier }, order) =>
    rule.peers === undefined
      ? [{ rule, tier, order, traffic: trafficOf(rule, direction === 'ingress' ? ports : []) }]
      : [],
  )
  const base = decide(anyone, isIsolated)
  const verdicts: Verdict[] = []
  say(verdicts, 0, base, undefined)
  const met = matchesByIdentity(rules, direction, family, ports, others)
  if (direction === 'egress' && anyone.some(({ rule }) => rule.names.length > 0))
    for (const identity of others.named) if (identity.family === family && !met.has(identity)) met.set(identity, [])
  for (const [identity, matches] of met) {
    const all = namedForAnyone(anyone, direction, identity)
    say(verdicts, identity.number, decide([...all, ...matches].sort(byOrder), isIsolated), base)
  }
  return verdicts
}

interface OrderedMatch extends Match {
  readonly order: number
}

const byOrder = (left: OrderedMatch, right: OrderedMatch): number => left.order - right.order

/** Egress by a port's name depends on who is asked. */
const namedForAnyone = (anyone: readonly OrderedMatch[], direction: Direction, { ports }: Identity) =>
  direction === 'egress' && ports.length > 0
    ? anyone.map((match) =>
        match.rule.names.length === 0 ? match : { ...match, traffic: trafficOf(match.rule, ports) },
      )
    : anyone

const matchesByIdentity = (
  rules: readonly Ordered[],
  direction: Direction,
  family: IpFamily,
  ports: readonly NamedPort[],
  others: Others,
): Map<Identity, OrderedMatch[]> => {
  const met = new Map<Identity, OrderedMatch[]>()
  for (const [order, { rule, tier }] of rules.entries()) {
    const own = direction === 'ingress' ? trafficOf(rule, ports) : undefined
    /** Of this rule: those of whom it speaks whole, and in part. */
    const seen = new Map<Identity, Traffic>()
    for (const { key } of rule.peers ?? [])
      for (const identity of others.of(key)) {
        if (identity.family !== family || seen.get(identity) === ALL) continue
        const isWhole = identity.peers.some((peer) => peer.key === key)
        seen.set(identity, isWhole ? ALL : identity.limit)
      }
    for (const [identity, limit] of seen) {
      const traffic = common(own ?? trafficOf(rule, identity.ports), limit)
      const of = met.get(identity)
      if (of === undefined) met.set(identity, [{ rule, tier, order, traffic }])
      else of.push({ rule, tier, order, traffic })
    }
  }
  return met
}

const inOrder = (policies: readonly Policy[], direction: Direction): readonly Ordered[] =>
  TIERS.flatMap((tier) =>
    policies
      .filter((one) => one.tier === tier)
      .sort((left, right) => left.priority - right.priority || (left.name < right.name ? -1 : 1))
      .flatMap(({ rules }) => (rules[direction] ?? []).map((rule) => ({ rule, tier }))),
  )

/** `base`: what is said of anyone, and holds of this identity where nothing else is; undefined: this is that. */
const say = (verdicts: Verdict[], identity: number, traffic: Traffic, base: Traffic | undefined): void => {
  if (base !== undefined && sameTraffic(traffic, base)) return
  const others = base?.others ?? false
  // Of the rest nothing need be said where it is as for anyone.
  const says = traffic.others !== others
  if (says) verdicts.push({ identity, ports: undefined, passes: traffic.others })
  const passing = says && traffic.others ? undefined : says ? traffic : minus(traffic, base ?? minus(traffic, traffic))
  const stopping = says ? (traffic.others ? minus(ALL, traffic) : undefined) : minus(base ?? traffic, traffic)
  spans(verdicts, identity, passing, true)
  spans(verdicts, identity, stopping, false)
}

const spans = (verdicts: Verdict[], identity: number, traffic: Traffic | undefined, passes: boolean): void => {
  if (traffic === undefined || isNothing(traffic)) return
  for (const protocol of PROTOCOLS)
    for (const [first, last] of traffic[protocol]) verdicts.push({ identity, ports: { protocol, first, last }, passes })
}

/** Whether the verdicts let a packet pass: those of who it is first, then those of anyone. */
export const passes = (
  verdicts: readonly Verdict[],
  identity: number,
  protocol: Protocol | undefined,
  port: number,
): boolean => {
  for (const number of identity === 0 ? [0] : [identity, 0]) {
    const of = verdicts.filter((one) => one.identity === number)
    const said =
      of.find(({ ports }) => ports && ports.protocol === protocol && ports.first <= port && port <= ports.last) ??
      of.find(({ ports }) => ports === undefined)
    if (said !== undefined) return said.passes
  }
  return false
}
