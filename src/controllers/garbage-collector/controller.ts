import { storedKind } from '#api/catalogue/kind.ts'
import { events } from '#api/core/event/resource.ts'
import type { OwnerReference } from '#api/meta/object-meta.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { isNotFound } from '#client/client.ts'
import type { Informer } from '#client/informer.ts'
import { isLeaving } from '#objects/deletion.ts'
import { keyOf } from '#objects/object-key.ts'
import { type ControllerContext, type RunningController, recorderOf, runLoop } from '../context.ts'
import { eachServed } from '../each-served.ts'
import { sameValue } from '../values/equal.ts'
import { isWaiting, type OwnerState, planCollection } from './desired.ts'

const byOwner = (object: ApiObject): readonly string[] => [
  ...new Set((object.metadata?.ownerReferences ?? []).map(({ uid }) => uid)),
]
/** As many uids of deleted owners as are remembered, so that a thousand dependents do not ask a thousand times. */
const MOST_GONE = 1000

/** Deletes what no owner needs any more, over all served resources. Events own nothing and are owned by nobody. */
export const startGarbageCollector = (context: ControllerContext): RunningController => {
  const { client, informers, catalogue } = context
  const recorder = recorderOf(context, 'garbage-collector-controller')
  const idOf = (resource: Resource) => `${resource.group}/${resource.plural}`
  const caches = new Map<string, Informer<ApiObject>>()
  const gone = new Set<string>()
  /** What an owner is stored as, in whatever form it is named. */
  const storedAs = ({ apiVersion, kind: name }: OwnerReference): Resource | undefined => {
    const kind = catalogue.findKind(apiVersion, name)
    return kind && storedKind(kind).resource
  }

  const dependentsOf = (uid: string): { resource: Resource; object: ApiObject }[] =>
    [...caches.values()].flatMap(({ resource, lister }) =>
      lister.byIndex('owner', uid).map((object) => ({ resource, object })),
    )

  /** A cache may be behind the one that told of the dependent: only the server can say that an owner is gone. */
  const stateOf = async (owner: OwnerReference, dependent: ApiObject): Promise<OwnerState> => {
    const { namespace } = dependent.metadata!
    if (gone.has(owner.uid)) return 'dangling'
    const resource = storedAs(owner)
    // A kind that is not served here cannot be judged, so its dependents stay.
    if (!resource) return 'solid'
    if (resource.namespaced && !namespace) {
      tellElsewhere(resource, owner, dependent)
      return 'solid'
    }
    const scope = resource.namespaced ? namespace : undefined
    let found = caches.get(idOf(resource))?.lister.get(owner.name, scope)
    if (found?.metadata?.uid !== owner.uid)
      try {
        found = await client.get(resource, owner.name, scope ? { namespace: scope } : {})
      } catch (error) {
        if (!isNotFound(error)) throw error
        found = undefined
      }
    if (found?.metadata?.uid !== owner.uid) {
      forget(owner.uid)
      tellElsewhere(resource, owner, dependent)
      return 'dangling'
    }
    return isWaiting(found) ? 'waiting' : 'solid'
  }

  /** An owner is of the dependent's own namespace, or of none. */
  const tellElsewhere = (resource: Resource, owner: OwnerReference, dependent: ApiObject): void => {
    const isThere = caches
      .get(idOf(resource))
      ?.lister.list()
      .some(({ metadata }) => metadata?.uid === owner.uid)
    if (!isThere) return
    const { namespace = '' } = dependent.metadata!
    const { apiVersion, kind, name, uid } = owner
    const text = `ownerRef [${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}] does not exist in namespace ${JSON.stringify(namespace)}`
    recorder.record(dependent, 'Warning', 'OwnerRefInvalidNamespace', text)
  }

  const forget = (uid: string) => {
    gone.add(uid)
    if (gone.size > MOST_GONE) gone.delete(gone.values().next().value!)
  }

  const setOwners = (resource: Resource, object: ApiObject, drop: (uid: string) => boolean) => {
    const { name, namespace, uid, resourceVersion, ownerReferences = [] } = object.metadata!
    const kept = ownerReferences.filter((owner) => !drop(owner.uid))
    const metadata = { uid, resourceVersion, ownerReferences: kept.length > 0 ? kept : null }
    return client.patch(resource, name!, 'merge', { metadata }, namespace ? { namespace } : {})
  }

  /** Lets the owners of an object go before it. */
  const unblock = (resource: Resource, { metadata }: ApiObject) => {
    const { name, namespace, uid, ownerReferences = [] } = metadata!
    const free = ownerReferences.map((owner) => ({ ...owner, blockOwnerDeletion: false }))
    const body = { metadata: { uid, ownerReferences: free } }
    return client.patch(resource, name!, 'merge', body, namespace ? { namespace } : {})
  }

  const sync = async (key: string): Promise<void> => {
    const space = key.indexOf(' ')
    const cache = caches.get(key.slice(0, space))
    const object = cache?.lister.byKey(key.slice(space + 1))
    if (!cache || !object) return
    const { resource } = cache
    const { name, namespace, uid, resourceVersion, ownerReferences = [], finalizers = [] } = object.metadata!
    const scope = namespace ? { namespace } : {}
    const states = new Map<string, OwnerState>()
    if (!isLeaving(object)) for (const owner of ownerReferences) states.set(owner.uid, await stateOf(owner, object))
    const dependents = dependentsOf(uid!)
    const plan = planCollection(
      object,
      ({ uid: owner }) => states.get(owner)!,
      dependents.map((one) => one.object),
    )
    switch (plan.kind) {
      case 'keep':
        return
      case 'unlink':
        await setOwners(resource, object, (owner) => plan.uids.includes(owner))
        return
      case 'delete':
        if (plan.unblocks) await unblock(resource, object)
        await client.delete(resource, name!, { ...scope, propagationPolicy: plan.policy, preconditions: { uid } })
        return
      case 'delete-dependents':
        for (const dependent of dependents) note(dependent.resource, dependent.object)
        return
      case 'orphan-dependents':
        for (const dependent of dependents)
          await setOwners(dependent.resource, dependent.object, (owner) => owner === uid)
        queue.add(key)
        return
      case 'release': {
        const left = finalizers.filter((one) => one !== plan.finalizer)
        const metadata = { uid, resourceVersion, finalizers: left.length > 0 ? left : null }
        await client.patch(resource, name!, 'merge', { metadata }, scope)
        return
      }
      default:
        plan satisfies never
    }
  }

  const note = (resource: Resource, object: ApiObject) => queue.add(`${idOf(resource)} ${keyOf(object)}`)
  /** An owner that waits for its dependents may have one less. */
  const noteOwners = ({ metadata }: ApiObject): void => {
    for (const owner of metadata?.ownerReferences ?? []) {
      const resource = storedAs(owner)
      if (!resource) continue
      const scope = resource.namespaced ? metadata?.namespace : undefined
      queue.add(`${idOf(resource)} ${scope ? `${scope}/` : ''}${owner.name}`)
    }
  }
  const concerns = ({ metadata }: ApiObject): boolean =>
    (metadata?.ownerReferences?.length ?? 0) > 0 || metadata?.deletionTimestamp !== undefined
  eachServed(context, (resource) => {
    if (resource === events) return undefined
    const cache = informers.for(resource)
    cache.addIndex('owner', byOwner)
    caches.set(idOf(resource), cache)
    cache.addHandlers({
      onAdd: (object) => {
        if (concerns(object)) note(resource, object)
      },
      onUpdate: (before, object) => {
        const [was, is] = [before.metadata, object.metadata]
        const isOwnedElse = !sameValue(was?.ownerReferences, is?.ownerReferences)
        const changed =
          isOwnedElse || was?.deletionTimestamp !== is?.deletionTimestamp || !sameValue(was?.finalizers, is?.finalizers)
        if (changed && concerns(object)) note(resource, object)
        if (isOwnedElse) noteOwners(before)
      },
      onDelete: (object) => {
        forget(object.metadata!.uid!)
        for (const dependent of dependentsOf(object.metadata!.uid!)) note(dependent.resource, dependent.object)
        noteOwners(object)
      },
    })
    return () => caches.delete(idOf(resource))
  })
  const { queue, running } = runLoop(context, 'garbage-collector', [...caches.values()], sync)
  return running
}
