import { configMaps } from '#api/core/configmap/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { isAlreadyExists, isNotFound } from '#client/client.ts'
import type { Informer } from '#client/informer.ts'
import { isLeaving } from '#objects/deletion.ts'
import { keyOf } from '#objects/object-key.ts'
import { DATA_PLANE_NAME, DATA_PLANE_NAMESPACE } from '#routes/data-plane.ts'
import { isManaged } from '#routes/site-service.ts'
import type { ControllerContext } from '../../context.ts'
import { FIELD_MANAGER } from '../field-manager.ts'
import { dataPlaneObjects, keeping } from './desired-objects.ts'

/** The objects that the pods of the data plane are and stand on, as the API has them. */
export class DataPlane {
  readonly #context: ControllerContext
  readonly #wanted: ReturnType<typeof dataPlaneObjects>
  readonly #caches: ReadonlyMap<Resource, Informer<ApiObject>>

  /** `changed` is called where one of them may not be as it should be. */
  constructor(context: ControllerContext, changed: () => void) {
    this.#context = context
    this.#wanted = dataPlaneObjects(context.gatewayImage)
    this.#caches = new Map(this.#wanted.map(({ resource }) => [resource, context.informers.for(resource)]))
    const keys = new Set(this.#wanted.map(({ first }) => keyOf(first)))
    const note = (object: ApiObject): void => {
      if (keys.has(keyOf(object))) changed()
    }
    for (const cache of this.caches)
      cache.addHandlers({ onAdd: note, onUpdate: (_, object) => note(object), onDelete: note })
  }

  get caches(): Iterable<Informer<ApiObject>> {
    return this.#caches.values()
  }

  /** Makes what lacks and puts right what was changed of ours. Gives those that somebody else has the names of. */
  async keep(): Promise<readonly ApiObject[]> {
    const foreign: ApiObject[] = []
    for (const wanted of this.#wanted) {
      const { resource, first } = wanted
      const current = this.#current(resource, first)
      // What is going is made again when it has gone.
      if (current !== undefined && isLeaving(current)) continue
      const now = keeping(wanted, current)
      const options = { namespace: first.metadata?.namespace, fieldManager: FIELD_MANAGER }
      // Who has a budget of their own for the pods has nothing that these need.
      if (now.do === 'foreign' && resource.kind !== 'PodDisruptionBudget') foreign.push(current!)
      else if (now.do === 'create') {
        await this.#context.client.create(resource, now.object, options).catch((error: unknown) => {
          if (!isAlreadyExists(error)) throw error
        })
      } else if (now.do === 'update') await this.#context.client.update(resource, now.object, options)
    }
    return foreign
  }

  /** Forgets what pods said that are gone. */
  async forget(isPod: (name: string) => boolean): Promise<void> {
    const { client, informers } = this.#context
    const current = informers.for(configMaps).lister.get(DATA_PLANE_NAME, DATA_PLANE_NAMESPACE)
    const gone = Object.keys(current?.data ?? {}).filter((pod) => !isPod(pod))
    if (current === undefined || gone.length === 0 || isLeaving(current) || !isManaged(current)) return
    const data = Object.fromEntries(Object.entries(current.data ?? {}).filter(([pod]) => !gone.includes(pod)))
    await client.update(configMaps, { ...current, data }, { namespace: DATA_PLANE_NAMESPACE })
  }

  /** Removes all that is ours. */
  async remove(): Promise<void> {
    for (const { resource, first } of this.#wanted.toReversed()) {
      const current = this.#current(resource, first)
      if (current === undefined || isLeaving(current) || !isManaged(current)) continue
      const { name, namespace, uid } = current.metadata!
      const options = { namespace, preconditions: { uid }, propagationPolicy: 'Background' } as const
      await this.#context.client.delete(resource, name!, options).catch((error: unknown) => {
        if (!isNotFound(error)) throw error
      })
    }
  }

  #current(resource: Resource, { metadata }: ApiObject): ApiObject | undefined {
    return this.#caches.get(resource)!.lister.get(metadata!.name!, metadata?.namespace)
  }
}
