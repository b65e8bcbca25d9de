import type { Draft } from '#schema/defaulting.ts'
import type { Service } from './message.ts'
import { externallyAccessible } from './needs.ts'

/** Three hours, Kubernetes' `DefaultClientIPServiceAffinitySeconds`. */
const CLIENT_IP_TIMEOUT_SECONDS = 10_800

/** Fills in Kubernetes 1.36's Service defaults, in place. Addresses, families and node ports are the allocator's. */
export const defaultService = (service: Draft<Service>): void => {
  service.spec ??= {}
  const spec = service.spec
  spec.sessionAffinity ||= 'None'
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig
  if (spec.sessionAffinity === 'ClientIP') {
    spec.sessionAffinityConfig ??= {}
    spec.sessionAffinityConfig.clientIP ??= {}
    spec.sessionAffinityConfig.clientIP.timeoutSeconds ??= CLIENT_IP_TIMEOUT_SECONDS
  }
  spec.type ||= 'ClusterIP'
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP'
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '')
      port.targetPort = port.port ?? 0
  }
  if (externallyAccessible(service)) spec.externalTrafficPolicy ||= 'Cluster'
  if (spec.type === 'ClusterIP' || spec.type === 'NodePort' || spec.type === 'LoadBalancer')
    spec.internalTrafficPolicy ??= 'Cluster'
  if (spec.type === 'LoadBalancer') {
    spec.allocateLoadBalancerNodePorts ??= true
    for (const ingress of service.status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP'
  }
}
