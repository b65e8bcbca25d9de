import type { OwnerReference } from './meta-v1.ts'
import type { ApiObject } from './resource.ts'

/**
 * The reference to the controller that manages this object: deleting the owner waits for the object
 * (blockOwnerDeletion).
 */
export const controllerReference = (owner: ApiObject): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata?.name ?? '',
  uid: owner.metadata?.uid ?? '',
  controller: true,
  blockOwnerDeletion: true,
})

/** The one reference with `controller: true`, which validation keeps unique. */
export const controllerOf = (object: Pick<ApiObject, 'metadata'>): OwnerReference | undefined =>
  object.metadata?.ownerReferences?.find((reference) => reference.controller === true)

/** Whether `owner`, this very one and not a later one of its name, controls the object. */
export const isControlledBy = (object: Pick<ApiObject, 'metadata'>, owner: ApiObject): boolean => {
  const reference = controllerOf(object)
  return reference !== undefined && reference.uid === owner.metadata?.uid
}
