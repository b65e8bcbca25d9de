import type { ApiObject, Resource } from '#api/resource.ts'
import type { Client, List, ListOptions, Watch, WatchEvent, WriteOptions } from '#client/client.ts'
import { own } from '#schema/own.ts'
import type { Caller } from './access/caller.ts'
import { ConversionNeeded, whenConverted } from './registry/conversion-needed.ts'
import type { Registry } from './registry/registry.ts'
import type { WriteRequest } from './registry/request.ts'
import {
  handlerOf,
  patchedPart,
  type SubresourceHandler,
  type SubresourceHandlers,
} from './subresources/subresource.ts'
import { selectionOf } from './verbs/read.ts'

/**
 * The API without a wire: the same rules as over HTTP, and the stored objects themselves, shared. Who writes must not
 * keep changing what was handed over. `manager` is who owns what is written, unless a write says so itself.
 */
export const createInProcessClient = (
  registry: Registry,
  caller: Caller,
  handlers: SubresourceHandlers,
  manager: string,
): Client => {
  const stops = new Set<(error?: unknown) => void>()
  const requestOf = (options: WriteOptions | undefined): WriteRequest => ({
    caller,
    manager: options?.fieldManager ?? manager,
    ...(options?.namespace ? { namespace: options.namespace } : {}),
    ...(options?.dryRun ? { dryRun: true } : {}),
    ...(options?.subresource ? { subresource: options.subresource } : {}),
  })
  const special = (resource: Resource, options: WriteOptions | undefined): SubresourceHandler | undefined =>
    handlerOf(handlers, registry.machinery.catalogue.find(resource), options?.subresource ?? '')

  const client: Client = {
    async get<T extends ApiObject>(resource: Resource<T>, name: string, options?: { readonly namespace?: string }) {
      return (await whenConverted(() => registry.get(resource as Resource, options?.namespace, name))) as T
    },
    async list<T extends ApiObject>(resource: Resource<T>, options: ListOptions = {}): Promise<List<T>> {
      const selection = selectionOf(registry, resource as Resource, options.namespace ?? '', options)
      const request = options.resourceVersion ? { resourceVersion: options.resourceVersion } : {}
      const page = await whenConverted(() => registry.list(resource as Resource, selection, request))
      return { items: page.items as readonly T[], resourceVersion: page.resourceVersion }
    },
    watch<T extends ApiObject>(
      resource: Resource<T>,
      options: ListOptions & { readonly resourceVersion: string },
      onEvent: (event: WatchEvent<T>) => void,
    ): Watch {
      try {
        const selection = selectionOf(registry, resource as Resource, options.namespace ?? '', options)
        let settle: (error?: unknown) => void = () => {}
        const done = new Promise<void>((resolve, reject) => {
          settle = (error) => (error === undefined ? resolve() : reject(error))
        })
        const stop = (error?: unknown): void => {
          if (!stops.delete(stop)) return
          watched.close()
          settle(error)
        }
        const read = (): void => {
          try {
            while (stops.has(stop)) {
              const event = watched.next()
              if (!event) {
                if (watched.isOver) stop()
                return
              }
              if (event.type === 'BOOKMARK') onEvent({ type: 'BOOKMARK', resourceVersion: String(event.revision) })
              else onEvent({ type: event.type, object: event.object as T })
            }
          } catch (error) {
            // One reader's fault is its own: its watch ends, and it takes it up again.
            stop(error)
          }
        }
        const watched = registry.watch(
          resource as Resource,
          selection,
          { resourceVersion: options.resourceVersion },
          read,
        )
        stops.add(stop)
        return { stop: () => stop(), done }
      } catch (error) {
        // Who asks again finds all of it converted.
        if (error instanceof ConversionNeeded) return { stop() {}, done: error.resolve() }
        return { stop() {}, done: Promise.reject(error as Error) }
      }
    },
    async create<T extends ApiObject>(resource: Resource<T>, object: T, options?: WriteOptions) {
      const handler = special(resource as Resource, options)
      const request = requestOf(options)
      const result = handler?.create
        ? handler.create(registry, resource as Resource, object.metadata?.name ?? '', object, request)
        : registry.create(resource as Resource, object, request)
      return (await result) as T
    },
    async update<T extends ApiObject>(resource: Resource<T>, object: T, options?: WriteOptions) {
      const name = object.metadata?.name ?? ''
      const namespace = options?.namespace ?? object.metadata?.namespace
      const request = { ...requestOf(options), ...(namespace ? { namespace } : {}) }
      const handler = special(resource as Resource, options)
      if (handler?.update)
        return (await handler.update(registry, resource as Resource, name, () => object, request)) as T
      return (await registry.put(resource as Resource, name, object, request)).object as T
    },
    async patch<T extends ApiObject>(
      resource: Resource<T>,
      name: string,
      type: Parameters<Client['patch']>[2],
      body: unknown,
      options?: WriteOptions,
    ) {
      const { machinery } = registry
      const request = requestOf(options)
      const patch = { type, value: body, problems: [] }
      const handler = special(resource as Resource, options)
      if (handler?.update) {
        const part = own(machinery.catalogue.of(resource as Resource).subresources, options?.subresource ?? '')!
        const patched = patchedPart(part.body!)
        const change = (current: ApiObject) => machinery.patch(patched, current, patch, 'Strict').object
        return (await handler.update(registry, resource as Resource, name, change, request)) as T
      }
      const change = (current: ApiObject): ApiObject => {
        const { object } = machinery.patch(resource as Resource, current, patch, 'Strict')
        return { ...object, apiVersion: current.apiVersion, kind: current.kind }
      }
      return (await registry.update(resource as Resource, name, change, request)) as T
    },
    async delete<T extends ApiObject>(resource: Resource<T>, name: string, options?: Parameters<Client['delete']>[2]) {
      const { namespace, ...rest } = options ?? {}
      await registry.delete(resource as Resource, name, { caller, ...(namespace ? { namespace } : {}), options: rest })
    },
    close() {
      for (const stop of [...stops]) stop()
    },
  }
  return client
}
