import { quoted } from '#schema/go-quoted.ts'
import { type Check, containersOf, counted, named, type PodLike, quotes, setters, sorted } from './check.ts'

const isKnownProfile = (type: string): boolean => type === 'RuntimeDefault' || type === 'Localhost'

const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/'

export const appArmorProfile: Check = (pod) => {
  const types: string[] = []
  const isBad = (type: string | undefined): boolean => {
    if (type === undefined || isKnownProfile(type)) return false
    types.push(type)
    return true
  }
  const whole = isBad(pod.spec?.securityContext?.appArmorProfile?.type)
  const names = containersOf(pod).flatMap(({ name, securityContext }) =>
    isBad(securityContext?.appArmorProfile?.type) ? name : [],
  )
  const annotations = Object.entries(pod.metadata?.annotations ?? {})
    .filter(([key, value]) => key.startsWith(APPARMOR) && !/^(?:$|runtime\/default$|localhost\/)/.test(value))
    .map(([key, value]) => `${key}=${quoted(value)}`)
    .sort()
  const inFields = setters(whole, names)
  const who = [
    ...(inFields ? [inFields] : []),
    ...(annotations.length > 0 ? [counted('annotation', 'annotations', annotations)] : []),
  ].join(' and ')
  if (!who) return undefined
  const values = [...sorted(types), ...annotations]
  return {
    reason: counted('forbidden AppArmor profile', 'forbidden AppArmor profiles', values),
    detail: `${who} must not set AppArmor profile type to ${quotes(values)}`,
  }
}

/** Which types of SELinux are allowed. */
export const seLinuxOptions =
  (...types: readonly string[]): Check =>
  (pod) => {
    const badTypes: string[] = []
    const told = new Set<string>()
    const isBad = (options: { type?: string; user?: string; role?: string } | undefined): boolean => {
      if (!options) return false
      const { type = '', user, role } = options
      const isBadType = type !== '' && !types.includes(type)
      if (isBadType) badTypes.push(type)
      if (user) told.add('user may not be set')
      if (role) told.add('role may not be set')
      return isBadType || !!user || !!role
    }
    const whole = isBad(pod.spec?.securityContext?.seLinuxOptions)
    const names = containersOf(pod).flatMap(({ name, securityContext }) =>
      isBad(securityContext?.seLinuxOptions) ? name : [],
    )
    const who = setters(whole, names)
    if (!who) return undefined
    const all = sorted(badTypes)
    const data = [
      ...(all.length > 0 ? [`${counted('type', 'types', all)} ${quotes(all)}`] : []),
      ...sorted(told).toReversed(),
    ]
    const detail = `${who} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`
    return { reason: 'seLinuxOptions', detail }
  }

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod'
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/'

/** As it was before seccomp had fields. */
export const seccompAnnotations: Check = (pod) => {
  const keys = [SECCOMP_POD, ...containersOf(pod).map(({ name }) => `${SECCOMP_CONTAINER}${name}`)]
  const bad = sorted(
    keys.flatMap((key) => {
      const value = pod.metadata?.annotations?.[key]
      if (value === undefined || /^(?:runtime\/default$|docker\/default$|localhost\/)/.test(value)) return []
      return `${key}=${quoted(value)}`
    }),
  )
  if (bad.length === 0) return undefined
  return {
    reason: 'seccompProfile',
    detail: `forbidden ${counted('annotation', 'annotations', bad)} ${bad.join(', ')}`,
  }
}

const seccomp = (pod: PodLike, mustBeSet: boolean): ReturnType<Check> => {
  const whole = pod.spec?.securityContext?.seccompProfile?.type
  const containers = containersOf(pod).map(({ name, securityContext }) => ({
    name,
    type: securityContext?.seccompProfile?.type,
  }))
  const bad = containers.filter(({ type }) => type !== undefined && !isKnownProfile(type))
  const reason = 'seccompProfile'
  const isWholeBad = whole !== undefined && !isKnownProfile(whole)
  const who = setters(
    isWholeBad,
    bad.map(({ name }) => name),
  )
  if (who) {
    const types = sorted([...(isWholeBad ? [whole] : []), ...bad.map(({ type }) => type!)])
    return { reason, detail: `${who} must not set securityContext.seccompProfile.type to ${quotes(types)}` }
  }
  const silent = containers.filter(({ type }) => type === undefined).map(({ name }) => name)
  if (!mustBeSet || whole !== undefined || silent.length === 0) return undefined
  const wanted = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
  return { reason, detail: `pod or ${named(silent)} ${wanted}` }
}

export const seccompProfile: Check = (pod) => seccomp(pod, false)
export const seccompProfileSet: Check = (pod) => seccomp(pod, true)
