import { reconcileSet } from '../values/reconcile.ts'
import type { OwnedKind } from './owned-kind.ts'
import { type Owner, type Owners, withFields } from './owners.ts'

/** The owners by the types of today; those of versions that are gone are gone. The owners themselves where all is well. */
export const reconcileOwners = (kind: OwnedKind, owners: Owners): Owners => {
  // What a message declares does not change while its objects live.
  if (kind.isTyped || owners.size === 0) return owners
  const result = new Map<string, Owner>()
  let changed = false
  for (const [id, owner] of owners) {
    const type = owner.apiVersion === kind.apiVersion ? kind.type : kind.inVersion(owner.apiVersion)?.kind.type
    if (type === undefined) {
      changed = true
      continue
    }
    const reconciled = withFields(owner, reconcileSet(type, owner.fields))
    if (reconciled !== owner) changed = true
    result.set(id, reconciled)
  }
  return changed ? result : owners
}
