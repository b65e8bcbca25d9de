import { endpointsOf as endpointsIn } from '#routes/backend-endpoints.ts'
import type { Backend } from '#routes/table/table.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { backendPod, find, homeOf, slicesOf } from '../cluster/lookup.ts'
import { refOf } from '../cluster/reference.ts'
import type { RequestEndpoint } from '../trace/request/step.ts'

/** Where the proxies send new requests that are for a backend. */
export function endpointsOf(facts: ClusterFacts, { service: named, portName }: Backend): readonly RequestEndpoint[] {
  const service = find(facts.services, named.name, named.namespace)
  if (service === undefined) return []
  return endpointsIn(slicesOf(facts, service), portName, ['IPv4', 'IPv6'])
    .filter(({ isLeaving }) => !isLeaving)
    .map(({ address, port }) => {
      const pod = backendPod(facts, address, service)
      const node = homeOf(facts, address)
      return { address, port, ...(pod && { pod: refOf('Pod', pod) }), ...(node && { node }) }
    })
}
