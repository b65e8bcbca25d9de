import type { Protocol } from '#net/port-protocol.ts'
import { splitKey } from '#objects/object-key.ts'
import type { PolicyPod } from '#policy/peer.ts'
import type { Policy } from '#policy/rule.ts'
import { isMeant, type Party } from '#policy/why.ts'
import type { PolicyEnd, PolicyRule, PolicyWord } from '../trace/policies/word.ts'
import type { ObjectRef } from '../trace/reference.ts'
import type { EndWord, PolicyView } from './policy-view.ts'
import { peersOfRule } from './rule-parts.ts'

export const policyRef = ({ kind, name }: Pick<Policy, 'kind' | 'name'>): ObjectRef =>
  kind === 'NetworkPolicy' ? { kind, ...splitKey(name) } : { kind, name }

export const podRef = ({ namespace, name }: Pick<PolicyPod, 'name' | 'namespace'>): ObjectRef => ({
  kind: 'Pod',
  namespace,
  name,
})

/** Whether policies say anything of it at all. */
export const isSaid = ({ isolatedBy, by }: EndWord): boolean => isolatedBy.length > 0 || by !== undefined

/** As the trace has it. `insteadOf`: the sender’s own address, where another was put in its place. */
export const wordOf = (view: PolicyView, word: EndWord, insteadOf?: string): PolicyWord => {
  const { pod, direction, other, asked, passes, isolatedBy, by } = word
  return {
    node: pod.node,
    direction,
    pod: podRef(pod),
    other: endOf(other, insteadOf),
    port: asked.port,
    protocol: asked.protocol as Protocol,
    passes,
    isolatedBy: isolatedBy.map(policyRef),
    ...(by && { by: ruleOf(view, word, by) }),
  }
}

const endOf = ({ address, pod, node }: Party, insteadOf: string | undefined): PolicyEnd => ({
  address: address.text,
  ...(pod && { pod: podRef(pod) }),
  ...(node && { node: node.name }),
  ...(insteadOf !== undefined && { insteadOf }),
})

const ruleOf = (
  view: PolicyView,
  { direction, other, asked }: EndWord,
  { policy, rule }: NonNullable<EndWord['by']>,
): PolicyRule => {
  const parts = rule.peers && peersOfRule(policy, view.objectOf(policy), direction, rule.path)
  const part = parts?.find(({ peers }) => peers.some((peer) => isMeant(peer, other, asked)))
  return {
    policy: policyRef(policy),
    path: part?.path ?? rule.path,
    action: rule.action,
    ...(policy.tier !== 'NetworkPolicy' && { tier: policy.tier, priority: policy.priority }),
  }
}
