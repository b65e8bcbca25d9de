import { type ApiObject, groupVersion, type Resource } from '#api/resource.ts'
import { entriesAfterUpdate } from '#schema/apply/owners/field-manager.ts'
import { NOBODYS, type OwnedKind } from '#schema/apply/owners/owned-kind.ts'
import { entriesOf } from '#schema/apply/owners/owners.ts'
import { messageType } from '#schema/apply/types/message-type.ts'
import { narrowedType } from '#schema/apply/types/narrowed-type.ts'
import type { JsonObject } from '#schema/json-value.ts'
import type { WriteOptions } from '../client.ts'

/** Who writes without a name. */
const NOBODY = 'test'

/** What was made of `before`, with `metadata.managedFields` as a server keeps them. `now`: RFC 3339. */
export const withOwners = <T extends ApiObject>(
  resource: Resource<T>,
  before: ApiObject | undefined,
  next: T,
  { subresource, fieldManager = NOBODY }: WriteOptions,
  now: string,
): T => {
  const live = before as unknown as JsonObject | undefined
  const given = live && entriesOf(live)
  const object = next as unknown as JsonObject
  const managedFields = entriesAfterUpdate(
    ownedKind(resource, subresource ?? ''),
    live,
    object,
    given,
    fieldManager,
    now,
  )
  return { ...next, metadata: { ...next.metadata, managedFields } }
}

const ownedKind = (resource: Pick<Resource, 'group' | 'version' | 'message'>, subresource: string): OwnedKind => {
  const type = messageType(resource.message)
  const reset = [[subresource === 'status' ? 'spec' : 'status']]
  return {
    apiVersion: groupVersion(resource),
    subresource,
    type,
    reset,
    compared: narrowedType(type, [...NOBODYS, ...reset]),
    isTyped: true,
    inVersion: () => undefined,
  }
}
