import { join } from 'node:path'
import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { ContainerSpec, SeccompWish, UserWish } from '#runtime/runtime.ts'
import { KubeletError } from '../../kubelet-error.ts'

type SecurityFields = Pick<
  ContainerSpec,
  | 'user'
  | 'capabilities'
  | 'privileged'
  | 'readOnlyRootFilesystem'
  | 'noNewPrivileges'
  | 'seccomp'
  | 'appArmorProfile'
  | 'unmaskedProc'
  | 'hostPid'
  | 'hostIpc'
>

interface SecurityFacts {
  /** As the image's configuration says it. */
  readonly imageUser: string
  /** Folder of the node that profiles of type Localhost lie in. */
  readonly seccompDir: string
}

/**
 * What a container's and its pod's securityContext come to, the container's before the pod's; throws SECURITY_REFUSED
 * where runAsNonRoot is broken.
 */
export const securityFields = (
  pod: Pod,
  container: Container,
  { imageUser, seccompDir }: SecurityFacts,
): SecurityFields => {
  verifyRunAsNonRoot(pod, container, imageUser)
  const own = container.securityContext
  const shared = pod.spec?.securityContext
  const user = userWish(pod, container)
  const { add = [], drop = [] } = own?.capabilities ?? {}
  const seccomp = seccompWish(own?.seccompProfile ?? shared?.seccompProfile, seccompDir)
  const appArmor = own?.appArmorProfile ?? shared?.appArmorProfile
  return {
    ...(Object.keys(user).length > 0 && { user }),
    ...(add.length + drop.length > 0 && { capabilities: { add, drop } }),
    ...(own?.privileged && { privileged: true }),
    ...(own?.readOnlyRootFilesystem && { readOnlyRootFilesystem: true }),
    ...(own?.allowPrivilegeEscalation === false && { noNewPrivileges: true }),
    ...(seccomp && { seccomp }),
    ...(appArmor?.type === 'Localhost' && { appArmorProfile: appArmor.localhostProfile ?? '' }),
    ...(own?.procMount === 'Unmasked' && { unmaskedProc: true }),
    ...(pod.spec?.hostPID && { hostPid: true }),
    ...(pod.spec?.hostIPC && { hostIpc: true }),
  }
}

type Profile = NonNullable<NonNullable<Container['securityContext']>['seccompProfile']>

/** Where nothing is said, nothing is filtered: what Kubernetes' kubelet does too, unless told otherwise. */
const seccompWish = (profile: Profile | undefined, folder: string): SeccompWish | undefined => {
  switch (profile?.type) {
    case 'RuntimeDefault':
      return { type: 'RuntimeDefault' }
    case 'Localhost':
      return { type: 'Localhost', file: join(folder, profile.localhostProfile ?? '') }
    default:
      return undefined
  }
}

const userWish = ({ spec }: Pod, { securityContext: own }: Container): UserWish => {
  const shared = spec?.securityContext
  const uid = own?.runAsUser ?? shared?.runAsUser
  const gid = own?.runAsGroup ?? shared?.runAsGroup
  const groups = new Set([
    ...(shared?.supplementalGroups ?? []),
    ...(shared?.fsGroup === undefined ? [] : [shared.fsGroup]),
  ])
  return {
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    ...(groups.size > 0 && { supplementalGroups: [...groups] }),
    ...(shared?.supplementalGroupsPolicy === 'Strict' && { strictGroups: true }),
  }
}

/** In Kubernetes' words: a name could be root's, and only the image's own files tell. */
const verifyRunAsNonRoot = (pod: Pod, container: Container, imageUser: string): void => {
  const own = container.securityContext
  const shared = pod.spec?.securityContext
  if (!(own?.runAsNonRoot ?? shared?.runAsNonRoot)) return
  const { name = '', namespace = '', uid: id = '' } = pod.metadata ?? {}
  const refuse = (why: string) =>
    new KubeletError('SECURITY_REFUSED', `${why} (pod: "${name}_${namespace}(${id})", container: ${container.name})`)
  const uid = own?.runAsUser ?? shared?.runAsUser
  if (uid === 0) throw refuse("container's runAsUser breaks non-root policy")
  if (uid !== undefined) return
  const [user = ''] = imageUser.split(':')
  if (user === '' || /^0+$/.test(user)) throw refuse('container has runAsNonRoot and image will run as root')
  if (!/^\d+$/.test(user))
    throw refuse(`container has runAsNonRoot and image has non-numeric user (${user}), cannot verify user is non-root`)
}
