import type { Service, ServiceSpec } from '#api/core/service/message.ts'
import { externallyAccessible, isHeadless, needsHealthCheckNodePort } from '#api/core/service/needs.ts'
import { checkAddress, checkCidr, checkNonSpecialAddress } from '#api/validation/address.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import {
  checkForm,
  checkLabels,
  checkPortNumber,
  dnsLabel,
  dnsSubdomain,
  qualifiedName,
} from '#api/validation/names.ts'
import { familyOf } from '#net/ip-address.ts'
import { clusterIPsUpdate, familiesUpdate, validateAddresses } from './addresses.ts'
import { validatePortPairs, validatePorts } from './ports.ts'

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const POLICIES = ['Cluster', 'Local']
const IP_MODES = ['Proxy', 'VIP']
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode']
const SOURCE_RANGES_ANNOTATION = 'service.beta.kubernetes.io/load-balancer-source-ranges'
const KUBELET_PORT = 10_250
const LONGEST_AFFINITY_SECONDS = 86_400

/**
 * Checks a defaulted and normalized Service at creation. Whether addresses and node ports are free is the allocators'
 * question.
 */
export const validateServiceCreate = (service: Service): readonly FieldError[] => [
  ...validateMetadata(service.metadata, true, dnsLabel),
  ...validateSpec(service),
]

/**
 * Checks an update: the primary address and family of a Service that has one stay, unless it comes from or goes to
 * ExternalName.
 */
export const validateServiceUpdate = (service: Service, old: Service): readonly FieldError[] => {
  const spec = service.spec ?? {}
  const before = old.spec ?? {}
  const errors: FieldError[] = [...validateMetadataUpdate(service.metadata, old.metadata)]
  if (spec.type !== 'ExternalName' && before.type !== 'ExternalName') {
    errors.push(...clusterIPsUpdate(service, old), ...familiesUpdate(service, old))
  }
  if (
    spec.type === 'LoadBalancer' &&
    before.type === 'LoadBalancer' &&
    (spec.loadBalancerClass ?? null) !== (before.loadBalancerClass ?? null)
  )
    errors.push(invalid('spec.loadBalancerClass', spec.loadBalancerClass ?? null, 'may not change once set'))
  if (
    needsHealthCheckNodePort(old) &&
    needsHealthCheckNodePort(service) &&
    before.healthCheckNodePort &&
    spec.healthCheckNodePort !== before.healthCheckNodePort
  )
    errors.push(forbidden('spec.healthCheckNodePort', 'field is immutable'))
  return [...errors, ...validateSpec(service)]
}

const validateSpec = (service: Service): readonly FieldError[] => {
  const spec = service.spec ?? {}
  return [
    ...validateType(service),
    ...validatePorts(spec),
    ...checkLabels(spec.selector ?? {}, 'spec.selector'),
    ...validateAffinity(spec),
    ...validateAddresses(service),
    ...(spec.externalIPs ?? []).flatMap((ip, index) => checkNonSpecialAddress(ip, `spec.externalIPs[${index}]`)),
    ...(spec.type && !TYPES.includes(spec.type) ? [notSupported('spec.type', spec.type, TYPES)] : []),
    ...validatePortPairs(spec),
    ...validateSourceRanges(service),
    ...validateLoadBalancer(spec),
    ...validateTrafficPolicies(service),
  ]
}

const validateType = (service: Service): readonly FieldError[] => {
  const spec = service.spec ?? {}
  const errors: FieldError[] = []
  const headless = isHeadless(service)
  if ((spec.ports ?? []).length === 0 && !headless && spec.type !== 'ExternalName') errors.push(required('spec.ports'))
  const notHeadless = (): FieldError =>
    invalid(
      'spec.clusterIPs[0]',
      spec.clusterIPs?.[0] ?? spec.clusterIP,
      `may not be set to 'None' for ${spec.type} services`,
    )
  switch (spec.type) {
    case 'LoadBalancer':
      for (const [index, port] of (spec.ports ?? []).entries())
        if (port.port === KUBELET_PORT)
          errors.push(
            invalid(
              `spec.ports[${index}]`,
              port.port,
              `may not expose port ${KUBELET_PORT} externally since it is used by kubelet`,
            ),
          )
      if (headless) errors.push(notHeadless())
      break
    case 'NodePort':
      if (headless) errors.push(notHeadless())
      break
    case 'ExternalName': {
      const forbiddenHere = 'may not be set for ExternalName services'
      if ((spec.clusterIPs ?? []).length > 0) errors.push(forbidden('spec.clusterIPs', forbiddenHere))
      if ((spec.ipFamilies ?? []).length > 0) errors.push(forbidden('spec.ipFamilies', forbiddenHere))
      if (spec.ipFamilyPolicy !== undefined) errors.push(forbidden('spec.ipFamilyPolicy', forbiddenHere))
      const name = (spec.externalName ?? '').replace(/\.$/, '')
      errors.push(
        ...(name === '' ? [required('spec.externalName')] : checkForm(dnsSubdomain, name, 'spec.externalName')),
      )
      break
    }
    default:
  }
  return errors
}

const validateAffinity = (spec: ServiceSpec): readonly FieldError[] => {
  const config = spec.sessionAffinityConfig
  if (!spec.sessionAffinity) return [required('spec.sessionAffinity')]
  switch (spec.sessionAffinity) {
    case 'None':
      return config === undefined
        ? []
        : [forbidden('spec.sessionAffinityConfig', 'must not be set when session affinity is None')]
    case 'ClientIP': {
      const at = 'spec.sessionAffinityConfig'
      if (config === undefined) return [required(at, 'when session affinity type is ClientIP')]
      if (config.clientIP === undefined) return [required(`${at}.clientIP`, 'when session affinity type is ClientIP')]
      const seconds = config.clientIP.timeoutSeconds
      if (seconds === undefined)
        return [required(`${at}.clientIP.timeoutSeconds`, 'when session affinity type is ClientIP')]
      return seconds > 0 && seconds <= LONGEST_AFFINITY_SECONDS
        ? []
        : [
            invalid(
              `${at}.clientIP.timeoutSeconds`,
              seconds,
              `must be greater than 0 and less than ${LONGEST_AFFINITY_SECONDS}`,
            ),
          ]
    }
    default:
      return [notSupported('spec.sessionAffinity', spec.sessionAffinity, ['ClientIP', 'None'])]
  }
}

const validateSourceRanges = (service: Service): readonly FieldError[] => {
  const spec = service.spec ?? {}
  const onlyLoadBalancer = "may only be used when `type` is 'LoadBalancer'"
  const ranges = spec.loadBalancerSourceRanges ?? []
  if (ranges.length > 0) {
    // Kubernetes names this field by its Go name, and older objects may be padded with spaces.
    const at = 'spec.LoadBalancerSourceRanges'
    return [
      ...(spec.type === 'LoadBalancer' ? [] : [forbidden(at, onlyLoadBalancer)]),
      ...ranges.flatMap((range, index) => checkCidr(range.trim(), `${at}[${index}]`)),
    ]
  }
  const annotation = service.metadata?.annotations?.[SOURCE_RANGES_ANNOTATION]
  if (annotation === undefined) return []
  const at = `metadata.annotations[${SOURCE_RANGES_ANNOTATION}]`
  const values = annotation.trim() === '' ? [] : annotation.split(',')
  return [
    ...(spec.type === 'LoadBalancer' ? [] : [forbidden(at, onlyLoadBalancer)]),
    ...values.flatMap((range) => checkCidr(range.trim(), at)),
  ]
}

const validateLoadBalancer = (spec: ServiceSpec): readonly FieldError[] => {
  const onlyLoadBalancer = "may only be used when `type` is 'LoadBalancer'"
  if (spec.type === 'LoadBalancer')
    return [
      ...(spec.allocateLoadBalancerNodePorts === undefined ? [required('spec.allocateLoadBalancerNodePorts')] : []),
      ...(spec.loadBalancerClass === undefined
        ? []
        : checkForm(qualifiedName, spec.loadBalancerClass, 'spec.loadBalancerClass')),
    ]
  return [
    ...(spec.allocateLoadBalancerNodePorts === undefined
      ? []
      : [forbidden('spec.allocateLoadBalancerNodePorts', onlyLoadBalancer)]),
    ...(spec.loadBalancerClass === undefined ? [] : [forbidden('spec.loadBalancerClass', onlyLoadBalancer)]),
  ]
}

const validateTrafficPolicies = (service: Service): readonly FieldError[] => {
  const spec = service.spec ?? {}
  const errors: FieldError[] = []
  const external = spec.externalTrafficPolicy
  if (!externallyAccessible(service)) {
    if (external)
      errors.push(invalid('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services'))
  } else if (!external) errors.push(required('spec.externalTrafficPolicy'))
  else if (!POLICIES.includes(external)) errors.push(notSupported('spec.externalTrafficPolicy', external, POLICIES))
  if (spec.healthCheckNodePort) {
    if (needsHealthCheckNodePort(service))
      errors.push(...checkPortNumber(spec.healthCheckNodePort, 'spec.healthCheckNodePort'))
    else
      errors.push(
        invalid(
          'spec.healthCheckNodePort',
          spec.healthCheckNodePort,
          "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
        ),
      )
  }
  const internal = spec.internalTrafficPolicy
  if (internal === undefined) {
    if (['ClusterIP', 'NodePort', 'LoadBalancer'].includes(spec.type ?? ''))
      errors.push(required('spec.internalTrafficPolicy'))
  } else if (!POLICIES.includes(internal)) errors.push(notSupported('spec.internalTrafficPolicy', internal, POLICIES))
  const distribution = spec.trafficDistribution
  if (distribution !== undefined && !DISTRIBUTIONS.includes(distribution))
    errors.push(notSupported('spec.trafficDistribution', distribution, DISTRIBUTIONS))
  return errors
}

/** Checks a load balancer's report: addresses are addresses, and what is named is a DNS name. */
export const validateServiceStatusUpdate = (service: Service, old: Service): readonly FieldError[] => {
  const errors: FieldError[] = [...validateMetadataUpdate(service.metadata, old.metadata)]
  const ingress = service.status?.loadBalancer?.ingress ?? []
  const before = old.status?.loadBalancer?.ingress ?? []
  if (service.spec?.type !== 'LoadBalancer' && ingress.length > 0) {
    if (JSON.stringify(ingress) !== JSON.stringify(before))
      errors.push(forbidden('status.loadBalancer.ingress', "may only be used when `spec.type` is 'LoadBalancer'"))
    return errors
  }
  for (const [index, entry] of ingress.entries()) {
    const at = `status.loadBalancer.ingress[${index}]`
    if (entry.ip) errors.push(...checkAddress(entry.ip, `${at}.ip`))
    if (entry.ip && entry.ipMode === undefined)
      errors.push(required(`${at}.ipMode`, 'must be specified when `ip` is set'))
    if (!entry.ip && entry.ipMode !== undefined)
      errors.push(forbidden(`${at}.ipMode`, 'may not be specified when `ip` is not set'))
    if (entry.ipMode !== undefined && !IP_MODES.includes(entry.ipMode))
      errors.push(notSupported(`${at}.ipMode`, entry.ipMode, IP_MODES))
    if (entry.hostname) {
      if (familyOf(entry.hostname))
        errors.push(invalid(`${at}.hostname`, entry.hostname, 'must be a DNS name, not an IP address'))
      else errors.push(...checkForm(dnsSubdomain, entry.hostname, `${at}.hostname`))
    }
  }
  return errors
}
