import type { Service } from '#api/core/service/message.ts'
import { type Cidr, containsCidr, formatCidr, tryParseCidr } from '#net/cidr.ts'
import type { IpFamily } from '#net/ip-address.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { HEADLESS_LABEL, SERVICE_PROXY_NAME_LABEL } from '#objects/well-known.ts'
import { canonical } from './canonical.ts'
import { podOfHostPorts } from './host-port-key.ts'

type FrontendKind = 'cluster-ip' | 'external-ip' | 'load-balancer' | 'node-port' | 'host-port'
export type TrafficPolicy = 'Cluster' | 'Local'

/** Where a service port is met: an address and port, or a port of the node's own addresses. */
export interface Frontend {
  readonly kind: FrontendKind
  /** Undefined for a node port. */
  readonly address: string | undefined
  readonly protocol: Protocol
  readonly port: number
  readonly policy: TrafficPolicy
  /** Only these sources may use it; undefined: all may. Canonical CIDRs, none inside another. */
  readonly sourceRanges: readonly string[] | undefined
}

type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number]

/** A port of what hostPortsOf() makes of a pod: it is met at these addresses, and has no ClusterIP. */
export interface HostPort extends ServicePort {
  readonly addresses: readonly string[]
}

const PROXIED_TYPES = new Set(['ClusterIP', 'NodePort', 'LoadBalancer'])

/** Whether this Service is ours to program: not headless, not ExternalName, not another proxy's by label. */
export function isProxied({ metadata, spec }: Service): boolean {
  if (podOfHostPorts(metadata ?? {}) !== undefined) return true
  const labels = metadata?.labels ?? {}
  return (
    PROXIED_TYPES.has(spec?.type || 'ClusterIP') &&
    !!spec?.clusterIP &&
    spec.clusterIP !== 'None' &&
    !Object.hasOwn(labels, SERVICE_PROXY_NAME_LABEL) &&
    !Object.hasOwn(labels, HEADLESS_LABEL)
  )
}

/**
 * The frontends of one port in one family. Without a ClusterIP of this family there is none, as the Service does not
 * live there.
 */
export function frontendsOf(
  { metadata, spec, status }: Service,
  port: ServicePort,
  family: IpFamily,
): readonly Frontend[] {
  const ofFamily = (texts: readonly (string | undefined)[]) =>
    [...new Set(texts.map((text) => (text ? canonical(text) : undefined)))].filter(
      (address) => address !== undefined && (address.includes(':') ? 'IPv6' : 'IPv4') === family,
    ) as string[]
  const protocol = port.protocol || 'TCP'
  if (podOfHostPorts(metadata ?? {}) !== undefined) {
    // Local: a port of the node itself does not hide who comes.
    const of = { kind: 'host-port', protocol, port: port.port, policy: 'Local', sourceRanges: undefined } as const
    return ofFamily((port as HostPort).addresses).map((address) => ({ ...of, address }))
  }
  const clusterIps = ofFamily(spec?.clusterIPs?.length ? spec.clusterIPs : [spec?.clusterIP])
  if (clusterIps.length === 0) return []
  const internal: TrafficPolicy = spec?.internalTrafficPolicy === 'Local' ? 'Local' : 'Cluster'
  const external: TrafficPolicy = spec?.externalTrafficPolicy === 'Local' ? 'Local' : 'Cluster'
  const at = (kind: FrontendKind, policy: TrafficPolicy, sourceRanges?: readonly string[]) => (address?: string) => ({
    kind,
    address,
    protocol,
    port: port.port,
    policy,
    sourceRanges,
  })
  const isBalanced = spec?.type === 'LoadBalancer'
  const vips = isBalanced
    ? ofFamily((status?.loadBalancer?.ingress ?? []).map(({ ip, ipMode }) => (ipMode === 'Proxy' ? undefined : ip)))
    : []
  const nodePort = spec?.type === 'NodePort' || isBalanced ? port.nodePort : undefined
  const frontends: Frontend[] = [
    ...clusterIps.map(at('cluster-ip', internal)),
    ...vips.map(at('load-balancer', external, sourceRangesOf(spec?.loadBalancerSourceRanges, family))),
    ...ofFamily(spec?.externalIPs ?? []).map(at('external-ip', external)),
  ]
  if (nodePort) frontends.push({ ...at('node-port', external)(), port: nodePort })
  // One address under two roles (an external IP that is also the load balancer's) is programmed once, the more guarded
  // role first.
  const seen = new Set<string>()
  return frontends.filter(({ address, port: number }) => {
    const key = `${address} ${number}`
    return !seen.has(key) && seen.add(key)
  })
}

/**
 * Ranges of the family, written canonically, without those that lie inside another (the kernel refuses overlaps).
 * Undefined: no guard.
 */
function sourceRangesOf(ranges: readonly string[] | undefined, family: IpFamily): readonly string[] | undefined {
  if (!ranges?.length) return undefined
  const cidrs = ranges
    .map((text) => tryParseCidr(text.trim(), { hostBitsAllowed: true }))
    .filter((cidr): cidr is Cidr => cidr?.address.family === family)
    .sort((left, right) => left.prefix - right.prefix)
  if (cidrs.length === 0) return undefined
  const kept: Cidr[] = []
  for (const cidr of cidrs) if (!kept.some((outer) => containsCidr(outer, cidr))) kept.push(cidr)
  return kept.map(formatCidr)
}
