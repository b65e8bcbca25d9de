import { gatewayResources } from '#api/gatewayapi/resources.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import type { Informer } from '#client/informer.ts'
import { isLeaving } from '#objects/deletion.ts'
import type { ControllerContext } from '../../context.ts'
import { eachServed } from '../../each-served.ts'
import { sameValue } from '../../values/equal.ts'

type Note = (object: ApiObject) => void

/** The caches of the Gateway API's kinds that are served now. Who has none of them is told that nothing is there. */
export class GatewayCaches {
  readonly #caches = new Map<string, Informer<ApiObject>>()

  /**
   * `asked` is called with objects that come and go, or ask for something else than before; `said` with those whose status
   * somebody has written; `gone` when a kind is.
   */
  constructor(
    context: ControllerContext,
    told: { readonly asked: Note; readonly said: Note; readonly gone: () => void },
  ) {
    eachServed(context, (resource) => {
      if (!gatewayResources.some(({ group, plural }) => group === resource.group && plural === resource.plural))
        return undefined
      const cache = context.informers.for(resource)
      this.#caches.set(resource.kind, cache)
      cache.addHandlers(askedHandlers(told.asked, told.said))
      return () => {
        this.#caches.delete(resource.kind)
        told.gone()
      }
    })
  }

  /** Of all namespaces, those that somebody has deleted left out. */
  list<T extends ApiObject>({ kind }: Resource<T>): readonly T[] {
    return (this.#caches.get(kind)?.lister.list() ?? []).filter((one) => !isLeaving(one)) as unknown as readonly T[]
  }

  /** In the version in which it is served. */
  find(kind: string, key: string): { readonly resource: Resource; readonly object: ApiObject } | undefined {
    const cache = this.#caches.get(kind)
    const object = cache?.lister.byKey(key)
    return object && cache && { resource: cache.resource, object }
  }

  /** All that may have a status of ours among those of others. */
  *all(): Iterable<ApiObject> {
    for (const cache of this.#caches.values()) yield* cache.lister.list()
  }
}

/** Whether an object asks for something else than it did: its status is not looked at. */
const asksElse = (before: ApiObject, after: ApiObject): boolean => {
  const [old, now] = [before.metadata, after.metadata]
  return (
    old?.generation !== now?.generation ||
    old?.deletionTimestamp !== now?.deletionTimestamp ||
    !sameValue(old?.labels, now?.labels) ||
    !sameValue(old?.annotations, now?.annotations)
  )
}

/** Handlers that tell what an object asks for apart from what is said of it. */
export const askedHandlers = (asked: Note, said: Note = () => undefined) => ({
  onAdd: asked,
  onDelete: asked,
  onUpdate: (before: ApiObject, after: ApiObject) => (asksElse(before, after) ? asked(after) : said(after)),
})
