import { failure } from '../errors.ts'
import type { Stage } from '../http/request/exchange.ts'

/** Subresources of Kubernetes that are not here, and what to do instead. */
const UNSERVED: Readonly<Record<string, string>> = {
  'pods/ephemeralcontainers':
    'ephemeral containers are not supported by this cluster: run the tool in a container that is there (kubectl exec), or in a copy of the pod (kubectl debug POD --copy-to=NAME --image=fairlead/host)',
  'pods/resize':
    'pods are not resized in place by this cluster: change the resources in what makes the pod, such as its Deployment, or make the pod anew',
}

/**
 * Refuses them by name. 404 without a name in its details is how clients recognise a cluster that lacks the whole
 * subresource; kubectl then says so, with these words.
 */
export const unserved: Stage = ({ info }) => {
  if (info.kind !== 'resource' || info.group !== '') return false
  const path = `${info.resource}/${info.subresource}`
  if (Object.hasOwn(UNSERVED, path)) throw failure(404, 'NotFound', UNSERVED[path]!, {})
  return false
}
