import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { keyOf } from '#objects/object-key.ts'
import { canonical } from './canonical.ts'
import type { HostPort } from './frontend.ts'
import { hostPortsKey } from './host-port-key.ts'

const ANY = new Set(['', '0.0.0.0', '::'])
const OVER = new Set(['Succeeded', 'Failed'])

/** What forwarding takes of a pod that has host ports: a Service of its node alone, and its only endpoint. */
export interface HostPorts {
  readonly service: Service
  readonly slices: readonly EndpointSlice[]
}

const familyOf = (address: string): IpFamily => (address.includes(':') ? 'IPv6' : 'IPv4')

/** The ports of all containers that run beside one another. */
const portsOf = ({ spec }: Pod): readonly NonNullable<Container['ports']>[number][] =>
  [
    ...(spec?.containers ?? []),
    ...(spec?.initContainers ?? []).filter((one) => one.restartPolicy === 'Always'),
  ].flatMap(({ ports = [] }) => ports.filter(({ hostPort }) => !!hostPort))

/** Whether the pod asks for ports of its node. What is in the node's network itself has them without our help. */
export const wantsHostPorts = (pod: Pod): boolean => !pod.spec?.hostNetwork && portsOf(pod).length > 0

/**
 * The host ports of a pod that lives on a node with these addresses, as a Service that only this node forwards; a port
 * without a hostIP is met at each of them. Undefined where there is nothing to forward: no host port, no address yet, or
 * the pod has come to its end.
 */
export const hostPortsOf = (pod: Pod, nodeAddresses: readonly string[]): HostPorts | undefined => {
  const { metadata, spec, status } = pod
  const ips = (status?.podIPs ?? []).flatMap(({ ip }) => canonical(ip ?? '') ?? [])
  if (!wantsHostPorts(pod) || ips.length === 0 || OVER.has(status?.phase ?? '')) return undefined
  const families = new Set(ips.map(familyOf))
  const ports = portsOf(pod).map((port, index) => {
    const at = ANY.has(port.hostIP ?? '') ? nodeAddresses : [port.hostIP!]
    const number = port.hostPort!
    const protocol = port.protocol || 'TCP'
    return {
      // By its place: one port may be met at several addresses, by a container each.
      name: `${number}-${protocol.toLowerCase()}-${index}`,
      protocol,
      port: number,
      targetPort: port.containerPort,
      addresses: at.filter((address) => families.has(familyOf(address))),
    } satisfies HostPort
  })
  const key = hostPortsKey(keyOf(pod))
  const { creationTimestamp } = metadata ?? {}
  return {
    service: { apiVersion: 'v1', kind: 'Service', metadata: { ...key, creationTimestamp }, spec: { ports } },
    slices: ips.map((ip) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: key,
      addressType: familyOf(ip),
      endpoints: [{ addresses: [ip], nodeName: spec?.nodeName }],
      ports: ports.map(({ name: portName, protocol, targetPort }) => ({ name: portName, protocol, port: targetPort })),
    })),
  }
}
