import type { Pod, Service } from '#api/core-v1.ts'
import type { ApiObject, Resource } from '#api/resource.ts'

/** What Kubernetes says in a Warning header (code 299) to who creates or updates such an object. */
export const warningsFor = <T extends ApiObject>(resource: Resource<T>, object: T): readonly string[] => {
  if (resource.group !== '') return []
  switch (resource.kind) {
    case 'Endpoints':
      return ['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice']
    case 'Service':
      return serviceWarnings(object as unknown as Service)
    case 'Pod':
      return podWarnings(object as unknown as Pod)
    default:
      return []
  }
}

const serviceWarnings = (service: Service): readonly string[] => {
  const spec = service.spec ?? {}
  const warnings: string[] = []
  if ((spec.externalIPs ?? []).length > 0)
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters')
  if (spec.trafficDistribution === 'PreferClose')
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"')
  if (spec.clusterIP === 'None') {
    if (spec.loadBalancerIP) warnings.push('spec.loadBalancerIP is ignored for headless services')
    if ((spec.externalIPs ?? []).length > 0) warnings.push('spec.externalIPs is ignored when spec.clusterIP is "None"')
    if (spec.sessionAffinity && spec.sessionAffinity !== 'None')
      warnings.push('spec.SessionAffinity is ignored for headless services')
  }
  return warnings
}

const podWarnings = (pod: Pod): readonly string[] => {
  const warnings: string[] = []
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
