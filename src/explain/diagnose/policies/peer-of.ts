import { matchesMap } from '#objects/label-selector.ts'
import type { Labels } from '#objects/object.ts'
import { NAMESPACE_NAME_LABEL } from '#objects/well-known.ts'
import type { Party } from '#policy/why.ts'

/** Written by controllers: they change with each rollout, or name one pod alone. */
const GENERATED = new Set([
  'pod-template-hash',
  'pod-template-generation',
  'controller-revision-hash',
  'controller-uid',
  'job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
])

/** Labels that a pod has for long. */
export const lastingLabels = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => !GENERATED.has(key)))

/** The labels by which whoever is asked is known best: those of the Service that selects it, else its own. */
const labelsOf = (labels: Labels, selector: Labels | undefined): Labels =>
  selector !== undefined && matchesMap(selector, labels) ? selector : lastingLabels(labels)

/** A range that is one address. */
export const ownRange = (address: string): string => `${address}/${address.includes(':') ? 128 : 32}`

const named = (namespace: string) => ({ matchLabels: { [NAMESPACE_NAME_LABEL]: namespace } })
const labelled = (labels: Labels) => (Object.keys(labels).length === 0 ? {} : { matchLabels: labels })

/** A peer of a NetworkPolicy that means somebody, and as few others as can be. `namespace`: the policy's. */
export const peerFor = ({ address, pod }: Party, namespace: string, selector: Labels | undefined): object => {
  if (pod === undefined) return { ipBlock: { cidr: ownRange(address.text) } }
  const podSelector = labelled(labelsOf(pod.labels, selector))
  return pod.namespace === namespace ? { podSelector } : { namespaceSelector: named(pod.namespace), podSelector }
}

/** The same of a ClusterNetworkPolicy; undefined where it has no such peer: in ingress it means pods alone. */
export const clusterPeerFor = (
  { address, pod, node }: Party,
  direction: 'ingress' | 'egress',
  selector: Labels | undefined,
): object | undefined => {
  const pods = (namespace: string, labels: Labels) => ({
    pods: { namespaceSelector: named(namespace), podSelector: labelled(labels) },
  })
  if (pod !== undefined) return pods(pod.namespace, labelsOf(pod.labels, selector))
  if (direction === 'egress') return { networks: [ownRange(address.text)] }
  // Only as what it is taken for a rule of ingress can have meant it.
  return node?.serves && pods(node.serves.namespace, node.serves.labels)
}
