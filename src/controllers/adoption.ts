import type { LabelSelector } from '#api/meta/label-selector.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { isNotFound } from '#client/client.ts'
import type { Lister } from '#client/lister.ts'
import { isLeaving } from '#objects/deletion.ts'
import { selects } from '#objects/label-selector.ts'
import { controllerOf, controllerReference } from '#objects/owner-reference.ts'
import type { ControllerContext } from './context.ts'

type Selecting = ApiObject & { readonly spec?: { readonly selector?: LabelSelector } }

interface AdoptionOptions<T> {
  /** Absent: any. */
  readonly canAdopt?: (object: T) => boolean
  /** Absent: by the owner's selector. */
  readonly matches?: (object: T) => boolean
  /** Comes with the reference to the owner, and goes with it. */
  readonly finalizer?: string
}

/**
 * The objects that `owner` manages, after taking in orphans that it matches and letting go of its own that it no longer
 * matches. `lister` needs the index `controller`. Before the first adoption the owner is read from the server: a cache
 * that is behind could adopt for an owner that is gone.
 */
export const adoptAndRelease = async <O extends ApiObject, T extends ApiObject>(
  context: ControllerContext,
  ownerResource: Resource<O>,
  owner: O,
  resource: Resource<T>,
  lister: Lister<T>,
  {
    canAdopt = () => true,
    matches = (object) => selects((owner as Selecting).spec?.selector, object.metadata?.labels),
    finalizer,
  }: AdoptionOptions<T> = {},
): Promise<T[]> => {
  const { client } = context
  const { uid, namespace, name, deletionTimestamp } = owner.metadata!
  const kept: T[] = []
  const write = async (object: T, ownerReferences: readonly unknown[]): Promise<T | undefined> => {
    const { name: own, uid: id, resourceVersion, finalizers = [] } = object.metadata!
    const others = finalizers.filter((one) => one !== finalizer)
    const isOwn = ownerReferences.length > (object.metadata?.ownerReferences ?? []).length
    const held = finalizer === undefined ? {} : { finalizers: isOwn ? [...others, finalizer] : others }
    const body = { metadata: { uid: id, resourceVersion, ownerReferences, ...held } }
    try {
      return await client.patch(resource, own!, 'merge', body, { namespace })
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }
  for (const object of lister.byIndex('controller', uid!)) {
    if (matches(object) || deletionTimestamp) kept.push(object)
    else
      await write(
        object,
        (object.metadata?.ownerReferences ?? []).filter((reference) => reference.uid !== uid),
      )
  }
  if (deletionTimestamp) return kept
  let asked = false
  for (const object of lister.byIndex('controller', `/${namespace}`)) {
    if (controllerOf(object) || isLeaving(object) || !matches(object) || !canAdopt(object)) continue
    if (!asked) {
      const fresh = await client.get(ownerResource, name!, { namespace })
      if (fresh.metadata?.uid !== uid || isLeaving(fresh)) return kept
      asked = true
    }
    const adopted = await write(object, [...(object.metadata?.ownerReferences ?? []), controllerReference(owner)])
    if (adopted) kept.push(adopted)
  }
  return kept
}
