import { type Check, containersOf, named, quotes, setters, sorted } from './check.ts'

export const privileged: Check = (pod) => {
  const names = containersOf(pod).flatMap(({ name, securityContext }) => (securityContext?.privileged ? name : []))
  if (names.length === 0) return undefined
  return { reason: 'privileged', detail: `${named(names)} must not set securityContext.privileged=true` }
}

export const privilegeEscalation: Check = (pod) => {
  const names = containersOf(pod).flatMap(({ name, securityContext }) =>
    securityContext?.allowPrivilegeEscalation === false ? [] : name,
  )
  if (names.length === 0) return undefined
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${named(names)} must set securityContext.allowPrivilegeEscalation=false`,
  }
}

export const procMount: Check = (pod) => {
  const bad = containersOf(pod).filter(({ securityContext }) => (securityContext?.procMount ?? 'Default') !== 'Default')
  if (bad.length === 0) return undefined
  const types = sorted(bad.map(({ securityContext }) => securityContext?.procMount ?? ''))
  const names = bad.map(({ name }) => name)
  return { reason: 'procMount', detail: `${named(names)} must not set securityContext.procMount to ${quotes(types)}` }
}

export const runAsNonRoot: Check = (pod) => {
  const whole = pod.spec?.securityContext?.runAsNonRoot
  const containers = containersOf(pod)
  const of = (value: boolean | undefined): readonly string[] =>
    containers.flatMap(({ name, securityContext }) => (securityContext?.runAsNonRoot === value ? name : []))
  const reason = 'runAsNonRoot != true'
  const who = setters(whole === false, of(false))
  if (who) return { reason, detail: `${who} must not set securityContext.runAsNonRoot=false` }
  const silent = whole ? [] : of(undefined)
  if (silent.length === 0) return undefined
  return { reason, detail: `pod or ${named(silent)} must set securityContext.runAsNonRoot=true` }
}

export const runAsUser: Check = (pod) => {
  const names = containersOf(pod).flatMap(({ name, securityContext }) => (securityContext?.runAsUser === 0 ? name : []))
  const who = setters(pod.spec?.securityContext?.runAsUser === 0, names)
  return who ? { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` } : undefined
}
