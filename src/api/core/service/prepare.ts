import type { Draft } from '#schema/defaulting.ts'
import { jsonEqual } from '#schema/json-value.ts'
import type { Service, ServiceSpec } from './message.ts'
import { externallyAccessible, needsClusterIP, needsHealthCheckNodePort, needsNodePort } from './needs.ts'

/** `clusterIP` and `clusterIPs[0]` are one thing said twice; a client that knows only the first says only the first. */
const normalizeClusterIPs = (service: Draft<Service>, old?: Service): void => {
  service.spec ??= {}
  const spec = service.spec
  // Written out as an empty string, absence is still absence.
  if (spec.clusterIP === '') delete spec.clusterIP
  if (old === undefined) {
    if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP]
    return
  }
  const before = old.spec ?? {}
  if ((spec.clusterIP ?? '') !== (before.clusterIP ?? '')) {
    // The client changed the old field and sent the new one back as it was.
    if (!jsonEqual(spec.clusterIPs ?? [], before.clusterIPs ?? [])) {
      if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP]
    } else if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP]
    else delete spec.clusterIPs
  } else if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP]
}

/**
 * Carries over what was allocated and what an update leaves out, so that a manifest may be sent again as it was
 * written.
 */
const carryAllocatedValues = (service: Draft<Service>, old: Service): void => {
  service.spec ??= {}
  const spec = service.spec
  const before = old.spec ?? {}
  if (needsClusterIP(old) && needsClusterIP(service)) {
    if (!spec.clusterIP && before.clusterIP) spec.clusterIP = before.clusterIP
    if (!spec.clusterIPs?.length && before.clusterIPs) spec.clusterIPs = [...before.clusterIPs]
    if (!spec.ipFamilies?.length && before.ipFamilies) spec.ipFamilies = [...before.ipFamilies]
    if (spec.ipFamilyPolicy === undefined && before.ipFamilyPolicy) spec.ipFamilyPolicy = before.ipFamilyPolicy
  }
  if (needsNodePort(old) && needsNodePort(service)) {
    // A node port that the update gives to another port is not carried over to the one that had it.
    const kept = nodePortsOf(old).filter((port) => nodePortsOf(service).includes(port))
    const byName = new Map((before.ports ?? []).map((port) => [port.name ?? '', port.nodePort ?? 0]))
    for (const port of spec.ports ?? []) {
      if (port.nodePort) continue
      const known = byName.get(port.name ?? '') ?? 0
      if (known !== 0 && !kept.includes(known)) port.nodePort = known
    }
  }
  if (needsHealthCheckNodePort(old) && needsHealthCheckNodePort(service))
    if (!spec.healthCheckNodePort && before.healthCheckNodePort) spec.healthCheckNodePort = before.healthCheckNodePort
}

/** Going from two families to one drops the second address and family, when the client left both lists as they were. */
const trimForSingleStack = (service: Draft<Service>, old: Service): void => {
  service.spec ??= {}
  const { spec } = service
  const before = old.spec ?? {}
  if (spec.ipFamilyPolicy !== 'SingleStack' || !before.ipFamilyPolicy || before.ipFamilyPolicy === 'SingleStack') return
  for (const list of ['clusterIPs', 'ipFamilies'] as const)
    if (spec[list]?.length === 2 && jsonEqual(spec[list], before[list])) spec[list]?.pop()
}

const nodePortsOf = (service: Service): readonly number[] =>
  (service.spec?.ports ?? []).flatMap((port) => (port.nodePort ? [port.nodePort] : []))

/**
 * Drops what the new type has no use for, where the client did not touch it:
 * `kubectl patch svc x -p '{"spec":{"type":"ClusterIP"}}'` gives its node ports back without naming them.
 */
const dropTypeDependentFields = (service: Draft<Service>, old: Service): void => {
  service.spec ??= {}
  const spec = service.spec
  const before = old.spec ?? {}
  const same = (key: keyof ServiceSpec): boolean => jsonEqual(spec[key] ?? null, before[key] ?? null)
  if (needsClusterIP(old) && !needsClusterIP(service)) {
    if (same('clusterIP') || same('clusterIPs')) {
      delete spec.clusterIP
      delete spec.clusterIPs
    }
    if (same('ipFamilies')) delete spec.ipFamilies
    if (same('ipFamilyPolicy')) delete spec.ipFamilyPolicy
    if (same('internalTrafficPolicy')) delete spec.internalTrafficPolicy
  }
  if (needsNodePort(old) && !needsNodePort(service)) {
    const had = nodePortsOf(old)
    if (nodePortsOf(service).every((port) => had.includes(port)))
      for (const port of spec.ports ?? []) delete port.nodePort
  }
  if (needsHealthCheckNodePort(old) && !needsHealthCheckNodePort(service) && same('healthCheckNodePort'))
    delete spec.healthCheckNodePort
  if (before.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (same('allocateLoadBalancerNodePorts')) delete spec.allocateLoadBalancerNodePorts
    if (same('loadBalancerClass')) delete spec.loadBalancerClass
  }
  if (externallyAccessible(old) && !externallyAccessible(service) && same('externalTrafficPolicy'))
    delete spec.externalTrafficPolicy
}

/** Before creation: nothing is balanced yet. */
export const prepareServiceCreate = (service: Draft<Service>): void => {
  service.status = { loadBalancer: {} }
  normalizeClusterIPs(service)
}

/** Before an update: what was allocated follows the type. */
export const prepareServiceUpdate = (service: Draft<Service>, old: Service): void => {
  normalizeClusterIPs(service, old)
  carryAllocatedValues(service, old)
  trimForSingleStack(service, old)
  dropTypeDependentFields(service, old)
}
