import { type Check, containersOf, named, quotes, sorted } from './check.ts'

/** What a container has by default. */
const DEFAULT = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
)

/** Who adds others than these, and what. */
const adding = (pod: Parameters<Check>[0], isAllowed: (capability: string) => boolean): string | undefined => {
  const capabilities: string[] = []
  const names = containersOf(pod).flatMap(({ name, securityContext }) => {
    const own = (securityContext?.capabilities?.add ?? []).filter((capability) => !isAllowed(capability))
    capabilities.push(...own)
    return own.length > 0 ? name : []
  })
  if (names.length === 0) return undefined
  return `${named(names)} must not include ${quotes(sorted(capabilities))} in securityContext.capabilities.add`
}

export const defaultCapabilities: Check = (pod) => {
  const detail = adding(pod, (capability) => DEFAULT.has(capability))
  return detail === undefined ? undefined : { reason: 'non-default capabilities', detail }
}

export const restrictedCapabilities: Check = (pod) => {
  const keeping = containersOf(pod).flatMap(({ name, securityContext }) =>
    securityContext?.capabilities?.drop?.includes('ALL') ? [] : name,
  )
  const kept = keeping.length > 0 ? `${named(keeping)} must set securityContext.capabilities.drop=["ALL"]` : undefined
  const added = adding(pod, (capability) => capability === 'NET_BIND_SERVICE')
  if (!kept && !added) return undefined
  return { reason: 'unrestricted capabilities', detail: [kept, added].filter(Boolean).join('; ') }
}
