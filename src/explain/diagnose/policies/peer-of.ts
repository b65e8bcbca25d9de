import { matchesMap } from '#objects/label-selector.ts'
import type { Labels } from '#objects/object.ts'
import { NAMESPACE_NAME_LABEL } from '#objects/well-known.ts'
import { holds } from '#policy/traffic.ts'
import type { AskedPort, Party } from '#policy/why.ts'
import { lastingLabels } from '../../policies/lasting-labels.ts'

/** The labels by which whoever is asked is known best: those of the Service that selects it, else its own. */
const labelsOf = (labels: Labels, selector: Labels | undefined): Labels =>
  selector !== undefined && matchesMap(selector, labels) ? selector : lastingLabels(labels)

/** A range that is one address. */
const ownRange = (address: string): string => `${address}/${address.includes(':') ? 128 : 32}`

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
  asked: AskedPort,
  selector: Labels | undefined,
): object | undefined => {
  const pods = (namespace: string, labels: Labels) => ({
    pods: { namespaceSelector: named(namespace), podSelector: labelled(labels) },
  })
  if (pod !== undefined) return pods(pod.namespace, labelsOf(pod.labels, selector))
  if (direction === 'egress') return { networks: [ownRange(address.text)] }
  // Only as what it is taken for a rule of ingress can mean it.
  const serves = node?.serves
  return serves && holds(serves.traffic, asked.protocol, asked.port) ? pods(serves.namespace, serves.labels) : undefined
}
