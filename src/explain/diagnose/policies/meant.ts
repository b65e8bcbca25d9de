import type { Pod } from '#api/core/pod/message.ts'
import { type LabelRequirement, matchesLabels } from '#objects/label-requirement.ts'
import type { Labels } from '#objects/object.ts'
import { isTerminal } from '#objects/pod.ts'
import { isNamespaceOf, isSelected, type PodPeer, type PolicyPod } from '#policy/peer.ts'
import { DNS_PODS } from '#policy/policy-objects.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import type { PolicyView } from '../../policies/policy-view.ts'

/** A cluster, and what its policies say. */
export interface Seen {
  readonly facts: ClusterFacts
  readonly view: PolicyView
}

/** Pods that a selector picks. */
export const podsOf = ({ view }: Pick<Seen, 'view'>, peer: PodPeer): readonly PolicyPod[] => view.podsOf(peer)

/** Those of their node's network that it picks. */
export const hostPodsOf = ({ facts, view }: Seen, peer: PodPeer): readonly Pod[] =>
  facts.pods.filter((pod) => {
    const { namespace = '', labels = {} } = pod.metadata ?? {}
    return (
      pod.spec?.hostNetwork && !isTerminal(pod) && isSelected(peer, namespace, view.namespaceLabels(namespace), labels)
    )
  })

/** Namespaces that it picks. */
export const namespacesOf = (
  { view }: Pick<Seen, 'view'>,
  { namespaces }: Pick<PodPeer, 'namespaces'>,
): readonly string[] => view.namespaces.filter((name) => isNamespaceOf(namespaces, name, view.namespaceLabels(name)))

/** Whether something makes pods like that in one of these namespaces, though none is there at present. */
export const isMadeIn = (
  { facts }: Pick<Seen, 'facts'>,
  namespaces: readonly string[],
  pods: readonly LabelRequirement[],
): boolean =>
  [...facts.deployments, ...(facts.replicaSets ?? [])].some(
    ({ metadata, spec }) =>
      namespaces.includes(metadata?.namespace ?? '') && matchesLabels(pods, spec?.template?.metadata?.labels),
  )

/** The labels that a selector wants by plain values; undefined where it wants anything else. */
export const plainLabels = (requirements: readonly LabelRequirement[]): Labels | undefined =>
  requirements.every(({ operator, values }) => (operator === '=' || operator === 'in') && values.length === 1)
    ? Object.fromEntries(requirements.map(({ key, values }) => [key, values[0] as string]))
    : undefined

/** The nodes answer for the pods that a rule for DNS means. */
export const isDnsOfNodes = ({ facts, view }: Seen, peer: PodPeer): boolean =>
  facts.network.dnsOnNodes === true &&
  namespacesOf({ view }, peer).includes(DNS_PODS.namespace) &&
  matchesLabels(peer.pods, DNS_PODS.labels)

/** Whether no pod is meant that is there, or that something may make. */
export const meansNobody = (seen: Seen, peer: PodPeer): boolean =>
  podsOf(seen, peer).length === 0 && !isDnsOfNodes(seen, peer) && !isMadeIn(seen, namespacesOf(seen, peer), peer.pods)
