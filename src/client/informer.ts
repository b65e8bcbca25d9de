import { type ApiObject, isSame, type Resource } from '#api/resource.ts'
import type { Clock } from '#clock/clock.ts'
import { keyOf } from '#objects/object-key.ts'
import type { Client, WatchEvent } from './client.ts'
import { Lister } from './lister.ts'
import { type ReflectorSink, reflect } from './reflector.ts'
import { compareResourceVersions, type IndexFunction, Store } from './store.ts'

export interface Handlers<T> {
  readonly onAdd?: (object: T) => void
  readonly onUpdate?: (before: T, after: T) => void
  readonly onDelete?: (last: T) => void
}

interface InformerOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal
  readonly onError?: (error: unknown, what: string) => void
}

const versionOf = (object: ApiObject): string => object.metadata?.resourceVersion ?? ''

/**
 * One resource's cache, kept by one watch and shared by everybody in the process. Handlers run in the same tick in
 * which the event arrives, after the store has it; they should only note keys in a queue.
 *
 * `observe` puts what a write of ours returned into the cache before the watch brings it, so that the next look at the
 * cache sees our own writes. That is exact, not a guess: the watch is in order, so a version it has already passed is
 * ignored, and a newer one cannot be overtaken. Controllers therefore need no expectations.
 */
export class Informer<T extends ApiObject> implements ReflectorSink<T> {
  readonly resource: Resource<T>
  readonly lister: Lister<T>
  readonly hasSynced: Promise<void>
  readonly #store = new Store<T>()
  #handlers: readonly Handlers<T>[] = []
  readonly #options: InformerOptions
  readonly #stopped = new AbortController()
  #resolveSynced!: () => void
  #started = false
  #synced = false
  #isCurrent = false
  #onFailure: ((error: unknown) => void) | undefined
  /** Where the watch stands. */
  #seen = ''
  /** Keys of what `observe` put in and the watch has not reached yet. */
  readonly #ahead = new Set<string>()

  constructor(resource: Resource<T>, options: InformerOptions) {
    this.resource = resource
    this.#options = options
    this.lister = new Lister(this.#store)
    this.hasSynced = new Promise((resolve) => {
      this.#resolveSynced = resolve
    })
  }

  get synced(): boolean {
    return this.#synced
  }

  /** Whether what it holds is the server's word, and not what was adopted. */
  get isCurrent(): boolean {
    return this.#isCurrent
  }

  /** Told of each error that a list or a watch of its own met. */
  onFailure(listener: (error: unknown) => void): void {
    this.#onFailure = listener
  }

  /**
   * Takes what is known from elsewhere for the first state, until the server's word takes its place: what is no longer
   * there is then told as deleted. False: the server was quicker.
   */
  adopt(objects: readonly T[]): boolean {
    if (this.#synced) return false
    for (const object of objects) this.#set(object)
    this.#synced = true
    this.#resolveSynced()
    return true
  }

  /** Lists and watches until the signal aborts. A second call does nothing. */
  start(client: Client, { isOptional = false } = {}): void {
    if (this.#started) return
    this.#started = true
    const { clock, random, onError } = this.#options
    const signal = AbortSignal.any([this.#options.signal, this.#stopped.signal])
    void reflect(client, this.resource, this, {
      clock,
      random,
      signal,
      isOptional,
      onError: (error, step) => {
        onError?.(error, `${step} ${this.resource.plural}`)
        this.#onFailure?.(error)
      },
    })
  }

  /** Ends it: nothing is there any more. */
  stop(): void {
    this.#stopped.abort()
    for (const object of [...this.#store.values()]) this.#delete(object)
    this.#resolveSynced()
  }

  addIndex(name: string, keysOf: IndexFunction<T>): void {
    this.#store.addIndex(name, keysOf)
  }

  /** What is there already is told as added, at once. The answer takes the handlers away again. */
  addHandlers(handlers: Handlers<T>): () => void {
    this.#handlers = [...this.#handlers, handlers]
    if (handlers.onAdd) for (const object of this.#store.values()) this.#call(() => handlers.onAdd!(object))
    return () => {
      this.#handlers = this.#handlers.filter((one) => one !== handlers)
    }
  }

  observe(object: T): void {
    const version = versionOf(object)
    if (!this.#isCurrent || compareResourceVersions(version, this.#seen) <= 0) return
    const cached = this.#store.get(keyOf(object))
    if (cached && compareResourceVersions(version, versionOf(cached)) <= 0) return
    this.#ahead.add(keyOf(object))
    this.#set(object)
  }

  replace(items: readonly T[], resourceVersion: string): void {
    const listed = new Set<string>()
    this.#seen = resourceVersion
    this.#isCurrent = true
    for (const key of this.#ahead) {
      const object = this.#store.get(key)
      // What we observed ourselves and the list is too old to know stays.
      if (!object || compareResourceVersions(versionOf(object), resourceVersion) <= 0) this.#ahead.delete(key)
    }
    for (const item of items) {
      const key = keyOf(item)
      listed.add(key)
      // For the rest the list is right, also where its versions are lower: a server restored from a backup.
      this.#set(item, !this.#ahead.has(key))
    }
    for (const object of [...this.#store.values()])
      if (!listed.has(keyOf(object)) && !this.#ahead.has(keyOf(object))) this.#delete(object)
    if (this.#synced) return
    this.#synced = true
    this.#resolveSynced()
  }

  apply(event: WatchEvent<T>): void {
    if (event.type === 'BOOKMARK') {
      this.#seen = event.resourceVersion
      return
    }
    this.#seen = versionOf(event.object)
    if (this.#ahead.size > 0) this.#passed(event.object)
    if (event.type === 'DELETED') this.#delete(event.object)
    else this.#set(event.object)
  }

  #passed(object: T): void {
    const cached = this.#store.get(keyOf(object))
    if (!cached || compareResourceVersions(versionOf(cached), this.#seen) <= 0) this.#ahead.delete(keyOf(object))
  }

  #set(object: T, force = false): void {
    const before = this.#store.get(keyOf(object))
    if (!before) {
      this.#add(object)
      return
    }
    const newer = compareResourceVersions(versionOf(object), versionOf(before))
    if (newer === 0 || (newer < 0 && !force)) return
    if (before.metadata?.uid !== object.metadata?.uid) {
      // Deleted and made again while nobody looked: another uid is another object.
      this.#delete(before)
      this.#add(object)
      return
    }
    this.#store.set(object)
    for (const { onUpdate } of this.#handlers) if (onUpdate) this.#call(() => onUpdate(before, object))
  }

  #add(object: T): void {
    this.#store.set(object)
    for (const { onAdd } of this.#handlers) if (onAdd) this.#call(() => onAdd(object))
  }

  #delete(object: T): void {
    const key = keyOf(object)
    const cached = this.#store.get(key)
    // An observed successor of the same name is not the one that this event speaks of.
    if (!cached || cached.metadata?.uid !== object.metadata?.uid) return
    this.#store.delete(key)
    for (const { onDelete } of this.#handlers) if (onDelete) this.#call(() => onDelete(object))
  }

  /** One handler's fault must not cost the others the event. */
  #call(handler: () => void): void {
    try {
      handler()
    } catch (error) {
      this.#options.onError?.(error, `handler of ${this.resource.plural}`)
    }
  }
}

interface InformersOptions extends InformerOptions {
  /** Of these resources not all is held: as keptResource() has made them. */
  readonly kept?: readonly Resource[]
  /** Told of each, before it starts. */
  readonly onMade?: (informer: Informer<ApiObject>) => void
}

/** One informer a resource for the whole process. */
export class Informers {
  readonly #client: Client
  readonly #options: InformersOptions
  readonly #informers = new Map<string, Informer<ApiObject>>()

  constructor(client: Client, options: InformersOptions) {
    this.#client = client
    this.#options = options
  }

  /** Made on first request, started at once. `isOptional`: it may not be served; until it is, nothing is there. */
  for<T extends ApiObject>(resource: Resource<T>, options: { readonly isOptional?: boolean } = {}): Informer<T> {
    const known = this.find<T>(resource)
    if (known) return known
    const informer = new Informer<T>(this.#keptOf(resource), this.#options)
    const made = informer as unknown as Informer<ApiObject>
    this.#informers.set(`${resource.group}/${resource.plural}`, made)
    this.#options.onMade?.(made)
    informer.start(this.#client, options)
    return informer
  }

  #keptOf<T extends ApiObject>(resource: Resource<T>): Resource<T> {
    const kept = this.#options.kept?.find((one) => isSame(one, resource))
    return (kept as unknown as Resource<T> | undefined) ?? resource
  }

  find<T extends ApiObject>(resource: Pick<Resource<T>, 'group' | 'plural'>): Informer<T> | undefined {
    return this.#informers.get(`${resource.group}/${resource.plural}`) as unknown as Informer<T> | undefined
  }

  /** What its cache held is told as deleted, since the resource is no longer served. */
  drop(resource: Pick<Resource, 'group' | 'plural'>): void {
    this.find(resource)?.stop()
    this.#informers.delete(`${resource.group}/${resource.plural}`)
  }

  async hasSynced(): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer.hasSynced))
  }
}

/** A client whose writes are in the caches of `informers` by the time they resolve. */
export const writeThrough = (client: Client, informers: Informers): Client => {
  const observed = <T extends ApiObject>(resource: Resource<T>, subresource: string | undefined, object: T): T => {
    // These two answer with another kind than the resource's.
    if (object?.metadata?.resourceVersion && subresource !== 'scale' && subresource !== 'token')
      if (object.kind === resource.kind) informers.find(resource)?.observe(object)
    return object
  }
  return {
    get: (...args) => client.get(...args),
    list: (...args) => client.list(...args),
    watch: (...args) => client.watch(...args),
    delete: (...args) => client.delete(...args),
    close: () => client.close(),
    create: async (resource, object, options) => {
      const created = await client.create(resource, object, options)
      return options?.dryRun ? created : observed(resource, options?.subresource, created)
    },
    update: async (resource, object, options) => {
      const updated = await client.update(resource, object, options)
      return options?.dryRun ? updated : observed(resource, options?.subresource, updated)
    },
    patch: async (resource, name, type, body, options) => {
      const patched = await client.patch(resource, name, type, body, options)
      return options?.dryRun ? patched : observed(resource, options?.subresource, patched)
    },
  }
}
