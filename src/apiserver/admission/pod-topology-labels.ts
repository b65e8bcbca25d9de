import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { isSame } from '#api/resource.ts'
import { REGION_LABEL, ZONE_LABEL } from '#objects/well-known.ts'
import type { Reader } from '../registry/reader.ts'
import type { Admission } from './admission.ts'

const placed = (pod: Pod, reader: Reader): Pod => {
  const name = pod.spec?.nodeName
  const node = name ? reader.find(nodes, undefined, name) : undefined
  const labels = Object.entries(node?.metadata?.labels ?? {}).filter(
    ([key]) => key === ZONE_LABEL || key === REGION_LABEL,
  )
  if (labels.length === 0) return pod
  return { ...pod, metadata: { ...pod.metadata, labels: { ...pod.metadata?.labels, ...Object.fromEntries(labels) } } }
}

/** A pod that comes to its node has the labels of that node’s zone and region, whatever it said of them itself. */
export const podTopologyLabels: Admission = {
  create: ({ resource, object, reader }) => (isSame(resource, pods) ? placed(object as Pod, reader) : object),
  update: ({ resource, object, reader, subresource }) =>
    isSame(resource, pods) && subresource === 'binding' ? placed(object as Pod, reader) : object,
}
