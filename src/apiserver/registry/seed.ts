import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import type { Transaction } from '../storage/transaction.ts'
import { managedFieldsAfter, ownedKind, withManagedFields } from './ownership.ts'
import { keyIn } from './reader.ts'
import type { WriteRules } from './write-rules.ts'

/**
 * Writes an object of the server's own as it is, where there is none of its name: complete and right as it was made, it
 * is spared all rules. `manager` owns its fields, unless it says itself who does.
 */
export const seed = (
  { machinery: { catalogue }, now, uuid }: WriteRules,
  transaction: Transaction,
  resource: Resource,
  object: ApiObject,
  manager: string,
): void => {
  const { metadata = {} } = object
  const key = keyIn(resource, metadata.namespace, metadata.name ?? '')
  if (transaction.dryRun || transaction.get(resource, key)) return
  const time = timeText(now().getTime())
  const whole = { ...object, metadata: { ...metadata, uid: uuid(), creationTimestamp: time } }
  const owners = (): ObjectMeta['managedFields'] => {
    const kind = ownedKind(catalogue, catalogue.of(resource), '')
    return managedFieldsAfter(kind, { previous: undefined, next: object, given: undefined, manager, now: time })
  }
  transaction.put(resource, key, withManagedFields(whole, metadata.managedFields ?? owners()))
}
