import { AllocationError } from '#allocator/address-range.ts'
import type { Service, ServicePort, ServiceSpec } from '#api/core/service/message.ts'
import { allocatesNodePorts, needsClusterIP, needsHealthCheckNodePort } from '#api/core/service/needs.ts'
import { services } from '#api/core/service/resource.ts'
import type { StatusCause } from '#api/meta/status.ts'
import type { ApiObject } from '#api/resource.ts'
import { isSame } from '#api/resource.ts'
import { internalError, invalid } from '../../errors.ts'
import type { Undoable } from '../../storage/transaction.ts'
import type { Admission } from '../admission.ts'
import { keepAddresses } from './ip-addresses.ts'
import { completeFamilies } from './ip-families.ts'
import { type Held, heldBy, release, type ServiceAllocators } from './service-holdings.ts'

const refuse = (service: Service, field: string, value: unknown, detail: string): never => {
  const cause: StatusCause = {
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(value)}: ${detail}`,
    field,
  }
  throw invalid(services, service.metadata?.name ?? '', [cause])
}

/**
 * Gives Services their cluster IPs, node ports and health check port, and takes them back: at once on a refusal or a
 * dry run, after the write where an update or a deletion gives them up.
 */
export const serviceAllocation = (allocators: ServiceAllocators): Admission => ({
  complete({ resource, object }) {
    return isSame(resource, services) ? withFamilies(allocators, object as Service, undefined) : object
  },
  completeUpdate({ resource, object, previous, subresource }) {
    if (!isSame(resource, services) || subresource !== '') return object
    return withFamilies(allocators, object as Service, previous as Service)
  },
  allocate({ resource, object, transaction, companions, reader }) {
    if (!isSame(resource, services)) return object
    const service = allocate(allocators, object as Service, undefined, transaction)
    keepAddresses({ companions, reader }, undefined, service)
    return service
  },
  allocateUpdate({ resource, object, previous, subresource, transaction, companions, reader }) {
    if (!isSame(resource, services) || subresource !== '') return object
    const service = allocate(allocators, object as Service, previous as Service, transaction)
    keepAddresses({ companions, reader }, previous as Service, service)
    return service
  },
  leaves({ resource, object, companions, reader }) {
    if (isSame(resource, services)) keepAddresses({ companions, reader }, object as Service, undefined)
  },
  deleted({ resource, object }) {
    if (isSame(resource, services)) release(allocators, object as Service, heldBy(object as Service))
  },
})

const withFamilies = ({ addresses }: ServiceAllocators, service: Service, before: Service | undefined): ApiObject => {
  const families = completeFamilies(
    service,
    before,
    addresses.map(({ family }) => family),
  )
  if (families.kind === 'refused') throw invalid(services, service.metadata?.name ?? '', families.causes)
  if (families.spec === service.spec) return service
  const completed: Service = { ...service, spec: families.spec }
  return completed
}

const allocate = (
  allocators: ServiceAllocators,
  service: Service,
  before: Service | undefined,
  transaction: Undoable,
): Service => {
  const former = heldBy(before)
  let spec: ServiceSpec = service.spec ?? {}
  if (needsClusterIP(service) && spec.clusterIPs?.[0] !== 'None' && spec.clusterIP !== 'None') {
    const clusterIPs = takeAddresses(allocators, service, former, transaction)
    spec = { ...spec, clusterIP: clusterIPs[0], clusterIPs }
  }
  const ours = new Set<number>(former.ports)
  if (allocatesNodePorts(service) || spec.ports?.some(({ nodePort }) => nodePort)) {
    spec = { ...spec, ports: takePorts(allocators, service, ours, before !== undefined, transaction) }
  }
  if (needsHealthCheckNodePort(service)) {
    const healthCheckNodePort = takeHealthCheckPort(allocators, service, ours, transaction)
    spec = { ...spec, healthCheckNodePort }
  }
  const next: Service = { ...service, spec }
  const now = heldBy(next)
  transaction.onCommit(() =>
    release(allocators, next, {
      addresses: former.addresses.filter((address) => !now.addresses.includes(address)),
      ports: former.ports.filter((port) => !now.ports.includes(port)),
    }),
  )
  return next
}

const takeAddresses = (
  { addresses, reserved, random }: ServiceAllocators,
  service: Service,
  former: Held,
  transaction: Undoable,
): readonly string[] => {
  const asked = service.spec?.clusterIPs ?? []
  return (service.spec?.ipFamilies ?? []).map((family, index) => {
    const range = addresses.find((candidate) => candidate.family === family)!
    const wanted = asked[index]
    if (wanted && (former.addresses.includes(wanted) || reserved.isFor(service, wanted))) return wanted
    let address: string
    try {
      if (wanted) range.take(wanted)
      address = wanted || range.takeNext(random)
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error
      if (!wanted) throw internalError(new Error(`failed to allocate a serviceIP: ${error.message}`))
      return refuse(service, 'spec.clusterIPs', asked, `failed to allocate IP ${wanted}: ${error.message}`)
    }
    transaction.onRollback(() => range.release(address))
    return address
  })
}

const takePorts = (
  { ports: range, random }: ServiceAllocators,
  service: Service,
  ours: Set<number>,
  isUpdate: boolean,
  transaction: Undoable,
): readonly ServicePort[] => {
  const ports = service.spec?.ports ?? []
  const take = (port: number): void => {
    range.take(port)
    ours.add(port)
    transaction.onRollback(() => range.release(port))
  }
  for (const [index, { nodePort }] of ports.entries()) {
    if (!nodePort || ours.has(nodePort)) continue
    try {
      take(nodePort)
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error
      refuse(service, `spec.ports[${index}].nodePort`, nodePort, error.message)
    }
  }
  if (!allocatesNodePorts(service)) return ports
  // One port for several protocols (DNS by TCP and UDP) gets one node port too: when the Service is made, not later.
  const byPort = new Map(
    ports.flatMap(({ port, protocol, nodePort }) =>
      nodePort && !isUpdate ? [[port, { nodePort, protocols: new Set([protocol]) }]] : [],
    ),
  )
  return ports.map((port) => {
    if (port.nodePort) return port
    const shared = byPort.get(port.port)
    if (shared && !shared.protocols.has(port.protocol)) {
      shared.protocols.add(port.protocol)
      return { ...port, nodePort: shared.nodePort }
    }
    try {
      const nodePort = range.takeNext(random)
      ours.add(nodePort)
      transaction.onRollback(() => range.release(nodePort))
      if (!isUpdate) byPort.set(port.port, { nodePort, protocols: new Set([port.protocol]) })
      return { ...port, nodePort }
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error
      throw internalError(new Error(`failed to allocate a nodePort: ${error.message}`))
    }
  })
}

const takeHealthCheckPort = (
  { ports: range, random }: ServiceAllocators,
  service: Service,
  ours: ReadonlySet<number>,
  transaction: Undoable,
): number => {
  const wanted = service.spec?.healthCheckNodePort
  if (wanted && ours.has(wanted)) return wanted
  let port: number
  try {
    if (wanted) range.take(wanted)
    port = wanted || range.takeNext(random)
  } catch (error) {
    if (!(error instanceof AllocationError)) throw error
    if (!wanted) throw internalError(new Error(`failed to allocate a HealthCheck NodePort: ${error.message}`))
    return refuse(service, 'spec.healthCheckNodePort', wanted, error.message)
  }
  transaction.onRollback(() => range.release(port))
  return port
}
