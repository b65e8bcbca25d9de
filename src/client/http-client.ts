import type { ApiObject, Resource } from '#api/resource.ts'
import type {
  Client,
  DeleteOptions,
  List,
  ListOptions,
  PatchType,
  Watch,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './client.ts'
import { Decoder } from './wire/decoder.ts'
import { exchangeOver, type Remote, type Reply, senderOver } from './wire/exchange.ts'
import { type Query, resourcePath, withQuery } from './wire/resource-path.ts'
import type { Transport } from './wire/transport.ts'
import { openWatch } from './wire/watch-stream.ts'

export { type Send, senderOver } from './wire/exchange.ts'
export { type Transport, TransportError } from './wire/transport.ts'

const PATCH_TYPES: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
}

/**
 * The Client over any transport: kept connections, one request a call. `agent` is what it says that it is. Where it asks
 * over a network, `remote` says what it keeps to; without, it speaks JSON and asks once.
 */
export const createHttpClient = (transport: Transport, agent = 'fairlead', remote?: Remote): Client => {
  const watches = new Set<() => void>()
  const send = senderOver(transport, agent, remote)
  const exchange = exchangeOver(transport, agent, remote)
  const decoder = new Decoder(transport, remote?.protobuf === true)

  const read = async (resource: Resource, path: string): Promise<Reply> => {
    const ask = () => exchange({ method: 'GET', path, accept: decoder.accept(resource) })
    try {
      return await ask()
    } catch (error) {
      if (!decoder.fallsBack(resource, error)) throw error
      return await ask()
    }
  }

  return {
    ...(remote && { remote: { watchList: remote.watchList === true } }),
    async get<T extends ApiObject>(resource: Resource<T>, name: string, options?: { readonly namespace?: string }) {
      const path = resourcePath(resource as Resource, options?.namespace, name)
      return decoder.object(resource, await read(resource as Resource, path))
    },
    async list<T extends ApiObject>(resource: Resource<T>, options: ListOptions = {}): Promise<List<T>> {
      const { namespace, ...query } = options
      const path = withQuery(resourcePath(resource as Resource, namespace), query)
      return decoder.list(resource, await read(resource as Resource, path))
    },
    watch<T extends ApiObject>(
      resource: Resource<T>,
      options: WatchOptions,
      onEvent: (event: WatchEvent<T>) => void,
    ): Watch {
      const { namespace, ...query } = options
      const path = withQuery(resourcePath(resource as Resource, namespace), {
        ...query,
        watch: true,
        allowWatchBookmarks: true,
      })
      const watch = openWatch({
        transport,
        decoder,
        agent,
        resource,
        path,
        onEvent,
        onEnd: () => watches.delete(stop),
      })
      const stop = (): void => watch.stop()
      watches.add(stop)
      return watch
    },
    async create<T extends ApiObject>(resource: Resource<T>, object: T, options: WriteOptions = {}) {
      const namespace = options.namespace ?? object.metadata?.namespace
      const name = options.subresource ? object.metadata?.name : ''
      const path = resourcePath(resource as Resource, namespace, name, options.subresource)
      return (await send('POST', withQuery(path, writeQuery(options)), object)) as T
    },
    async update<T extends ApiObject>(resource: Resource<T>, object: T, options: WriteOptions = {}) {
      const namespace = options.namespace ?? object.metadata?.namespace
      const path = resourcePath(resource as Resource, namespace, object.metadata?.name, options.subresource)
      return (await send('PUT', withQuery(path, writeQuery(options)), object)) as T
    },
    async patch<T extends ApiObject>(
      resource: Resource<T>,
      name: string,
      type: PatchType,
      body: unknown,
      options: WriteOptions = {},
    ) {
      const path = resourcePath(resource as Resource, options.namespace, name, options.subresource)
      return (await send('PATCH', withQuery(path, writeQuery(options)), body, PATCH_TYPES[type])) as T
    },
    async delete<T extends ApiObject>(resource: Resource<T>, name: string, options: DeleteOptions = {}) {
      const { namespace, ...rest } = options
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...rest }
      await send('DELETE', resourcePath(resource as Resource, namespace, name), body)
    },
    close() {
      for (const stop of [...watches]) stop()
      transport.close()
    },
  }
}

const writeQuery = (options: WriteOptions): Query => ({
  dryRun: options.dryRun ? 'All' : undefined,
  fieldManager: options.fieldManager,
})
