import type { Listener } from '#api/gatewayapi/shared/listener.ts'
import type { ParentReference } from '#api/gatewayapi/shared/references.ts'
import { GATEWAY_GROUP } from '#routes/references/grants.ts'
import { ownerKey } from '../../../cluster/listener-owners.ts'
import type { ObjectRef } from '../../../trace/reference.ts'
import type { Unattached } from '../../claims.ts'

/** What of a reference says which listeners it is to; where it is neither, it is to all that take the route. */
type Place = Pick<ParentReference, 'sectionName' | 'port'>

/** A route's references to one parent. */
export const refsTo = ({ metadata, spec }: Unattached['route'], parent: ObjectRef): readonly ParentReference[] =>
  (spec.parentRefs ?? []).filter(
    ({ group = GATEWAY_GROUP, kind = 'Gateway', namespace = metadata?.namespace ?? '', name }) =>
      group === GATEWAY_GROUP && ownerKey({ kind, namespace, name }) === ownerKey(parent),
  )

/** Whether a reference to its owner is to a listener, alone or among others. */
export const isTo = ({ sectionName, port }: Place, listener: Listener): boolean =>
  (!sectionName || sectionName === listener.name) && (!port || port === listener.port)

/** A reference that leads to a listener by the same fields. */
export const ledTo = <R extends Place>(ref: R, { name, port }: Listener): R => ({
  ...ref,
  ...(ref.sectionName && { sectionName: name }),
  ...(ref.port && { port }),
})

/** Whether the API takes a reference beside others to the same parent: all of them have the same fields, and no two the same in these. */
export const fitsBeside = (ref: Place, others: readonly Place[]): boolean =>
  others.every(
    ({ sectionName, port }) =>
      !sectionName === !ref.sectionName &&
      !port === !ref.port &&
      ((sectionName ?? '') !== (ref.sectionName ?? '') || (port ?? 0) !== (ref.port ?? 0)),
  )
