import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { IpFamily } from '#net/ip-address.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { keyOf } from '#objects/object-key.ts'
import { type Endpoint, endpointsOf } from './endpoint.ts'
import { type Frontend, frontendsOf, isProxied } from './frontend.ts'
import type { NodeFacts } from './node-facts.ts'
import { type CategorizedEndpoints, categorizeEndpoints } from './topology.ts'

export type { Service } from '#api/core/service/message.ts'
export type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'

export interface Backend {
  readonly address: string
  readonly port: number
  /** On the node that this is computed for; undefined where its slice does not say. */
  readonly local: boolean | undefined
}

/** What becomes of a new connection. */
export type Treatment =
  /** One of them, each as likely; who is to have more has several places. */
  | { readonly kind: 'balance'; readonly backends: readonly Backend[] }
  | { readonly kind: 'reject'; readonly reason: 'no-endpoints' }
  | { readonly kind: 'drop'; readonly reason: 'no-local-endpoints' }

/** One port of one Service in one family. */
export interface ServicePortForwarding {
  /** `default/web:http`; an unnamed port has nothing behind the colon. */
  readonly servicePort: string
  readonly family: IpFamily
  readonly protocol: Protocol
  /** Seconds that a client stays with its endpoint; undefined: no session affinity. */
  readonly affinitySeconds: number | undefined
  readonly frontends: readonly Frontend[]
  /** Under policy Cluster, and for pods and the node itself at a frontend of policy Local. */
  readonly cluster: Treatment
  /** Under policy Local. */
  readonly local: Treatment
  readonly topology: CategorizedEndpoints['topology']
}

/** What one node does for one Service. */
export interface ServiceForwarding {
  /** `default/web` */
  readonly service: string
  readonly ports: readonly ServicePortForwarding[]
}

/** In the order in which a Service's ports are told. */
export const FAMILIES: readonly IpFamily[] = ['IPv4', 'IPv6']
/** core/v1: DefaultClientIPServiceAffinitySeconds, MaxClientIPServiceAffinitySeconds. */
const DEFAULT_AFFINITY_SECONDS = 10800
const MAX_AFFINITY_SECONDS = 86400

const REJECT: Treatment = { kind: 'reject', reason: 'no-endpoints' }
const DROP: Treatment = { kind: 'drop', reason: 'no-local-endpoints' }

/**
 * The forwarding of one Service on one node: no port where the Service is not to be proxied. Pure, and independent of
 * every other Service.
 */
export function forwardService(
  service: Service,
  slices: readonly EndpointSlice[],
  node: Pick<NodeFacts, 'name' | 'zone'>,
): ServiceForwarding {
  const name = keyOf(service)
  if (!isProxied(service)) return { service: name, ports: [] }
  const affinitySeconds = affinityOf(service)
  const ports: ServicePortForwarding[] = []
  for (const port of service.spec?.ports ?? []) {
    const protocol = port.protocol || 'TCP'
    for (const family of FAMILIES) {
      const frontends = frontendsOf(service, port, family)
      if (frontends.length === 0) continue
      const chosen = categorizeEndpoints(endpointsOf(slices, family, port.name ?? '', protocol), node)
      ports.push({
        servicePort: `${name}:${port.name ?? ''}`,
        family,
        protocol,
        affinitySeconds,
        frontends,
        cluster: treatment(chosen.cluster, node, 'reject'),
        local: treatment(chosen.local, node, chosen.any ? 'drop' : 'reject'),
        topology: chosen.topology,
      })
    }
  }
  // A copy has room for what is in it; an array that grew by push() for 17.
  return { service: name, ports: ports.slice() }
}

/** Seconds that a client stays with its endpoint; undefined: no session affinity. */
export function affinityOf({ spec }: Service): number | undefined {
  const seconds = spec?.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS
  return spec?.sessionAffinity === 'ClientIP' ? Math.min(Math.max(seconds, 1), MAX_AFFINITY_SECONDS) : undefined
}

/** The names of all its ports, proxied or not. */
export const servicePortsOf = (service: Service): readonly string[] =>
  (service.spec?.ports ?? []).map(({ name }) => `${keyOf(service)}:${name ?? ''}`)

function treatment(endpoints: readonly Endpoint[], node: Pick<NodeFacts, 'name'>, empty: 'reject' | 'drop'): Treatment {
  if (endpoints.length > 0) {
    const backends = endpoints.flatMap(({ address, port, nodeName, weight }) => {
      const backend = { address, port, local: nodeName === undefined ? undefined : nodeName === node.name }
      return weight === 1 ? backend : Array.from({ length: weight }, () => backend)
    })
    return { kind: 'balance', backends }
  }
  return empty === 'reject' ? REJECT : DROP
}
