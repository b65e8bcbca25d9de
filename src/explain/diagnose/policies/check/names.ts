import type { PolicyPod } from '#policy/peer.ts'
import type { Policy } from '#policy/rule.ts'
import { closedDns, dnsEndpoints } from '../../../policies/dns.ts'
import { podRef, policyRef } from '../../../policies/word.ts'
import type { PolicyFinding } from '../../../trace/policies/check.ts'
import { dnsFinding } from '../dns-forgotten.ts'
import type { Check } from './scope.ts'

/** Pods that may ask others, which have names, and may not ask the DNS for them. */
export const forgottenDns: Check = ({ facts, view, namespace }) => {
  const pods = view.pods.filter(
    (pod) => (namespace === undefined || pod.namespace === namespace) && isolating(view.policiesOf(pod)).some(mayAsk),
  )
  // What policies see alike is looked at once.
  const groups = Map.groupBy(pods, (pod) =>
    JSON.stringify([
      pod.namespace,
      Object.entries(pod.labels).sort(),
      pod.addresses.map(({ address }) => address.family),
    ]),
  )
  const found = [...groups.values()].flatMap((alike) => {
    const [pod] = alike as [PolicyPod]
    const protocols = closedDns(facts, podRef(pod))
    return protocols.length === 0 ? [] : [{ pods: alike, protocols, policies: isolating(view.policiesOf(pod)) }]
  })
  const byPolicies = Map.groupBy(found, ({ policies, protocols }) =>
    JSON.stringify([protocols, policies.map(({ name }) => name)]),
  )
  return [...byPolicies.values()].flatMap((groupsAlike): readonly PolicyFinding[] => {
    const [first] = groupsAlike as [(typeof groupsAlike)[number]]
    const [endpoint] = dnsEndpoints(facts)
    if (endpoint === undefined) return []
    const pods = groupsAlike.flatMap((one) => one.pods)
    const policy = first.policies.find(mayAsk) ?? (first.policies[0] as Policy)
    return [
      dnsFinding(view, {
        pods: pods.map(podRef),
        policies: first.policies.map(policyRef),
        protocols: first.protocols,
        policy,
        endpoint,
        selector: undefined,
      }),
    ]
  })
}

const isolating = (policies: readonly Policy[]): readonly Policy[] =>
  policies.filter(({ kind, rules }) => kind === 'NetworkPolicy' && rules.egress !== undefined)

/** What lets nobody be asked, or addresses alone, may do without names. */
const mayAsk = ({ rules }: Policy): boolean =>
  (rules.egress ?? []).some(
    ({ peers }) =>
      peers === undefined ||
      peers.some((peer) => peer.kind === 'pods' || (peer.kind === 'block' && peer.block.prefix === 0)),
  )
