import type { ObjectMeta, OwnerReference } from '#api/meta-v1.ts'
import type { ApiObject } from '#api/resource.ts'

/** The one owner that manages the object, or undefined. */
export const controllerOf = (meta: ObjectMeta | undefined): OwnerReference | undefined =>
  meta?.ownerReferences?.find((owner) => owner.controller === true)

export const isControlledBy = (object: ApiObject, owner: ApiObject): boolean =>
  controllerOf(object.metadata)?.uid === owner.metadata?.uid

export const controllerReference = (owner: ApiObject): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata?.name ?? '',
  uid: owner.metadata?.uid ?? '',
  controller: true,
  blockOwnerDeletion: true,
})
