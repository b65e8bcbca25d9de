import { containsAddress } from '#net/cidr.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { matchesLabels } from '#objects/label-requirement.ts'
import type { Labels } from '#objects/object.ts'
import {
  type Block,
  type HeldAddress,
  isSelected,
  type NamedPort,
  type Peer,
  type PolicyNode,
  type PolicyPod,
} from './peer.ts'
import { type Direction, type Policy, type Rule, TIERS, type Tier, trafficOf } from './rule.ts'
import { holds } from './traffic.ts'

/** One end of a connection, as policies may speak of it. */
export interface Party {
  readonly address: HeldAddress
  /** Who has the address; neither: somebody outside. */
  readonly pod?: PolicyPod | undefined
  readonly namespaceLabels?: Labels | undefined
  readonly node?: PolicyNode | undefined
}

/** What is asked of the destination; `protocol` undefined: something without ports. */
export interface AskedPort {
  readonly protocol: Protocol | undefined
  readonly port: number
}

/** Why a pod lets a connection pass, or does not. */
export interface Why {
  readonly passes: boolean
  /** Whose word it is: the rule that speaks of it first; undefined where none does, or none that lets it in. */
  readonly by: { readonly policy: Policy; readonly rule: Rule } | undefined
  /** The NetworkPolicies that select the pod and are about this direction: what none of them lets in is refused. */
  readonly isolatedBy: readonly Policy[]
}

const isInBlock = ({ block, except }: Block, { address }: HeldAddress): boolean =>
  containsAddress(block, address) && !except.some((hole) => containsAddress(hole, address))

/** Whether a peer means somebody, for a connection to that port. */
export const isMeant = (peer: Peer, { address, pod, namespaceLabels, node }: Party, asked: AskedPort): boolean => {
  switch (peer.kind) {
    case 'block':
      return isInBlock(peer, address)
    case 'blocks':
      return peer.blocks.some((block) => isInBlock(block, address))
    case 'nodes':
      return node !== undefined && matchesLabels(peer.nodes, node.labels)
    case 'pods': {
      if (pod !== undefined) return isSelected(peer, pod.namespace, namespaceLabels, pod.labels)
      const serves = node?.serves
      if (serves === undefined || !holds(serves.traffic, asked.protocol, asked.port)) return false
      return isSelected(peer, serves.namespace, namespaceLabels, serves.labels)
    }
  }
}

/**
 * What the policies that select a pod say of a connection between it and another. `policies`: those alone; `ports`: the names
 * that the destination has for its ports.
 */
export const why = (
  policies: readonly Policy[],
  direction: Direction,
  other: Party,
  asked: AskedPort,
  ports: readonly NamedPort[],
): Why => {
  const isolatedBy = policies.filter(({ tier, rules }) => tier === 'NetworkPolicy' && rules[direction] !== undefined)
  for (const tier of TIERS) {
    if (tier === 'Baseline' && isolatedBy.length > 0) continue
    const by = firstOf(ofTier(policies, tier), direction, other, asked, ports)
    if (tier === 'NetworkPolicy') {
      if (isolatedBy.length > 0) return { passes: by !== undefined, by, isolatedBy }
    } else if (by !== undefined && by.rule.action !== 'Pass')
      return { passes: by.rule.action === 'Accept', by, isolatedBy }
  }
  return { passes: true, by: undefined, isolatedBy }
}

const ofTier = (policies: readonly Policy[], tier: Tier): readonly Policy[] =>
  policies
    .filter((one) => one.tier === tier)
    .sort((left, right) => left.priority - right.priority || (left.name < right.name ? -1 : 1))

const firstOf = (
  policies: readonly Policy[],
  direction: Direction,
  other: Party,
  asked: AskedPort,
  ports: readonly NamedPort[],
): Why['by'] => {
  for (const policy of policies)
    for (const rule of policy.rules[direction] ?? [])
      if (speaksOf(rule, other, asked) && holds(trafficOf(rule, ports), asked.protocol, asked.port))
        return { policy, rule }
  return undefined
}

/** Whether one of a rule's peers means somebody. */
const speaksOf = ({ peers }: Rule, other: Party, asked: AskedPort): boolean =>
  peers === undefined || peers.some((peer) => isMeant(peer, other, asked))
