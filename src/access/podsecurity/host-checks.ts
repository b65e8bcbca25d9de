import type { Container } from '#api/core/pod/spec/container.ts'
import { type Check, containersOf, counted, named, quotes, setters, sorted } from './check.ts'

export const hostNamespaces: Check = ({ spec }) => {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec?.[field])
  if (shared.length === 0) return undefined
  return { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') }
}

export const hostPathVolumes: Check = ({ spec }) => {
  const names = (spec?.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name }) => name)
  if (names.length === 0) return undefined
  return { reason: 'hostPath volumes', detail: `${counted('volume', 'volumes', names)} ${quotes(names)}` }
}

export const hostPorts: Check = (pod) => {
  const ports: string[] = []
  const names = containersOf(pod).flatMap((container) => {
    const own = (container.ports ?? []).flatMap(({ hostPort }) => (hostPort ? String(hostPort) : []))
    ports.push(...own)
    return own.length > 0 ? container.name : []
  })
  if (names.length === 0) return undefined
  const all = sorted(ports)
  const detail = `${named(names)} ${counted('uses', 'use', names)} ${counted('hostPort', 'hostPorts', all)} ${all.join(', ')}`
  return { reason: 'hostPort', detail }
}

type Asked = Pick<Container, 'livenessProbe' | 'readinessProbe' | 'startupProbe' | 'lifecycle'>

/** Whom the kubelet would ask in a container's name. */
const hostsAsked = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: Asked): readonly string[] =>
  [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap((asks) =>
    [asks?.httpGet?.host, asks?.tcpSocket?.host].filter((host) => host !== undefined && host !== ''),
  ) as readonly string[]

export const hostProbes: Check = (pod) => {
  const asking = containersOf(pod).filter((container) => hostsAsked(container).length > 0)
  if (asking.length === 0) return undefined
  const names = sorted(asking.map(({ name }) => name))
  const hosts = sorted(asking.flatMap(hostsAsked))
  const what = counted('probe or lifecycle host', 'probe or lifecycle hosts', hosts)
  return {
    reason: 'probe or lifecycle host',
    detail: `${named(names)} ${counted('uses', 'use', names)} ${what} ${quotes(hosts)}`,
  }
}

export const hostProcess: Check = (pod) => {
  const names = containersOf(pod).filter(({ securityContext }) => securityContext?.windowsOptions?.hostProcess)
  const who = setters(
    pod.spec?.securityContext?.windowsOptions?.hostProcess === true,
    names.map(({ name }) => name),
  )
  if (!who) return undefined
  return { reason: 'hostProcess', detail: `${who} must not set securityContext.windowsOptions.hostProcess=true` }
}
