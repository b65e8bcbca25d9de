import type { ApiObject, Resource } from '#api/resource.ts'
import type { Store } from '../storage/store.ts'

/** Writes of one resource, a transaction each, by key. */
interface Writer {
  put(key: string, object: ApiObject): Promise<ApiObject>
  delete(key: string): Promise<ApiObject>
}

export const writerOf = (store: Store, resource: Pick<Resource, 'group' | 'plural'>): Writer => ({
  put: (key, object) => store.transact((transaction) => transaction.put(resource, key, object)),
  delete: (key) => store.transact((transaction) => transaction.delete(resource, key, transaction.get(resource, key)!)),
})
