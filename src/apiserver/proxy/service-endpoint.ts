import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { Service, ServicePort } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { ApiError } from '#client/client.ts'
import { podAddresses } from '#objects/pod.ts'
import { SERVICE_NAME_LABEL } from '#objects/well-known.ts'
import { serviceUnavailable } from '../errors.ts'
import type { Registry } from '../registry/registry.ts'
import type { Endpoint } from './destination.ts'
import { parseProxiedName } from './proxied-name.ts'
import { isProxyable } from './proxyable-address.ts'

/**
 * Where `services/NAME/proxy` leads: a ready endpoint of the Service's first family, at random, never by its own
 * address. The Service's port is named by number or by name; its only one need not be. As upstream, only an endpoint
 * that is a pod's own address counts: whoever writes EndpointSlices must not choose what the API server connects to.
 * Throws 400, 404, and 503 where there is no such endpoint.
 */
export const serviceEndpoint = (
  registry: Registry,
  namespace: string,
  id: string,
  random: (below: number) => number,
): Endpoint => {
  const { scheme, name, port } = parseProxiedName('service', id)
  const service = registry.get(services, namespace, name) as Service
  if (service.spec?.type === 'ExternalName') {
    throw unavailable(
      name,
      `it is of type ExternalName, another name for ${service.spec.externalName}, which is asked directly`,
    )
  }
  const portName = portOf(service, port).name ?? ''
  const family = service.spec?.ipFamilies?.[0] ?? 'IPv4'
  const found: { address: string; port: number }[] = []
  const refused: string[] = []
  for (const slice of registry.list(endpointSlices, { namespace }).items as readonly EndpointSlice[]) {
    if (slice.addressType !== family) continue
    if (slice.metadata?.labels?.[SERVICE_NAME_LABEL] !== name) continue
    const number = slice.ports?.find((one) => (one.name ?? '') === portName)?.port
    if (!number) continue
    for (const { addresses, conditions, targetRef } of slice.endpoints ?? []) {
      const address = addresses?.[0]
      if (!address || conditions?.ready === false) continue
      if (isPodsOwn(registry, namespace, targetRef, address)) found.push({ address, port: number })
      else refused.push(address)
    }
  }
  if (found.length > 0) return { scheme, ...found[random(found.length)]! }
  throw unavailable(
    name,
    refused.length > 0
      ? `${refused.join(', ')} ${refused.length > 1 ? 'are no pods’ own addresses' : 'is no pod’s own address'}, and none other is proxied to`
      : 'no pod behind it is ready',
  )
}

const unavailable = (name: string, why: string): ApiError =>
  serviceUnavailable(`no endpoints available for service ${JSON.stringify(name)}: ${why}`)

/** HTTP goes over TCP; of two ports of one number, that one is meant. */
const portOf = ({ metadata, spec }: Service, asked: string): ServicePort => {
  const all = spec?.ports ?? []
  const stream = all.filter(({ protocol }) => protocol === undefined || protocol === 'TCP')
  const fits = (port: ServicePort): boolean =>
    asked === ''
      ? !port.name || all.length === 1
      : /^\d+$/.test(asked)
        ? port.port === Number(asked)
        : port.name === asked
  const port = stream.find(fits)
  if (port) return port
  const service = JSON.stringify(metadata?.name)
  const words = all.map(({ name, port, protocol = 'TCP' }) => `${name ? `${name} ` : ''}${port}/${protocol}`).join(', ')
  if (asked === '' && all.length > 1) {
    throw serviceUnavailable(`no endpoints available for service ${service}: name one of its ports: ${words}`)
  }
  throw serviceUnavailable(
    `no service port ${asked} found for service ${service}${all.some(fits) ? ' over TCP' : ''}: ${all.length > 0 ? `its ports are ${words}` : 'it has none'}`,
  )
}

const isPodsOwn = (
  registry: Registry,
  namespace: string,
  target: { readonly kind?: string; readonly namespace?: string; readonly name?: string } | undefined,
  address: string,
): boolean => {
  if (target?.kind !== 'Pod' || !target.name) return false
  const pod = registry.find(pods, target.namespace || namespace, target.name) as Pod | undefined
  return isProxyable(address) && pod !== undefined && podAddresses(pod).includes(address)
}
