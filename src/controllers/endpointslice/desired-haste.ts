import type { Endpoint, EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { sameValue } from '../values/equal.ts'
import { identity, type SliceChanges } from './desired-pack.ts'

/** Whether an endpoint is what it was, and does for others at least what it did. */
const isNoLess = (before: Endpoint, after: Endpoint | undefined): boolean => {
  if (after === undefined) return false
  const [then, now] = [before.conditions, after.conditions]
  return (
    (now?.ready || !then?.ready) === true &&
    (now?.serving || !then?.serving) === true &&
    now?.terminating === then?.terminating &&
    sameValue({ ...before, conditions: then }, { ...after, conditions: then })
  )
}

/**
 * Whether changes only give more to a Service that answers already: endpoints that come, and that become ready. What takes
 * one away, changes another or makes the first one ready is waited for by somebody's connections.
 */
export const onlyAdds = ({ update, delete: gone }: SliceChanges, existing: readonly EndpointSlice[]): boolean => {
  const answers = existing.some(({ endpoints }) => endpoints?.some(({ conditions }) => conditions?.ready))
  if (!answers || gone.length > 0) return false
  const before = new Map(existing.map((slice) => [slice.metadata!.uid, slice.endpoints ?? []]))
  return update.every((slice) => {
    const after = new Map((slice.endpoints ?? []).map((endpoint) => [identity(endpoint), endpoint]))
    return before.get(slice.metadata!.uid)!.every((endpoint) => isNoLess(endpoint, after.get(identity(endpoint))))
  })
}
