import { isDeepStrictEqual } from 'node:util'
import type { Random } from '#allocator/bitmap.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import { objectKey } from '#objects/object-key.ts'
import { type Caller, SYSTEM } from '../access/caller.ts'
import type { Admission } from '../admission/admission.ts'
import { alreadyExists, badRequest, invalid, noSuchResource, notFound, preconditionFailed } from '../errors.ts'
import { generateName } from '../generate-name.ts'
import type { Machinery } from '../machinery/machinery.ts'
import { type ListPage, type ListRequest, listPage, parseRevision, type Selection } from '../storage/list.ts'
import type { Store } from '../storage/store.ts'
import type { Transaction } from '../storage/transaction.ts'
import { openWatch, type Watch } from '../storage/watch.ts'
import { isTerminated, planDeletion } from './deletion.ts'
import { checkIdentity, namespaceOf, preserveMetadata } from './identity.ts'
import type { Reader, ReadResource } from './reader.ts'
import type { Deleted, DeletionRequest, WatchOptions, WriteRequest } from './request.ts'
import { asking, awaiting } from './storage-refusal.ts'

export interface RegistryOptions {
  readonly store: Store
  readonly machinery: Machinery
  readonly admissions: readonly Admission[]
  readonly now: () => Date
  readonly random: Random
  readonly uuid: () => string
}

const NAME_ATTEMPTS = 8

/**
 * Reads and writes of API objects with every rule that is Kubernetes' and none that is HTTP's: defaults, admission,
 * validation, optimistic concurrency, graceful deletion. Each write is one transaction: nothing in it awaits, and it is
 * answered once it lasts. Throws ApiError.
 */
export class Registry implements Reader {
  readonly #options: RegistryOptions

  constructor(options: RegistryOptions) {
    this.#options = options
  }

  get machinery(): Machinery {
    return this.#options.machinery
  }

  now(): Date {
    return this.#options.now()
  }

  /** The revision of the latest write, of any resource. */
  get revision(): number {
    return this.#options.store.revision
  }

  find(resource: ReadResource, namespace: string | undefined, name: string): ApiObject | undefined {
    return this.#collection(resource).get(keyIn(resource, namespace, name))
  }

  get(resource: Resource, namespace: string | undefined, name: string): ApiObject {
    const object = this.find(resource, namespace, name)
    if (!object) throw notFound(resource, name)
    return object
  }

  /** Throws ApiError 400, 410 for a continue token that is too old, 504 for a resourceVersion still to come. */
  list(resource: Resource, selection: Selection, request: ListRequest = {}): ListPage {
    return asking(() => listPage(this.#collection(resource), selection, request))
  }

  /** As `openWatch` of storage; where that throws, here and in `next`, it is an ApiError: 400, or 410. */
  watch(resource: Resource, selection: Selection, options: WatchOptions, onReady: () => void): Watch {
    const { resourceVersion, ...rest } = options
    const watch = asking(() => {
      const revision = parseRevision(resourceVersion)
      const request = { ...rest, ...(revision === undefined ? {} : { revision }) }
      return openWatch(this.#collection(resource), selection, request, onReady)
    })
    return {
      next: () => asking(() => watch.next()),
      get isBehind() {
        return watch.isBehind
      },
      get isOver() {
        return watch.isOver
      },
      close: () => watch.close(),
    }
  }

  /** How much there is of a resource: stored objects, and open watches. */
  count(resource: Resource): { readonly objects: number; readonly watches: number } {
    const { size, watchers } = this.#collection(resource)
    return { objects: size, watches: watchers }
  }

  /** Rejects with ApiError, as all that writes. */
  create(resource: Resource, body: ApiObject, request: WriteRequest): Promise<ApiObject> {
    return this.#transact(resource, request, (transaction) => this.#create(transaction, resource, body, request))
  }

  /**
   * Replaces an object by what `change` makes of it. A resourceVersion or uid in the new state that is not the stored
   * one's is a 409; a new state that equals the stored one writes nothing.
   */
  update(
    resource: Resource,
    name: string,
    change: (current: ApiObject) => ApiObject,
    request: WriteRequest,
  ): Promise<ApiObject> {
    return this.#transact(resource, request, (transaction) =>
      this.#update(transaction, resource, name, change, request),
    )
  }

  /** PUT: as `update`, and creates where the kind allows that. */
  put(
    resource: Resource,
    name: string,
    object: ApiObject,
    request: WriteRequest,
  ): Promise<{ readonly object: ApiObject; readonly created: boolean }> {
    return this.#transact(resource, request, (transaction) => {
      const given = object.metadata?.name
      if (given && given !== name) {
        throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`)
      }
      namespaceOf(resource, object, request.namespace)
      if (
        !request.subresource &&
        this.machinery.catalogue.of(resource).isCreatedByPut &&
        !object.metadata?.resourceVersion &&
        !transaction.get(resource, keyIn(resource, request.namespace, name))
      ) {
        const named = { ...object, metadata: { ...object.metadata, name } }
        return { object: this.#create(transaction, resource, named, request), created: true }
      }
      return { object: this.#update(transaction, resource, name, () => object, request), created: false }
    })
  }

  delete(resource: Resource, name: string, request: DeletionRequest): Promise<Deleted> {
    return this.#transact(resource, request, (transaction) => this.#delete(transaction, resource, name, request))
  }

  /**
   * Takes all objects of a kind away that is served no more, whatever would hold them one by one. Watches see them go,
   * and end.
   */
  async clear(resource: Resource): Promise<void> {
    const { store } = this.#options
    // What was written before must be seen; nothing comes after it.
    await store.transact(() => undefined)
    const collection = store.collection(resource)
    await store.transact((transaction) => {
      for (const key of collection.keys()) this.#remove(transaction, resource, key, collection.get(key)!, SYSTEM)
    })
    store.drop(resource)
  }

  /** Throws ApiError 404 for a kind that went while it was asked for. */
  #collection(resource: ReadResource): ReturnType<Store['collection']> {
    const { machinery, store } = this.#options
    if (machinery.catalogue.find(resource) === undefined) throw noSuchResource()
    return store.collection(resource)
  }

  #transact<T>(
    resource: Resource,
    { dryRun = false }: WriteRequest,
    body: (transaction: Transaction) => T,
  ): Promise<T> {
    const whole = (transaction: Transaction): T => {
      this.#collection(resource)
      return body(transaction)
    }
    return awaiting(this.#options.store.transact(whole, dryRun))
  }

  #create(transaction: Transaction, resource: Resource, body: ApiObject, request: WriteRequest): ApiObject {
    const { machinery, now, random, uuid } = this.#options
    const namespace = namespaceOf(resource, body, request.namespace)
    const given = body.metadata ?? {}
    if (given.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created')
    let name = given.name ?? ''
    if (!name && given.generateName) {
      for (let attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
        name = generateName(given.generateName, random)
        if (!transaction.get(resource, objectKey(namespace, name))) break
      }
    }
    const { deletionTimestamp: _, deletionGracePeriodSeconds: __, selfLink: ___, ...kept } = given
    const metadata: ObjectMeta = {
      ...kept,
      name,
      ...(namespace ? { namespace } : {}),
      uid: uuid(),
      creationTimestamp: timeText(now().getTime()),
    }
    let object = machinery.prepareForCreate(resource, { ...body, metadata })
    const reader = readerOf(transaction)
    const run = (step: 'create' | 'complete' | 'allocate'): void => {
      for (const admission of this.#options.admissions)
        object = admission[step]?.({ resource, object, caller: request.caller, transaction, reader }) ?? object
    }
    run('create')
    run('complete')
    const causes = machinery.validateCreate(resource, object)
    if (causes.length > 0) throw invalid(resource, name, causes)
    run('allocate')
    const key = objectKey(namespace, name)
    if (transaction.get(resource, key)) throw alreadyExists(resource, name)
    return transaction.dryRun ? object : transaction.put(resource, key, object)
  }

  #update(
    transaction: Transaction,
    resource: Resource,
    name: string,
    change: (current: ApiObject) => ApiObject,
    request: WriteRequest,
  ): ApiObject {
    const { subresource = '', caller } = request
    const { machinery } = this.#options
    const namespace = resource.namespaced ? request.namespace : undefined
    const key = objectKey(namespace, name)
    const previous = transaction.get(resource, key)
    if (!previous) throw notFound(resource, name)
    const wanted = change(previous)
    if (wanted === previous) return previous
    checkIdentity(resource, name, namespace, wanted, previous)
    let object = machinery.prepareForUpdate(resource, preserveMetadata(wanted, previous), previous, subresource)
    const reader = readerOf(transaction)
    const run = (step: 'update' | 'completeUpdate' | 'allocateUpdate'): void => {
      for (const admission of this.#options.admissions)
        object = admission[step]?.({ resource, object, previous, subresource, caller, transaction, reader }) ?? object
    }
    run('update')
    run('completeUpdate')
    const causes = machinery.validateUpdate(resource, object, previous, subresource)
    if (causes.length > 0) throw invalid(resource, name, causes)
    run('allocateUpdate')
    if (isDeepStrictEqual(object, previous)) return previous
    if (transaction.dryRun) return object
    if (isTerminated(machinery.catalogue.of(resource), object))
      return this.#remove(transaction, resource, key, object, caller)
    return transaction.put(resource, key, object)
  }

  #delete(transaction: Transaction, resource: Resource, name: string, request: DeletionRequest): Deleted {
    const key = keyIn(resource, request.namespace, name)
    const current = transaction.get(resource, key)
    if (!current) throw notFound(resource, name)
    const { uid, resourceVersion } = request.options?.preconditions ?? {}
    if (uid !== undefined && uid !== current.metadata?.uid) {
      throw preconditionFailed(resource, name, 'UID', uid, current.metadata?.uid)
    }
    if (resourceVersion !== undefined && resourceVersion !== current.metadata?.resourceVersion) {
      throw preconditionFailed(resource, name, 'ResourceVersion', resourceVersion, current.metadata?.resourceVersion)
    }
    for (const admission of this.#options.admissions)
      admission.delete?.({ resource, object: current, caller: request.caller, reader: readerOf(transaction) })
    const plan = planDeletion(this.machinery.catalogue.of(resource), current, request.options ?? {}, this.now())
    const gone = plan.kind === 'now'
    if (transaction.dryRun) return { object: plan.object, gone }
    if (gone) return { object: this.#remove(transaction, resource, key, plan.object, request.caller), gone }
    const isMarked = isDeepStrictEqual(plan.object, current)
    return { object: isMarked ? current : transaction.put(resource, key, plan.object), gone }
  }

  #remove(transaction: Transaction, resource: Resource, key: string, last: ApiObject, caller: Caller): ApiObject {
    const object = transaction.delete(resource, key, last)
    transaction.onCommit(() => {
      for (const admission of this.#options.admissions) admission.deleted?.({ resource, object, caller, reader: this })
    })
    return object
  }
}

const keyIn = ({ namespaced }: ReadResource, namespace: string | undefined, name: string): string =>
  objectKey(namespaced ? namespace : undefined, name)

/** What admissions see: also what does not last yet, of transactions before theirs. */
const readerOf = (transaction: Transaction): Reader => ({
  find: (resource, namespace, name) => transaction.get(resource, keyIn(resource, namespace, name)),
})
