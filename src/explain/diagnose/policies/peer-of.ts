import { matchesMap } from '#objects/label-selector.ts'
import type { Labels } from '#objects/object.ts'
import { NAMESPACE_NAME_LABEL } from '#objects/well-known.ts'
import { DNS_PODS } from '#policy/policy-objects.ts'
import { holds } from '#policy/traffic.ts'
import type { AskedPort, Party } from '#policy/why.ts'
import { own } from '#schema/own.ts'
import { lastingLabels } from '../../policies/lasting-labels.ts'
import type { PolicyView } from '../../policies/policy-view.ts'

/** The labels by which whoever is asked is known best: those of the Service that selects it, else its own. */
export const labelsOf = (labels: Labels, selector: Labels | undefined): Labels =>
  selector !== undefined && matchesMap(selector, labels) ? selector : lastingLabels(labels)

/** A range that is one address. */
const ownRange = (address: string): string => `${address}/${address.includes(':') ? 128 : 32}`

const labelled = (labels: Labels) => (Object.keys(labels).length === 0 ? {} : { matchLabels: labels })

/** By its name, which every server since 1.21 gives a namespace as a label; undefined where it has no labels at all. */
export const selectorOfNamespace = (labels: Labels = {}): object | undefined => {
  const name = own(labels, NAMESPACE_NAME_LABEL)
  if (name !== undefined) return { matchLabels: { [NAMESPACE_NAME_LABEL]: name } }
  return Object.keys(labels).length > 0 ? { matchLabels: labels } : undefined
}

/** A peer of a NetworkPolicy that means somebody, and as few others as can be. `namespace`: the policy's. */
export const peerFor = (
  { address, pod, namespaceLabels }: Party,
  namespace: string,
  selector: Labels | undefined,
): object => {
  const namespaceSelector = selectorOfNamespace(namespaceLabels)
  if (pod === undefined || (pod.namespace !== namespace && namespaceSelector === undefined))
    return { ipBlock: { cidr: ownRange(address.text) } }
  const podSelector = labelled(labelsOf(pod.labels, selector))
  return pod.namespace === namespace ? { podSelector } : { namespaceSelector, podSelector }
}

/** The same of a ClusterNetworkPolicy; undefined where it has no such peer: in ingress it means pods alone. */
export const clusterPeerFor = (
  { address, pod, node, namespaceLabels }: Party,
  direction: 'ingress' | 'egress',
  asked: AskedPort,
  selector: Labels | undefined,
): object | undefined => {
  const namespaceSelector = selectorOfNamespace(namespaceLabels)
  if (pod !== undefined && namespaceSelector !== undefined)
    return { pods: { namespaceSelector, podSelector: labelled(labelsOf(pod.labels, selector)) } }
  if (direction === 'egress') return { networks: [ownRange(address.text)] }
  // Only as what it is taken for a rule of ingress can mean a node.
  const serves = node?.serves
  return serves && namespaceSelector && holds(serves.traffic, asked.protocol, asked.port)
    ? { pods: { namespaceSelector, podSelector: labelled(serves.labels) } }
    : undefined
}

/** Who answers for the cluster’s DNS_PODS. */
export const dnsPeer = (view: PolicyView): object => ({
  namespaceSelector: selectorOfNamespace(view.namespaceLabels(DNS_PODS.namespace)) ?? {},
  podSelector: { matchLabels: DNS_PODS.labels },
})
