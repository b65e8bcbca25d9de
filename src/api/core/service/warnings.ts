import { addressWarnings, cidrWarnings } from '#api/validation/address.ts'
import type { Service } from './message.ts'

const HINTS_ANNOTATION = 'service.kubernetes.io/topology-aware-hints'

/** What Kubernetes says in a Warning header (code 299) to who creates or updates such a Service. */
export const serviceWarnings = (service: Service): readonly string[] => {
  const { type, clusterIP, clusterIPs = [], externalIPs = [], ...spec } = service.spec ?? {}
  const warnings: string[] = []
  const isExternalName = type === 'ExternalName'
  const headless = clusterIP === 'None'
  if (Object.hasOwn(service.metadata?.annotations ?? {}, HINTS_ANNOTATION))
    warnings.push(
      `annotation ${HINTS_ANNOTATION} is deprecated, please use service.kubernetes.io/topology-mode instead`,
    )
  if (!headless) warnings.push(...clusterIPs.flatMap((ip, index) => addressWarnings(ip, `spec.clusterIPs[${index}]`)))
  else {
    if (spec.loadBalancerIP) warnings.push('spec.loadBalancerIP is ignored for headless services')
    if (externalIPs.length > 0) warnings.push('spec.externalIPs is ignored for headless services')
    if (spec.sessionAffinity && spec.sessionAffinity !== 'None')
      warnings.push('spec.SessionAffinity is ignored for headless services')
  }
  warnings.push(...externalIPs.flatMap((ip, index) => addressWarnings(ip, `spec.externalIPs[${index}]`)))
  if (externalIPs.length > 0 && !headless && !isExternalName)
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters')
  if (spec.loadBalancerIP) warnings.push(...addressWarnings(spec.loadBalancerIP, 'spec.loadBalancerIP'))
  for (const [index, range] of (spec.loadBalancerSourceRanges ?? []).entries())
    warnings.push(...cidrWarnings(range, `spec.loadBalancerSourceRanges[${index}]`))
  if (isExternalName && externalIPs.length > 0)
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"')
  if (!isExternalName && spec.externalName)
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"')
  if (spec.trafficDistribution === 'PreferClose')
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"')
  return warnings
}
