import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { tryAddressBytes, tryParseAddress } from '#net/ip-address.ts'
import { dashedAddress, foldName } from './dns-name.ts'

export interface NamedPort {
  readonly name: string
  /** `_tcp`, `_udp`, `_sctp`. */
  readonly protocol: string
  readonly port: number
}

/** One name of a headless Service's endpoint: its hostname, else its dashed address. */
interface EndpointHost {
  readonly label: string
  readonly addresses: readonly Uint8Array[]
  readonly ports: readonly NamedPort[]
}

/**
 * What one Service puts into DNS (Kubernetes DNS specification 1.1.0, sections 2.3 to 2.5). The hosts of a headless one
 * go by their labels.
 */
export type ServiceRecords =
  | { readonly kind: 'cluster-ip'; readonly addresses: readonly Uint8Array[]; readonly ports: readonly NamedPort[] }
  | { readonly kind: 'headless'; readonly hosts: ReadonlyMap<string, EndpointHost> }
  | { readonly kind: 'external-name'; readonly target: string }

const namedPort = (port: { name?: string; protocol?: string; port?: number | null }): NamedPort => ({
  name: port.name ?? '',
  protocol: `_${(port.protocol ?? 'TCP').toLowerCase()}`,
  port: port.port ?? 0,
})

const headlessHosts = (slices: readonly EndpointSlice[]): ReadonlyMap<string, EndpointHost> => {
  const hosts = new Map<string, { addresses: Map<string, Uint8Array>; ports: Map<string, NamedPort> }>()
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4' && slice.addressType !== 'IPv6') continue
    const ports = (slice.ports ?? []).filter((port) => typeof port.port === 'number').map(namedPort)
    for (const endpoint of slice.endpoints ?? []) {
      // Absent means unknown, which counts as ready; a Service that publishes not ready addresses marks them ready.
      if (endpoint.conditions?.ready === false) continue
      for (const address of endpoint.addresses ?? []) {
        // Older objects may hold what is no address; a current API server refuses it.
        const bytes = tryAddressBytes(address)
        if (bytes === undefined) continue
        const label = endpoint.hostname ? foldName(endpoint.hostname) : dashedAddress(address)
        const host = hosts.get(label) ?? { addresses: new Map(), ports: new Map() }
        hosts.set(label, host)
        host.addresses.set(address, bytes)
        for (const port of ports) host.ports.set(`${port.name}/${port.protocol}/${port.port}`, port)
      }
    }
  }
  return new Map(
    [...hosts].map(([label, { addresses, ports }]) => [
      label,
      { label, addresses: [...addresses.values()], ports: [...ports.values()] },
    ]),
  )
}

/**
 * Undefined where the Service has nothing to say: no ClusterIP has been allocated yet, or its external name is an
 * address, which no CNAME can hold.
 */
export const serviceRecords = (service: Service, slices: readonly EndpointSlice[]): ServiceRecords | undefined => {
  const spec = service.spec ?? {}
  if (spec.type === 'ExternalName') {
    const target = foldName((spec.externalName ?? '').replace(/\.$/, ''))
    return tryParseAddress(target) ? undefined : { kind: 'external-name', target }
  }
  if (spec.clusterIP === 'None') return { kind: 'headless', hosts: headlessHosts(slices) }
  const clusterIPs = spec.clusterIPs ?? (spec.clusterIP ? [spec.clusterIP] : [])
  if (clusterIPs.length === 0) return undefined
  return {
    kind: 'cluster-ip',
    addresses: clusterIPs.flatMap((ip) => tryAddressBytes(ip) ?? []),
    ports: (spec.ports ?? []).map(namedPort),
  }
}

/** The addresses that lead back to a name of the Service, each with that name. `host`: its own. */
export function* reverseNames(
  host: string,
  records: ServiceRecords,
): Generator<readonly [address: Uint8Array, name: string]> {
  if (records.kind === 'cluster-ip') for (const address of records.addresses) yield [address, host]
  if (records.kind === 'headless')
    for (const { label, addresses } of records.hosts.values())
      for (const address of addresses) yield [address, `${label}.${host}`]
}
