import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { isProxied } from '#forwarding/frontend.ts'
import type { IpFamily } from '#net/ip-address.ts'

/**
 * The port where load balancers ask whether this node has endpoints: of type LoadBalancer under externalTrafficPolicy
 * Local alone.
 */
export const healthCheckPort = (service: Service | undefined): number | undefined => {
  const { type, externalTrafficPolicy, healthCheckNodePort } = service?.spec ?? {}
  if (service === undefined || type !== 'LoadBalancer' || externalTrafficPolicy !== 'Local') return undefined
  return isProxied(service) && healthCheckNodePort ? healthCheckNodePort : undefined
}

/**
 * Ready endpoints of the node, by address: two ports of one pod are one endpoint, and one that is only serving while it
 * terminates is none.
 */
export const localEndpoints = (slices: readonly EndpointSlice[], node: string, family: IpFamily): number => {
  const addresses = new Set<string>()
  for (const slice of slices) {
    if (slice.addressType !== family || !slice.ports?.length) continue
    for (const { addresses: own, conditions, nodeName } of slice.endpoints ?? [])
      if (nodeName === node && conditions?.ready !== false && own?.[0]) addresses.add(own[0])
  }
  return addresses.size
}
