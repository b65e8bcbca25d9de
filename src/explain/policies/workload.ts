import { controllerOf } from '#objects/owner-reference.ts'
import type { PolicyPod } from '#policy/peer.ts'
import type { ObjectRef } from '../trace/reference.ts'
import type { PolicyView } from './policy-view.ts'

const HASH_LABEL = 'pod-template-hash'

/** `web` of `web-556c88796f-7grk2`, or of `web-0` of a StatefulSet: what makes the pod, else the pod itself. */
export const workloadOf = (view: PolicyView, pod: PolicyPod): string => {
  const { name, labels } = pod
  const hash = labels[HASH_LABEL]
  const at = hash === undefined ? -1 : name.indexOf(`-${hash}-`)
  return at > 0 ? name.slice(0, at) : (ownerOf(view, pod) ?? name)
}

/** The same as an object; undefined for a pod that nothing makes. */
export const workloadRef = (view: PolicyView, pod: PolicyPod): ObjectRef | undefined => {
  const { namespace } = pod
  const name = workloadOf(view, pod)
  const owner = controllerOf(view.objectOfPod(pod))
  if (owner === undefined || owner.kind === 'Node') return undefined
  return { kind: owner.kind === 'ReplicaSet' && name !== owner.name ? 'Deployment' : owner.kind, namespace, name }
}

/** What stands for a static pod has its node for an owner. */
const ownerOf = (view: PolicyView, pod: PolicyPod): string | undefined => {
  const owner = controllerOf(view.objectOfPod(pod))
  return owner?.kind === 'Node' ? undefined : owner?.name
}
