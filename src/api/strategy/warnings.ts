import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { addressWarnings, cidrWarnings } from '../validation/address.ts'

/** What Kubernetes says, whatever is asked of a kind that is deprecated: to who reads, lists, watches, writes, deletes. */
export const deprecationWarnings = ({ group, kind }: Pick<Resource, 'group' | 'kind'>): readonly string[] =>
  group === '' && kind === 'Endpoints'
    ? ['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice']
    : []

/** What Kubernetes says in a Warning header (code 299) to who creates or updates such an object. */
export const warningsFor = <T extends ApiObject>(resource: Resource<T>, object: T): readonly string[] => {
  if (resource.group !== '') return []
  switch (resource.kind) {
    case 'Service':
      return serviceWarnings(object as unknown as Service)
    case 'Pod':
      return podWarnings(object as unknown as Pod)
    default:
      return []
  }
}

const HINTS_ANNOTATION = 'service.kubernetes.io/topology-aware-hints'

const serviceWarnings = (service: Service): readonly string[] => {
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

const podWarnings = (pod: Pod): readonly string[] => {
  const { hostAliases = [], dnsConfig } = pod.spec ?? {}
  const warnings: string[] = [
    ...hostAliases.flatMap(({ ip }, index) => addressWarnings(ip, `spec.hostAliases[${index}].ip`)),
    ...(dnsConfig?.nameservers ?? []).flatMap((server, index) =>
      addressWarnings(server, `spec.dnsConfig.nameservers[${index}]`),
    ),
  ]
  for (const [index, container] of (pod.spec?.containers ?? []).entries()) {
    const seen = new Map<string, number>()
    for (const [place, variable] of (container.env ?? []).entries()) {
      const earlier = seen.get(variable.name)
      if (earlier !== undefined)
        warnings.push(
          `spec.containers[${index}].env[${place}]: hides previous definition of "${variable.name}", which may be dropped when using apply`,
        )
      seen.set(variable.name, place)
    }
  }
  return warnings
}
