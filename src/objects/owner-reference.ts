/** `OwnerReference` of meta/v1. */
interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

interface Owned {
  readonly metadata?: { readonly ownerReferences?: readonly OwnerReference[] }
}

interface Owner {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata?: { readonly name?: string; readonly uid?: string }
}

/**
 * The reference to the controller that manages this object: deleting the owner waits for the object
 * (blockOwnerDeletion).
 */
export const controllerReference = (owner: Owner): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata?.name ?? '',
  uid: owner.metadata?.uid ?? '',
  controller: true,
  blockOwnerDeletion: true,
})

/** The one reference with `controller: true`, which validation keeps unique. */
export const controllerOf = (object: Owned): OwnerReference | undefined =>
  object.metadata?.ownerReferences?.find((reference) => reference.controller === true)

/** Whether `owner`, this very one and not a later one of its name, controls the object. */
export const isControlledBy = (object: Owned, owner: Owner): boolean => {
  const reference = controllerOf(object)
  return reference !== undefined && reference.uid === owner.metadata?.uid
}
