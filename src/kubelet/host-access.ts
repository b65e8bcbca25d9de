import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { Unsupported } from './unsupported.ts'

/** With one of these a container's root gets at the machine itself: they know no namespace, or leave all of them. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set(
  'ALL SYS_ADMIN SYS_MODULE SYS_RAWIO SYS_BOOT DAC_READ_SEARCH BPF PERFMON'.split(' '),
)

/** Why a pod is refused what is the machine's, with the way out. */
export const HOST_ACCESS_REFUSED =
  'pods of this cluster have nothing of the machine itself: leave it out, or start the cluster with "fairlead up --allow-host-access"'

const refuse = (field: string): Unsupported => ({ field, reason: HOST_ACCESS_REFUSED, refused: true })

/** What a container asks for of the machine; `at`: its path. What users of their own may do, they may to themselves alone. */
export const hostAccessOf = (
  at: string,
  { securityContext }: Container,
  hasOwnUsers: boolean,
): readonly Unsupported[] => {
  const added = securityContext?.capabilities?.add ?? []
  const large = hasOwnUsers ? [] : added.filter((name) => OF_THE_MACHINE.has(name.toUpperCase().replace(/^CAP_/, '')))
  return [
    ...(securityContext?.privileged ? [refuse(`${at}.securityContext.privileged`)] : []),
    ...large.map((name) => refuse(`${at}.securityContext.capabilities.add[${name}]`)),
  ]
}

/**
 * What a pod asks for of the machine: its folders, its processes, its IPC, all rights. Not the node's network, which is a
 * namespace of the cluster's own.
 */
export const hostAccess = ({ spec }: Pod): readonly Unsupported[] => {
  if (spec === undefined) return []
  const hasOwnUsers = spec.hostUsers === false
  const of = (list: string, containers: readonly Container[] | undefined) =>
    (containers ?? []).flatMap((one) => hostAccessOf(`spec.${list}[${one.name}]`, one, hasOwnUsers))
  return [
    ...(spec.volumes ?? []).flatMap(({ name, hostPath }) =>
      hostPath ? [refuse(`spec.volumes[${name}].hostPath`)] : [],
    ),
    ...(spec.hostPID ? [refuse('spec.hostPID')] : []),
    ...(spec.hostIPC ? [refuse('spec.hostIPC')] : []),
    ...of('initContainers', spec.initContainers),
    ...of('containers', spec.containers),
  ]
}
