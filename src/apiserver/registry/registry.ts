import { isDeepStrictEqual } from 'node:util'
import type { Random } from '#allocator/bitmap.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import { objectKey } from '#objects/object-key.ts'
import type { Caller } from '../access/caller.ts'
import type { Admission } from '../admission/admission.ts'
import { alreadyExists, badRequest, invalid, notFound, preconditionFailed } from '../errors.ts'
import { generateName } from '../generate-name.ts'
import type { Machinery } from '../machinery/machinery.ts'
import { type ListPage, type ListRequest, listPage, parseRevision, type Selection } from '../storage/list.ts'
import type { Store } from '../storage/store.ts'
import { openWatch, type Watch } from '../storage/watch.ts'
import { type DeleteRequest, isTerminated, planDeletion } from './deletion.ts'
import { checkIdentity, namespaceOf, preserveMetadata } from './identity.ts'
import type { Reader, ReadResource } from './reader.ts'
import { asking } from './storage-refusal.ts'
import { transact } from './transaction.ts'

export interface RegistryOptions {
  readonly store: Store
  readonly machinery: Machinery
  readonly admissions: readonly Admission[]
  readonly now: () => Date
  readonly random: Random
  readonly uuid: () => string
}

export interface WriteRequest {
  readonly caller: Caller
  readonly namespace?: string
  readonly dryRun?: boolean
  readonly subresource?: string
}

/** As WatchRequest of storage, with the revision as clients write it. */
export interface WatchOptions {
  readonly resourceVersion?: string
  readonly sendInitialEvents?: boolean
}

export interface Deleted {
  readonly object: ApiObject
  /** False where finalizers, a grace period or the namespace's contents still hold it. */
  readonly gone: boolean
}

/** Kinds that a PUT may create. */
const CREATE_ON_UPDATE = new Set(['leases', 'endpoints', 'events'])
const NAME_ATTEMPTS = 8

/**
 * Reads and writes of API objects with every rule that is Kubernetes' and none that is HTTP's: defaults, admission,
 * validation, optimistic concurrency, graceful deletion. Each call is one transaction: nothing in it awaits. Throws
 * ApiError.
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
    return this.#options.store.collection(resource).get(objectKey(resource.namespaced ? namespace : undefined, name))
  }

  get(resource: Resource, namespace: string | undefined, name: string): ApiObject {
    const object = this.find(resource, namespace, name)
    if (!object) throw notFound(resource, name)
    return object
  }

  /** Throws ApiError 400, 410 for a continue token that is too old, 504 for a resourceVersion still to come. */
  list(resource: Resource, selection: Selection, request: ListRequest = {}): ListPage {
    return asking(() => listPage(this.#options.store.collection(resource), selection, request))
  }

  /** As `openWatch` of storage; where that throws, here and in `next`, it is an ApiError: 400, or 410. */
  watch(resource: Resource, selection: Selection, options: WatchOptions, onReady: () => void): Watch {
    const { resourceVersion, ...rest } = options
    const watch = asking(() => {
      const revision = parseRevision(resourceVersion)
      const request = { ...rest, ...(revision === undefined ? {} : { revision }) }
      return openWatch(this.#options.store.collection(resource), selection, request, onReady)
    })
    return {
      next: () => asking(() => watch.next()),
      get isBehind() {
        return watch.isBehind
      },
      close: () => watch.close(),
    }
  }

  /** How much there is of a resource: stored objects, and open watches. */
  count(resource: Resource): { readonly objects: number; readonly watches: number } {
    const { size, watchers } = this.#options.store.collection(resource)
    return { objects: size, watches: watchers }
  }

  create(resource: Resource, body: ApiObject, request: WriteRequest): ApiObject {
    const { machinery, now, random, uuid } = this.#options
    const namespace = namespaceOf(resource, body, request.namespace)
    const collection = this.#options.store.collection(resource)
    const given = body.metadata ?? {}
    if (given.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created')
    let name = given.name ?? ''
    if (!name && given.generateName) {
      for (let attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
        name = generateName(given.generateName, random)
        if (!collection.get(objectKey(namespace, name))) break
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
    let object: ApiObject = { ...body, metadata }
    object = machinery.prepareForCreate(resource, object)
    return transact(request.dryRun === true, (transaction) => {
      const run = (step: 'create' | 'complete' | 'allocate'): void => {
        for (const admission of this.#options.admissions) {
          const given = { resource, object, caller: request.caller, transaction, reader: this }
          object = admission[step]?.(given) ?? object
        }
      }
      run('create')
      run('complete')
      const causes = machinery.validateCreate(resource, object)
      if (causes.length > 0) throw invalid(resource, name, causes)
      run('allocate')
      const key = objectKey(namespace, name)
      if (collection.get(key)) throw alreadyExists(resource, name)
      return request.dryRun ? object : collection.put(key, object)
    })
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
  ): ApiObject {
    const subresource = request.subresource ?? ''
    const { machinery } = this.#options
    const namespace = resource.namespaced ? request.namespace : undefined
    const collection = this.#options.store.collection(resource)
    const key = objectKey(namespace, name)
    const current = collection.get(key)
    if (!current) throw notFound(resource, name)
    const wanted = change(current)
    if (wanted === current) return current
    checkIdentity(resource, name, namespace, wanted, current)
    let next = preserveMetadata(wanted, current)
    next = machinery.prepareForUpdate(resource, next, current, subresource)
    return transact(request.dryRun === true, (transaction) => {
      const run = (step: 'update' | 'completeUpdate' | 'allocateUpdate'): void => {
        for (const admission of this.#options.admissions) {
          const { caller } = request
          const given = {
            resource,
            object: next,
            previous: current,
            subresource,
            caller,
            transaction,
            reader: this,
          }
          next = admission[step]?.(given) ?? next
        }
      }
      run('update')
      run('completeUpdate')
      const causes = machinery.validateUpdate(resource, next, current, subresource)
      if (causes.length > 0) throw invalid(resource, name, causes)
      run('allocateUpdate')
      if (isDeepStrictEqual(next, current)) return current
      if (request.dryRun) return next
      if (isTerminated(resource, next)) return this.#remove(resource, key, next, request.caller)
      return collection.put(key, next)
    })
  }

  /** PUT: as `update`, and creates where the kind allows that. */
  put(
    resource: Resource,
    name: string,
    object: ApiObject,
    request: WriteRequest,
  ): { readonly object: ApiObject; readonly created: boolean } {
    const given = object.metadata?.name
    if (given && given !== name) {
      throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`)
    }
    namespaceOf(resource, object, request.namespace)
    if (
      !request.subresource &&
      CREATE_ON_UPDATE.has(resource.plural) &&
      !object.metadata?.resourceVersion &&
      !this.find(resource, request.namespace, name)
    ) {
      return {
        object: this.create(resource, { ...object, metadata: { ...object.metadata, name } }, request),
        created: true,
      }
    }
    return { object: this.update(resource, name, () => object, request), created: false }
  }

  delete(resource: Resource, name: string, request: WriteRequest & { readonly options?: DeleteRequest }): Deleted {
    const namespace = resource.namespaced ? request.namespace : undefined
    const collection = this.#options.store.collection(resource)
    const key = objectKey(namespace, name)
    const current = collection.get(key)
    if (!current) throw notFound(resource, name)
    const { uid, resourceVersion } = request.options?.preconditions ?? {}
    if (uid !== undefined && uid !== current.metadata?.uid) {
      throw preconditionFailed(resource, name, 'UID', uid, current.metadata?.uid)
    }
    if (resourceVersion !== undefined && resourceVersion !== current.metadata?.resourceVersion) {
      throw preconditionFailed(resource, name, 'ResourceVersion', resourceVersion, current.metadata?.resourceVersion)
    }
    for (const admission of this.#options.admissions)
      admission.delete?.({ resource, object: current, caller: request.caller, reader: this })
    const plan = planDeletion(resource, current, request.options ?? {}, this.now())
    if (request.dryRun) return { object: plan.object, gone: plan.kind === 'now' }
    return transact(false, () => {
      if (plan.kind === 'now') return { object: this.#remove(resource, key, plan.object, request.caller), gone: true }
      const object = isDeepStrictEqual(plan.object, current) ? current : collection.put(key, plan.object)
      return { object, gone: false }
    })
  }

  #remove(resource: Resource, key: string, last: ApiObject, caller: Caller): ApiObject {
    const object = this.#options.store.collection(resource).delete(key, last)!
    for (const admission of this.#options.admissions) admission.deleted?.({ resource, object, caller, reader: this })
    return object
  }
}
