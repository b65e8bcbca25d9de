import type { ClusterNetworkPolicy } from '#api/policynetworking/clusternetworkpolicy/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { readClusterNetworkPolicy } from '#policy/reading/read-cluster-network-policy.ts'
import type { Policy } from '#policy/rule.ts'
import { holds } from '#policy/traffic.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import type { Near } from '../../policies/nearest.ts'
import type { EndWord, PolicyObject, PolicyView } from '../../policies/policy-view.ts'
import { indexOf } from '../../policies/rule-parts.ts'
import { policyRef } from '../../policies/word.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Effect } from '../../trace/effect.ts'
import { look, or, patch, where } from '../cure.ts'
import { labelCure } from './label-cures.ts'
import { meantPeer } from './meant-peer.ts'
import { mendedRule } from './mended-rule.ts'
import { ownCure } from './own-policy.ts'
import { clusterPeerFor } from './peer-of.ts'
import { SIDES, type StoppedWord } from './stopped-word.ts'

const KINDS = { NetworkPolicy: 'networkpolicy', ClusterNetworkPolicy: 'clusternetworkpolicy' } as const

export const showPolicy = (policy: Policy): Cure => {
  const { namespace, name } = policyRef(policy)
  return look({ code: 'show-policy' }, 'kubectl', 'get', KINDS[policy.kind], name, ...where(namespace), '-o', 'yaml')
}

/** A patch of what a policy was read from. */
export const patchPolicy = (effect: Effect, view: PolicyView, policy: Policy, body: object): Cure =>
  patch(effect, KINDS[policy.kind], view.objectOf(policy), body)

/** What lets a connection pass that NetworkPolicies isolate from: what the nearest rule lacks, or a policy of its own. */
export function isolatedCures(
  facts: ClusterFacts,
  view: PolicyView,
  stopped: StoppedWord,
  nearest: Near | undefined,
): readonly Cure[] {
  const own = ownCure(view, stopped)
  if (nearest === undefined) return [own]
  const labels = labelCure(facts, nearest.missing)
  if (labels !== undefined) return [labels, or(own)]
  return [mendedRule(facts, view, stopped, nearest) ?? own]
}

const MOST_RULES = 25
const PROTOCOLS = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const

/** A rule that accepts it, before the one that denies. */
export function deniedCures(view: PolicyView, { word, end, service }: StoppedWord): readonly Cure[] {
  const { policy, rule } = word.by as NonNullable<EndWord['by']>
  const object = view.objectOf(policy)
  const peer = clusterPeerFor(word.other, word.direction, word.asked, service?.spec?.selector)
  const rules: unknown = object.spec?.[word.direction]
  if (peer === undefined || !Array.isArray(rules) || rules.length >= MOST_RULES) return [showPolicy(policy)]
  const protocol = PROTOCOLS[word.asked.protocol as Protocol]
  const accept = {
    action: 'Accept',
    [SIDES[word.direction]]: [peer],
    protocols: [{ [protocol]: { destinationPort: { number: word.asked.port } } }],
  }
  const index = indexOf(rule.path)
  if (!isAccepted(object, word, rules.toSpliced(index, 0, accept), index)) return [showPolicy(policy)]
  const meant = meantPeer(view, word.other, end, service?.spec?.selector)
  return [
    patch(
      { code: 'accept-before', rule: rule.path, policy: policyRef(policy), ...meant },
      'clusternetworkpolicy',
      object,
      [{ op: 'add', path: `/spec/${word.direction}/${index}`, value: accept }],
    ),
  ]
}

/** What of a policy cannot be read may close it whole: then nothing is let in by a rule more. */
function isAccepted(
  object: PolicyObject,
  { direction, asked }: EndWord,
  rules: readonly unknown[],
  index: number,
): boolean {
  const changed = { ...object, spec: { ...object.spec, [direction]: rules } } as ClusterNetworkPolicy
  const read = readClusterNetworkPolicy(changed).rules[direction]?.[index]
  return read?.action === 'Accept' && holds(read.traffic, asked.protocol, asked.port)
}
