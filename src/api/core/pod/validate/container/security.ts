import type { PodSecurityContext, SecurityContext } from '#api/core/pod/spec/security.ts'
import { duplicate, type FieldError, invalid, notSupported, required, tooLong } from '#api/validation/field-error.ts'
import { checkDescendingPath } from '../volumes/paths.ts'
import { validateWindows } from './windows.ts'

const LARGEST_ID = 2_147_483_647
const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined']
/** PATH_MAX - 1. */
const LONGEST_PROFILE = 4095
const SYSCTL_SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const SYSCTL = `^(${SYSCTL_SEGMENT}[\\./])*${SYSCTL_SEGMENT}$`
const LONGEST_SYSCTL = 253

const checkId = (id: number | undefined, path: string): readonly FieldError[] =>
  id !== undefined && (id < 0 || id > LARGEST_ID)
    ? [invalid(path, id, `must be between 0 and ${LARGEST_ID}, inclusive`)]
    : []

type Seccomp = NonNullable<SecurityContext['seccompProfile']>
type AppArmor = NonNullable<SecurityContext['appArmorProfile']>

const checkSeccomp = (profile: Seccomp | undefined, path: string): readonly FieldError[] => {
  if (profile === undefined) return []
  const { type, localhostProfile } = profile
  const errors: FieldError[] = []
  if (!type) errors.push(required(`${path}.type`, 'type is required when seccompProfile is set'))
  else if (!PROFILE_TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, PROFILE_TYPES))
  const at = `${path}.localhostProfile`
  if (type !== 'Localhost') {
    if (localhostProfile !== undefined)
      errors.push(invalid(at, profile, 'can only be set when seccomp type is Localhost'))
  } else if (localhostProfile === undefined) errors.push(required(at, 'must be set when seccomp type is Localhost'))
  else errors.push(...checkDescendingPath(localhostProfile, at))
  return errors
}

const checkAppArmor = (profile: AppArmor | undefined, path: string): readonly FieldError[] => {
  if (profile === undefined) return []
  const { type, localhostProfile: file } = profile
  const at = `${path}.localhostProfile`
  if (!type) return [required(`${path}.type`, 'type is required when appArmorProfile is set')]
  if (!PROFILE_TYPES.includes(type)) return [notSupported(`${path}.type`, type, PROFILE_TYPES)]
  if (type !== 'Localhost')
    return file === undefined ? [] : [invalid(at, file, 'can only be set when AppArmor type is Localhost')]
  if (file === undefined) return [required(at, 'must be set when AppArmor type is Localhost')]
  const errors: FieldError[] = []
  if (file.trim() !== file) errors.push(invalid(at, file, 'must not be padded with whitespace'))
  else if (file === '') errors.push(required(at, 'must be set when AppArmor type is Localhost'))
  if (file.length > LONGEST_PROFILE) errors.push(tooLong(at, LONGEST_PROFILE))
  return errors
}

/** Checks what a container may do; `hostUsers`: its users are those of the node. */
export const validateSecurity = (
  context: SecurityContext | undefined,
  path: string,
  hostUsers: boolean,
): readonly FieldError[] => {
  if (context === undefined) return []
  const { procMount, privileged, allowPrivilegeEscalation, capabilities } = context
  const errors: FieldError[] = [
    ...checkId(context.runAsUser, `${path}.runAsUser`),
    ...checkId(context.runAsGroup, `${path}.runAsGroup`),
  ]
  if (procMount !== undefined && !['Default', 'Unmasked'].includes(procMount))
    errors.push(notSupported(`${path}.procMount`, procMount, ['Default', 'Unmasked']))
  if (hostUsers && procMount === 'Unmasked')
    errors.push(invalid(`${path}.procMount`, procMount, '`hostUsers` must be false to use `Unmasked`'))
  errors.push(...checkSeccomp(context.seccompProfile, `${path}.seccompProfile`))
  if (allowPrivilegeEscalation === false) {
    const cannot = (what: string) =>
      invalid(path, context, `cannot set \`allowPrivilegeEscalation\` to false and ${what}`)
    if (privileged) errors.push(cannot('`privileged` to true'))
    for (const capability of capabilities?.add ?? [])
      if (capability === 'CAP_SYS_ADMIN') errors.push(cannot('`capabilities.Add` CAP_SYS_ADMIN'))
  }
  return [
    ...errors,
    ...validateWindows(context.windowsOptions, `${path}.windowsOptions`),
    ...checkAppArmor(context.appArmorProfile, `${path}.appArmorProfile`),
  ]
}

/** What of the node's a pod has. */
interface Shared {
  readonly hostNetwork?: boolean
  readonly hostPID?: boolean
  readonly hostIPC?: boolean
  readonly shareProcessNamespace?: boolean
}

const NET_SYSCTL = /^net\./
const IPC_SYSCTL = /^(kernel\.(shm|msg)|kernel\.sem$|fs\.mqueue\.)/

const checkSysctls = (
  sysctls: NonNullable<PodSecurityContext['sysctls']>,
  path: string,
  { hostNetwork, hostIPC }: Shared,
): readonly FieldError[] => {
  const names = new Set<string>()
  return sysctls.flatMap(({ name = '' }, index) => {
    const at = `${path}[${index}].name`
    const errors: FieldError[] = []
    if (!name) errors.push(required(at))
    else if (name.length > LONGEST_SYSCTL || !new RegExp(SYSCTL).test(name))
      errors.push(invalid(at, name, `must have at most ${LONGEST_SYSCTL} characters and match regex ${SYSCTL}`))
    else if (names.has(name)) errors.push(duplicate(at, name))
    names.add(name)
    const dotted = name.replaceAll('/', '.')
    if (hostNetwork && NET_SYSCTL.test(dotted))
      errors.push(invalid(at, name, "may not be specified when 'hostNetwork' is true"))
    else if (hostIPC && IPC_SYSCTL.test(dotted))
      errors.push(invalid(at, name, "may not be specified when 'hostIPC' is true"))
    return errors
  })
}

const oneOf = (value: string | undefined, path: string, known: readonly string[]): readonly FieldError[] =>
  value !== undefined && !known.includes(value) ? [notSupported(path, value, known)] : []

/** Checks what all containers of a pod may do. */
export const validatePodSecurity = (
  context: PodSecurityContext | undefined,
  path: string,
  shared: Shared,
): readonly FieldError[] => {
  if (context === undefined) return []
  const { shareProcessNamespace, hostPID } = shared
  return [
    ...checkId(context.fsGroup, `${path}.fsGroup`),
    ...checkId(context.runAsUser, `${path}.runAsUser`),
    ...checkId(context.runAsGroup, `${path}.runAsGroup`),
    ...(context.supplementalGroups ?? []).flatMap((id, index) => checkId(id, `${path}.supplementalGroups[${index}]`)),
    ...(shareProcessNamespace && hostPID
      ? [invalid(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled')]
      : []),
    ...checkSysctls(context.sysctls ?? [], `${path}.sysctls`, shared),
    ...oneOf(context.fsGroupChangePolicy, `${path}.fsGroupChangePolicy`, ['Always', 'OnRootMismatch']),
    ...checkSeccomp(context.seccompProfile, `${path}.seccompProfile`),
    ...validateWindows(context.windowsOptions, `${path}.windowsOptions`),
    ...checkAppArmor(context.appArmorProfile, `${path}.appArmorProfile`),
    ...oneOf(context.supplementalGroupsPolicy, `${path}.supplementalGroupsPolicy`, ['Merge', 'Strict']),
    ...oneOf(context.seLinuxChangePolicy, `${path}.seLinuxChangePolicy`, ['MountOption', 'Recursive']),
  ]
}
