import type { Endpoints } from '#api/core/endpoints/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Service, ServicePort } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { ApiObject } from '#api/resource.ts'
import { findCondition } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { sameValue } from '../values/equal.ts'

/** What is to be done about one object that is to stay. `again`: it cannot be changed into what it should be. */
type Keeping =
  | { readonly do: 'nothing' }
  | { readonly do: 'create' | 'update'; readonly object: ApiObject }
  | { readonly do: 'again' }

/** Keeps an object as the cluster needs it. What it does not need to be so stays as it was changed. */
export const keep = (wanted: ApiObject, current: ApiObject | undefined): Keeping => {
  if (current === undefined) return { do: 'create', object: wanted }
  // What is going comes back when it has gone.
  if (isLeaving(current)) return { do: 'nothing' }
  const fixed = unchangeable(current)
  if (fixed !== undefined && fixed !== unchangeable(wanted)) return { do: 'again' }
  const labels = { ...current.metadata?.labels, ...wanted.metadata?.labels }
  const right = { ...putRight(wanted, current), metadata: { ...current.metadata, labels } }
  return sameValue(right, current) ? { do: 'nothing' } : { do: 'update', object: right }
}

/**
 * The object as it should be now: an endpoint on a node that is not well takes nothing, as a pod there would not. A node
 * that has not said yet how it is counts as well.
 */
export const asNodesAre = (wanted: ApiObject, nodeNamed: (name: string) => Node | undefined): ApiObject => {
  if (wanted.kind !== 'EndpointSlice') return wanted
  const slice = wanted as EndpointSlice
  const endpoints = slice.endpoints?.map((endpoint) => {
    const { nodeName } = endpoint
    if (nodeName === undefined || isWell(nodeNamed(nodeName))) return endpoint
    return { ...endpoint, conditions: { ...endpoint.conditions, ready: false, serving: false } }
  })
  return { ...slice, endpoints } as ApiObject
}

/** Whether it may be sent what is for an endpoint on it. */
export const isWell = (node: Node | undefined): boolean =>
  (findCondition(node?.status?.conditions, 'Ready')?.status ?? 'True') === 'True'

/** What the API lets nobody change once it is said, and the cluster needs as it was made. */
const unchangeable = (object: ApiObject): string | undefined => {
  if (object.kind === 'EndpointSlice') return (object as EndpointSlice).addressType
  if (object.kind === 'Service') return (object as Service).spec?.clusterIP
  return undefined
}

/** The object as it is now, but for what must be as it was made. Of a namespace it is enough that it is there. */
const putRight = (wanted: ApiObject, current: ApiObject): ApiObject => {
  switch (wanted.kind) {
    case 'Endpoints':
      return { ...current, subsets: (wanted as Endpoints).subsets } as ApiObject
    case 'EndpointSlice': {
      const { endpoints, ports } = wanted as EndpointSlice
      return { ...current, endpoints, ports } as ApiObject
    }
    case 'Service':
      return { ...current, spec: serviceSpec(wanted as Service, current as Service) } as ApiObject
    default:
      return current
  }
}

/**
 * Its ports lead where its endpoints listen, and no selector adds endpoints of others; a node port, an external address
 * or another policy is whoever's gave it, as with Kubernetes.
 */
const serviceSpec = (wanted: Service, current: Service): Service['spec'] => {
  if (current.spec?.type === 'ExternalName') return wanted.spec
  const { selector: _, ...given } = current.spec ?? {}
  const keptPort = (port: ServicePort): ServicePort => ({
    ...given.ports?.find(({ name }) => name === port.name),
    ...port,
  })
  return { ...given, ports: wanted.spec?.ports?.map(keptPort) }
}
