import type { Service } from './message.ts'

/** Headless: `clusterIP: None`, DNS answers with the pods' own addresses. */
export const isHeadless = (service: Service): boolean =>
  service.spec?.clusterIP === 'None' || service.spec?.clusterIPs?.[0] === 'None'

/** Every type but ExternalName has a cluster IP (which may be `None`). */
export const needsClusterIP = (service: Service): boolean => {
  const type = service.spec?.type || 'ClusterIP'
  return type === 'ClusterIP' || type === 'NodePort' || type === 'LoadBalancer'
}

/** Types that may have node ports. Those they have stay with them, also where no new ones are given out. */
export const needsNodePort = (service: Service): boolean =>
  service.spec?.type === 'NodePort' || service.spec?.type === 'LoadBalancer'

/** Ports without a node port are given one; a LoadBalancer can refuse that by `allocateLoadBalancerNodePorts`. */
export const allocatesNodePorts = (service: Service): boolean =>
  service.spec?.type === 'NodePort' ||
  (service.spec?.type === 'LoadBalancer' && service.spec.allocateLoadBalancerNodePorts !== false)

/** Clients outside the cluster can reach it: node ports, a load balancer, or external IPs on a ClusterIP Service. */
export const externallyAccessible = (service: Service): boolean => {
  const type = service.spec?.type || 'ClusterIP'
  if (type === 'LoadBalancer' || type === 'NodePort') return true
  return type === 'ClusterIP' && (service.spec?.externalIPs?.length ?? 0) > 0
}

/** A load balancer probes the nodes only where the policy is Local: on the other nodes there may be no endpoint. */
export const needsHealthCheckNodePort = (service: Service): boolean =>
  service.spec?.type === 'LoadBalancer' && service.spec.externalTrafficPolicy === 'Local'
