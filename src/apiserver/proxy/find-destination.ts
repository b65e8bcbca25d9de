import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { isSame, type Resource } from '#api/resource.ts'
import { serviceUnavailable } from '../errors.ts'
import type { ResourceRequestInfo } from '../http/request/request-info.ts'
import { kubeletDestination } from '../kubelet-proxy.ts'
import type { ServerContext } from '../server-context.ts'
import { type Destination, endpointDestination } from './destination.ts'
import { podEndpoint } from './pod-endpoint.ts'
import { parseProxiedName } from './proxied-name.ts'
import { checkProxyable, parsePort } from './proxyable-address.ts'
import { serviceEndpoint } from './service-endpoint.ts'

/**
 * Where a proxied request leads. Throws 400 for a name that cannot be read or an address that is not allowed, 404 where
 * the object is not there, 503 where a Service leads to nobody.
 */
export const findDestination = (server: ServerContext, info: ResourceRequestInfo): Destination => {
  const { registry, dial, random } = server
  const { group, resource: plural, namespace, name } = info
  const isOf = (resource: Pick<Resource, 'group' | 'plural'>): boolean => isSame(resource, { group, plural })
  if (isOf(pods)) return endpointDestination(dial, podEndpoint(registry, namespace, name))
  if (isOf(services)) return endpointDestination(dial, serviceEndpoint(registry, namespace, name, random))
  return nodeDestination(server, name)
}

/** Where the Node does not say where its kubelet listens. */
const KUBELET_PORT = 10_250

/** The node's kubelet, or with any other port whatever listens there. */
const nodeDestination = (server: ServerContext, id: string): Destination => {
  const { scheme, name, port } = parseProxiedName('node', id)
  const { status } = server.registry.get(nodes, undefined, name) as Node
  if (port === '' || port === String(status?.daemonEndpoints?.kubeletEndpoint?.Port || KUBELET_PORT)) {
    return kubeletDestination(server.kubelet, name)
  }
  const address = status?.addresses?.find(({ type }) => type === 'InternalIP')?.address
  if (!address) throw serviceUnavailable(`node ${JSON.stringify(name)} has no address of type InternalIP`)
  checkProxyable(address)
  return endpointDestination(server.dial, { scheme, address, port: parsePort(port) })
}
