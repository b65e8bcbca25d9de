import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { ResourceFieldSelector } from '#api/core/pod/spec/environment.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import { own } from '#schema/own.ts'
import { KubeletError } from '../kubelet-error.ts'
import { divideQuantity, quantityValue } from '../quantity.ts'

/** What of a pod is known only to its node. */
export interface PodFacts {
  readonly hostIPs: readonly string[]
  readonly podIPs: readonly string[]
  /** Allocatable, for limits that are not set: cores, and bytes. */
  readonly allocatable: Readonly<Record<string, string>>
}

const quoted = (entries: Readonly<Record<string, string>> | undefined): string =>
  Object.entries(entries ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n')

/** The value of a downward `fieldPath`; throws FIELD_UNSUPPORTED for a path that Kubernetes has not either. */
export const fieldValue = (pod: Pod, fieldPath: string, node: PodFacts): string => {
  const keyed = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(fieldPath)
  if (keyed !== null) {
    return own(keyed[1] === 'labels' ? pod.metadata?.labels : pod.metadata?.annotations, keyed[2] ?? '') ?? ''
  }
  switch (fieldPath) {
    case 'metadata.name':
      return pod.metadata?.name ?? ''
    case 'metadata.namespace':
      return pod.metadata?.namespace ?? ''
    case 'metadata.uid':
      return pod.metadata?.uid ?? ''
    case 'metadata.labels':
      return quoted(pod.metadata?.labels)
    case 'metadata.annotations':
      return quoted(pod.metadata?.annotations)
    case 'spec.nodeName':
      return pod.spec?.nodeName ?? ''
    case 'spec.serviceAccountName':
      return pod.spec?.serviceAccountName ?? ''
    case 'status.hostIP':
      return node.hostIPs[0] ?? ''
    case 'status.hostIPs':
      return node.hostIPs.join(',')
    case 'status.podIP':
      return node.podIPs[0] ?? ''
    case 'status.podIPs':
      return node.podIPs.join(',')
    default:
      throw new KubeletError('FIELD_UNSUPPORTED', `fieldRef.fieldPath: unsupported fieldPath: ${fieldPath}`)
  }
}

const containerNamed = (spec: PodSpec | undefined, name: string): Container | undefined =>
  [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].find((container) => container.name === name)

/**
 * The value of a `resourceFieldRef`. A limit that is not set is the node's allocatable, a request that is not set is
 * the limit or 0.
 */
export const resourceValue = (
  pod: Pod,
  containerName: string,
  selector: ResourceFieldSelector,
  node: PodFacts,
): string => {
  const name = selector.containerName || containerName
  const container = containerNamed(pod.spec, name)
  if (container === undefined) {
    throw new KubeletError('REFERENCE_NOT_FOUND', `resourceFieldRef.containerName: container ${name} not found`)
  }
  const [kind, resource = ''] = selector.resource.split(/\.(.*)/s)
  const { limits, requests } = container.resources ?? {}
  switch (kind) {
    case 'limits':
      return divideQuantity(
        quantityValue(own(limits, resource) ?? own(node.allocatable, resource) ?? '0'),
        selector.divisor,
      )
    case 'requests':
      return divideQuantity(quantityValue(own(requests, resource) ?? own(limits, resource) ?? '0'), selector.divisor)
    default:
      throw new KubeletError(
        'FIELD_UNSUPPORTED',
        `resourceFieldRef.resource: unsupported container resource: ${selector.resource}`,
      )
  }
}
