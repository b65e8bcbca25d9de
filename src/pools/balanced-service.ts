import type { Node } from '#api/core/node/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { hasCondition, isReady } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { EXCLUDE_FROM_LOAD_BALANCERS_LABEL } from '#objects/well-known.ts'
import type { BalancedService, BalancerNode } from './announcement-plan.ts'

/** Set by the cluster autoscaler on a node that it is about to remove (KEP-3836). */
const TO_BE_DELETED = 'ToBeDeletedByClusterAutoscaler'

const localNodes = (slices: readonly EndpointSlice[], family: IpFamily): readonly string[] => {
  const names = slices
    .filter(({ addressType }) => addressType === family)
    .flatMap(({ endpoints = [] }) => endpoints)
    .filter(({ conditions, nodeName }) => nodeName && (conditions?.ready ?? true))
    .map(({ nodeName }) => nodeName!)
  return [...new Set(names)].sort()
}

/** Undefined where nobody is led to it from outside by an address. */
export const balancedService = (
  key: string,
  service: Service | undefined,
  slices: readonly EndpointSlice[],
): BalancedService | undefined => {
  const addresses = (service?.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []))
  if (service?.spec?.type !== 'LoadBalancer' || addresses.length === 0) return undefined
  const isLocal = service.spec.externalTrafficPolicy === 'Local'
  return {
    key,
    labels: service.metadata?.labels,
    addresses,
    localNodes: isLocal ? { IPv4: localNodes(slices, 'IPv4'), IPv6: localNodes(slices, 'IPv6') } : undefined,
  }
}

/** What matters of a Node for who announces. */
export const balancerNode = (node: Node): BalancerNode => {
  const { name = '', labels } = node.metadata ?? {}
  return {
    name,
    labels,
    isHealthy: isReady(node) && !hasCondition(node, 'NetworkUnavailable'),
    isExcluded:
      isLeaving(node) ||
      labels?.[EXCLUDE_FROM_LOAD_BALANCERS_LABEL] !== undefined ||
      (node.spec?.taints ?? []).some(({ key }) => key === TO_BE_DELETED),
  }
}
