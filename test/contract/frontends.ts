import type { Service, ServicePort } from '#api/core/service/message.ts'
import { type Family, familyOf, nameOf, spelled } from './model.ts'

type Role = 'cluster-ip' | 'load-balancer' | 'external-ip' | 'node-port'

/** Where a port of a Service is met. `address` undefined: on the node's own addresses. */
export interface Frontend {
  readonly service: Service
  readonly servicePort: ServicePort
  readonly role: Role
  readonly family: Family
  readonly address: string | undefined
  readonly protocol: string
  readonly port: number
}

export const clusterIpsOf = ({ spec }: Service): readonly string[] =>
  (spec?.clusterIPs?.length ? spec.clusterIPs : [spec?.clusterIP ?? '']).filter((ip) => ip !== '' && ip !== 'None')

export const familiesOf = (service: Service): readonly Family[] => [...new Set(clusterIpsOf(service).map(familyOf))]

/** Ingress addresses of the load balancer; of those of mode Proxy the provider takes care itself. */
export const ingressOf = ({ spec, status }: Service, mode: 'VIP' | 'Proxy'): readonly string[] =>
  spec?.type !== 'LoadBalancer'
    ? []
    : (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, ipMode }) => (ip && (ipMode ?? 'VIP') === mode ? [ip] : []))

/** All that a Service asks for, in the order in which its own claims on one address and port count: the guarded role goes before the open one. */
export function frontendsOf(service: Service): readonly Frontend[] {
  const families = familiesOf(service)
  const isExternal = service.spec?.type === 'NodePort' || service.spec?.type === 'LoadBalancer'
  const byRole: readonly (readonly [Role, readonly string[]])[] = [
    ['cluster-ip', clusterIpsOf(service)],
    ['load-balancer', ingressOf(service, 'VIP')],
    ['external-ip', service.spec?.externalIPs ?? []],
  ]
  const all: Frontend[] = []
  for (const servicePort of service.spec?.ports ?? []) {
    const common = { service, servicePort, protocol: servicePort.protocol || 'TCP' }
    for (const [role, addresses] of byRole) {
      for (const address of addresses.map(spelled)) {
        const family = familyOf(address)
        if (families.includes(family)) all.push({ ...common, role, family, address, port: servicePort.port })
      }
    }
    if (!isExternal || !servicePort.nodePort) continue
    for (const family of families)
      all.push({ ...common, role: 'node-port', family, address: undefined, port: servicePort.nodePort })
  }
  return all
}

/** Of two Services that claim the same, the older one has it, then the one of the lesser name. */
export function winner(claims: readonly Frontend[]): Frontend | undefined {
  const age = ({ service }: Frontend) => String(service.metadata?.creationTimestamp ?? '')
  let best: Frontend | undefined
  for (const claim of claims) {
    if (best === undefined || age(claim) < age(best)) best = claim
    else if (age(claim) === age(best) && nameOf(claim.service) < nameOf(best.service)) best = claim
  }
  return best
}
