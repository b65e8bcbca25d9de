import { isSelected, type NamedPort, type PolicyPod } from '#policy/peer.ts'
import { DNS_PODS } from '#policy/policy-objects.ts'
import type { Direction, Policy, Rule } from '#policy/rule.ts'
import { nearest } from '../../cluster/nearest.ts'
import { isDnsOfNodes, podsOf, type Seen } from './meant.ts'

/** The names that those have for their ports who are asked by a rule; undefined where it means nobody. */
export function askedNames(
  seen: Seen,
  policy: Policy,
  direction: Direction,
  rule: Rule,
): readonly NamedPort[] | undefined {
  const asked = direction === 'ingress' ? podsOf(seen, policy.subject) : meantBy(seen, rule)
  const ofDns = direction === 'egress' && asksDnsOfNodes(seen, rule) ? DNS_PODS.ports : []
  return asked.length + ofDns.length === 0 ? undefined : [...asked.flatMap(({ ports }) => ports), ...ofDns]
}

const asksDnsOfNodes = (seen: Seen, { peers }: Rule): boolean =>
  peers === undefined
    ? seen.facts.network.dnsOnNodes === true
    : peers.some((peer) => peer.kind === 'pods' && isDnsOfNodes(seen, peer))

/** Pods that a rule of egress leads to. */
export const meantBy = ({ view }: Pick<Seen, 'view'>, { peers }: Rule): readonly PolicyPod[] =>
  peers === undefined
    ? view.pods
    : view.pods.filter((pod) =>
        peers.some(
          (peer) =>
            peer.kind === 'pods' && isSelected(peer, pod.namespace, view.namespaceLabels(pod.namespace), pod.labels),
        ),
      )

/** Of names that nobody has the one that is meant: the nearest, or the only one that there is. */
export const meantName = (name: string, names: readonly string[]): string | undefined =>
  nearest(name, names)[0] ?? (names.length === 1 ? names[0] : undefined)
