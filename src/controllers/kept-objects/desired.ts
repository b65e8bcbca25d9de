import type { Endpoints } from '#api/core/endpoints/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { ApiObject } from '#api/resource.ts'
import { isLeaving } from '#objects/deletion.ts'
import { sameValue } from '../values/equal.ts'

/** What is to be done about one object that is to stay. `again`: it cannot be changed into what it should be. */
type Keeping =
  | { readonly do: 'nothing' }
  | { readonly do: 'create' | 'update'; readonly object: ApiObject }
  | { readonly do: 'again' }

/**
 * Endpoints have one truth, which only the cluster knows, so that they are put right. A Service or a namespace is only
 * made again: who gives the `kubernetes` Service a node port or a label keeps it, as with Kubernetes.
 */
export const keep = (wanted: ApiObject, current: ApiObject | undefined): Keeping => {
  if (current === undefined) return { do: 'create', object: wanted }
  // What is going comes back when it has gone.
  if (isLeaving(current)) return { do: 'nothing' }
  const truth = truthOf(wanted)
  if (truth === undefined) return { do: 'nothing' }
  const { labels = {} } = current.metadata ?? {}
  const labelled = { ...labels, ...wanted.metadata?.labels }
  if (sameValue(truth, truthOf(current)) && sameValue(labels, labelled)) return { do: 'nothing' }
  if (addressTypeOf(wanted) !== addressTypeOf(current)) return { do: 'again' }
  return { do: 'update', object: { ...current, ...truth, metadata: { ...current.metadata, labels: labelled } } }
}

/** The fields of an object that must be as they were made; undefined where it is enough that it is there. */
const truthOf = (object: ApiObject): object | undefined => {
  if (object.kind === 'Endpoints') return { subsets: (object as Endpoints).subsets }
  if (object.kind !== 'EndpointSlice') return undefined
  const { addressType, endpoints, ports } = object as EndpointSlice
  return { addressType, endpoints, ports }
}

const addressTypeOf = (object: ApiObject): string | undefined => (object as EndpointSlice).addressType
