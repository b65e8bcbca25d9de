import type { Service } from '#api/core/service/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { inCidrs, nodeAt } from '../cluster/lookup.ts'
import type { Target } from '../resolve/address-destination.ts'
import type { OutcomeVerdict, PathOutcome } from '../trace/walk/outcome.ts'
import type { Step } from '../trace/walk/step.ts'
import { arrive, leavesBy } from './arrival.ts'
import { balanced } from './entry.ts'

/** To another node, or to its end. */
type Onward = { readonly step: Step } & (
  | { readonly kind: 'node'; readonly node: string }
  | { readonly kind: 'end'; readonly outcome: PathOutcome }
)

/** Where a packet goes that no Service of this node took. `asked`: which was asked by name. */
export function passOn(
  facts: ClusterFacts,
  node: string,
  target: Target,
  protocol: Protocol,
  source: string,
  asked: Service | undefined,
): Onward {
  const { address } = target
  const nodes = [node]
  const other = nodeAt(facts, address)?.metadata?.name
  if (other !== undefined && other !== node)
    return { kind: 'node', node: other, step: { code: 'next-node', nodes, address, node: other } }
  const end = (step: Step, verdict: OutcomeVerdict, more: Partial<PathOutcome> = {}): Onward => ({
    kind: 'end',
    step,
    outcome: { node, verdict, sourceSeen: source, ...more },
  })
  const { podCidrs, hostAddresses, loadBalancerCidrs, foreign, egress } = facts.network
  if (other !== undefined || inCidrs(podCidrs, address) || hostAddresses.includes(address)) {
    const { arrival, verdict, pod, doubt } = arrive(facts, nodes, target, protocol, { asked })
    return end({ code: 'arrival', nodes, arrival }, verdict, { backend: { ...target, ...(pod && { pod }) }, ...doubt })
  }
  if (inCidrs(loadBalancerCidrs, address)) {
    if (foreign)
      return end({ code: 'load-balancer-outside', address }, 'deliver', { backend: target, listensUnknown: true })
    const entry = balanced(facts, target, protocol)
    return end({ code: 'balanced', entry }, entry.refused ? 'reject' : 'unreachable')
  }
  const step: Step = { code: 'leaves', address, by: leavesBy(facts) }
  return egress
    ? end(step, 'deliver', { backend: target, listensUnknown: true, undeclared: true })
    : end(step, 'unreachable')
}
