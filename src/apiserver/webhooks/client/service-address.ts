import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { SERVICE_NAME_LABEL } from '#objects/well-known.ts'
import { notFound, serviceUnavailable } from '../../errors.ts'
import type { Registry } from '../../registry/registry.ts'
import type { ResolveService } from './connections.ts'

/**
 * Where a webhook's Service leads: a ready endpoint at random, by its own address, as the machine of the control plane
 * has no rules for cluster IPs; of one of type ExternalName, its name. Any endpoint will do, unlike where a user's request
 * is proxied: who is asked must have the certificate that the configuration asks for.
 */
export const serviceResolver =
  (registry: Registry, random: (below: number) => number): ResolveService =>
  (namespace, name, port) => {
    const service = registry.find(services, namespace, name) as Service | undefined
    if (!service) throw notFound(services, name)
    const { spec = {} } = service
    if (spec.type === 'ExternalName') return { address: spec.externalName ?? '', port }
    const wanted = spec.ports?.find((one) => one.port === port && (one.protocol ?? 'TCP') === 'TCP')
    if (!wanted) throw serviceUnavailable(`no service port ${port} found for service ${JSON.stringify(name)}`)
    const found = (registry.list(endpointSlices, { namespace }).items as readonly EndpointSlice[])
      .filter(({ metadata, addressType }) => metadata?.labels?.[SERVICE_NAME_LABEL] === name && addressType !== 'FQDN')
      .flatMap((slice) => endpointsOf(slice, wanted.name ?? ''))
    if (found.length === 0) throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(name)}`)
    return found[random(found.length)]!
  }

const endpointsOf = ({ ports, endpoints }: EndpointSlice, name: string) => {
  const port = ports?.find((one) => (one.name ?? '') === name)?.port
  if (!port) return []
  return (endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => addresses?.slice(0, 1) ?? [])
    .map((address) => ({ address, port }))
}
