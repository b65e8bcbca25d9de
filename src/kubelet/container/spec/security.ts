import type { Container } from '#api/core/pod/spec/container.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import type { ContainerSpec } from '#runtime/runtime.ts'
import { KubeletError } from '../../kubelet-error.ts'

type SecurityFields = Pick<
  ContainerSpec,
  'user' | 'capabilities' | 'privileged' | 'readOnlyRootFilesystem' | 'noNewPrivileges'
>

/** What a container's and its pod's securityContext come to; throws SECURITY_REFUSED where runAsNonRoot is broken. */
export const securityFields = (spec: PodSpec, container: Container): SecurityFields => {
  const own = container.securityContext
  const pod = spec.securityContext
  const uid = own?.runAsUser ?? pod?.runAsUser
  const gid = own?.runAsGroup ?? pod?.runAsGroup
  if (own?.runAsNonRoot ?? pod?.runAsNonRoot) {
    if (uid === 0) throw new KubeletError('SECURITY_REFUSED', "container's runAsUser breaks non-root policy")
    // The images that are built in run as root unless told otherwise.
    if (uid === undefined) {
      throw new KubeletError(
        'SECURITY_REFUSED',
        `container has runAsNonRoot and image will run as root: set securityContext.runAsUser (container: ${container.name})`,
      )
    }
  }
  const groups = [
    ...new Set([...(pod?.supplementalGroups ?? []), ...(pod?.fsGroup === undefined ? [] : [pod.fsGroup])]),
  ]
  const user =
    uid === undefined && gid === undefined && groups.length === 0
      ? undefined
      : { uid: uid ?? 0, ...(gid !== undefined && { gid }), ...(groups.length > 0 && { supplementalGroups: groups }) }
  const { add = [], drop = [] } = own?.capabilities ?? {}
  return {
    ...(user !== undefined && { user }),
    ...(add.length + drop.length > 0 && { capabilities: { add, drop } }),
    ...(own?.privileged && { privileged: true }),
    ...(own?.readOnlyRootFilesystem && { readOnlyRootFilesystem: true }),
    ...(own?.allowPrivilegeEscalation === false && { noNewPrivileges: true }),
  }
}
