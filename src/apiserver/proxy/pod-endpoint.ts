import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { badRequest } from '../errors.ts'
import type { Registry } from '../registry/registry.ts'
import type { Endpoint } from './destination.ts'
import { parseProxiedName } from './proxied-name.ts'
import { checkProxyable, parsePort } from './proxyable-address.ts'

const DEFAULT_PORTS = { http: 80, https: 443 } as const

/**
 * Where `pods/NAME/proxy` leads: the pod's own address, at a port by number or by the name that a container gives it;
 * without one, at the first that a container declares. Throws 400 and 404.
 */
export const podEndpoint = (registry: Registry, namespace: string, id: string): Endpoint => {
  const { scheme, name, port } = parseProxiedName('pod', id)
  const pod = registry.get(pods, namespace, name) as Pod
  const address = pod.status?.podIP
  if (!address) throw badRequest(`pod ${JSON.stringify(name)} has no address yet: it is ${pod.status?.phase}`)
  checkProxyable(address)
  return { scheme, address, port: podPort(pod, port) ?? DEFAULT_PORTS[scheme] }
}

const podPort = (pod: Pod, port: string): number | undefined => {
  const declared = (pod.spec?.containers ?? []).flatMap(({ ports }) => ports ?? [])
  if (port === '') return declared[0]?.containerPort
  if (/^\d+$/.test(port)) return parsePort(port)
  const named = declared.find(({ name }) => name === port)
  if (named) return named.containerPort
  const names = declared.flatMap(({ name }) => name || [])
  const known = names.length > 0 ? `its ports are named ${names.join(', ')}` : 'none of its ports has a name'
  throw badRequest(`pod ${JSON.stringify(pod.metadata?.name)} has no port ${JSON.stringify(port)}: ${known}`)
}
