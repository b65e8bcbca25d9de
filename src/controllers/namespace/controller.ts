import { events } from '#api/core/event/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { Resource } from '#api/resource.ts'
import { isNotFound } from '#client/client.ts'
import { isLeaving } from '#objects/deletion.ts'
import { type ControllerContext, type RunningController, runLoop } from '../context.ts'
import { eachServed } from '../each-served.ts'
import { sameValue } from '../values/equal.ts'
import { namespaceStatus, type Remains } from './desired.ts'

/** A safety net only: each object that goes brings the namespace back into the queue. */
const LOOK_AGAIN = 5000

/** Empties a namespace that is being deleted, then lets it go. */
export const startNamespaceController = (context: ControllerContext): RunningController => {
  const { client, informers, clock, catalogue } = context
  const cache = informers.for(namespaces)

  /** Deletes all of these in a namespace, and tells what stays. */
  const empty = async (name: string, resources: readonly Resource[]): Promise<Remains> => {
    const counts = new Map<string, number>()
    const finalizers = new Map<string, number>()
    const emptyOne = async (resource: Resource) => {
      const { items } = await client.list(resource, { namespace: name })
      await Promise.all(
        items
          .filter((object) => !isLeaving(object))
          .map(async ({ metadata }) => {
            try {
              await client.delete(resource, metadata!.name!, {
                namespace: name,
                propagationPolicy: 'Background',
                preconditions: { uid: metadata!.uid },
              })
            } catch (error) {
              if (!isNotFound(error)) throw error
            }
          }),
      )
      const left = items.length > 0 ? (await client.list(resource, { namespace: name })).items : []
      if (left.length === 0) return
      counts.set(`${resource.plural}.${resource.group}`, left.length)
      for (const finalizer of left.flatMap(({ metadata }) => metadata?.finalizers ?? []))
        finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1)
    }
    const results = await Promise.allSettled(resources.map(emptyOne))
    const failures = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as Error).message] : [],
    )
    return { counts, finalizers, failures }
  }

  /** Pods first: what they need (NetworkPolicies, ServiceAccounts, their configuration) stays until they have gone. */
  const emptyAll = async (name: string): Promise<Remains> => {
    const all = catalogue.stored.filter(({ namespaced }) => namespaced)
    const isPods = ({ plural, group }: Resource) => plural === pods.plural && group === pods.group
    const first = await empty(name, all.filter(isPods))
    if (first.counts.size > 0 || first.failures.length > 0) return first
    return empty(
      name,
      all.filter((resource) => !isPods(resource)),
    )
  }

  const sync = async (name: string): Promise<number | undefined> => {
    const namespace = cache.lister.get(name)
    if (!namespace || !isLeaving(namespace)) return undefined
    const own = namespace.spec?.finalizers ?? []
    if (!own.includes('kubernetes')) return undefined
    const remains = await emptyAll(name)
    const latest = cache.lister.get(name)
    if (latest?.metadata?.uid !== namespace.metadata!.uid || !latest) return undefined
    const status = namespaceStatus(latest, remains, clock.now())
    const finalizers = own.filter((one) => one !== 'kubernetes')
    const isEmpty = remains.counts.size === 0 && remains.failures.length === 0
    const stays = !isEmpty || finalizers.length > 0
    const told =
      stays && !sameValue(status, latest.status)
        ? await client.update(namespaces, { ...latest, status }, { subresource: 'status' })
        : latest
    if (!isEmpty) return LOOK_AGAIN
    await client.update(namespaces, { ...told, spec: { ...told.spec, finalizers } }, { subresource: 'finalize' })
    return undefined
  }

  const { queue, running } = runLoop(context, 'namespace', [cache], sync)
  cache.addHandlers({
    onAdd: (namespace) => queue.add(namespace.metadata!.name!),
    onUpdate: (_, namespace) => {
      if (isLeaving(namespace)) queue.add(namespace.metadata!.name!)
    },
  })
  eachServed(context, (resource) => {
    // Events are many and their going says nothing; the look that deletes them sees them gone.
    if (!resource.namespaced || resource === events) return undefined
    return informers.for(resource).addHandlers({
      onDelete: ({ metadata }) => {
        if (cache.lister.get(metadata!.namespace!)?.metadata?.deletionTimestamp) queue.add(metadata!.namespace!)
      },
    })
  })
  return running
}
