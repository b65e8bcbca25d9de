import { type Kind, storedKind } from '#api/catalogue/kind.ts'
import type { ApiObject, Resource, ResourceObject } from '#api/resource.ts'
import { SYSTEM, SYSTEM_MANAGER } from '../access/caller.ts'
import { failure, noSuchResource, notFound } from '../errors.ts'
import type { Machinery } from '../machinery/machinery.ts'
import { checkReached, type ListPage, type ListRequest, listPage, type Selection } from '../storage/reading/list.ts'
import { parseRevision } from '../storage/reading/revision.ts'
import { openWatch, type Watch } from '../storage/reading/watch.ts'
import type { Store } from '../storage/store.ts'
import type { Transaction } from '../storage/transaction.ts'
import type { Attributes } from '../webhooks/attributes.ts'
import type { Application } from './applied.ts'
import { Answers, Unanswered } from './consulting/answers.ts'
import type { DrawSource, Draws } from './consulting/draws.ts'
import type { Asking, Hooks } from './consulting/hooks.ts'
import { whenConverted } from './conversion-needed.ts'
import { listForm, watchForm } from './form.ts'
import { keyIn, type Reader, type ReadResource } from './reader.ts'
import { asking, awaiting } from './refusals/storage-refusal.ts'
import { ToldWatch } from './refusals/told-watch.ts'
import { UNHEARD } from './remarks.ts'
import type { Deleted, DeletionRequest, WatchOptions, WriteRequest, Written } from './request.ts'
import { seed } from './seed.ts'
import { Write } from './write.ts'
import type { WriteRules } from './write-rules.ts'

export interface RegistryOptions extends WriteRules {
  readonly store: Store
  /** Gives what is tried again the same chance, names and time; absent: each try has its own. */
  readonly replay?: DrawSource['replay']
}

const askingOf = ({ remarks = UNHEARD, gone }: WriteRequest): Asking => ({
  remarks,
  ...(gone ? { signal: gone() } : {}),
})

/** How often a write is tried whose object changes each time while others are asked about it. */
const ATTEMPTS = 32

/**
 * Reads and writes of API objects with every rule that is Kubernetes' and none that is HTTP's: defaults, admission,
 * validation, optimistic concurrency, graceful deletion. Each write is one transaction: nothing in it awaits, and it is
 * answered once it lasts. Throws ApiError.
 */
export class Registry implements Reader {
  readonly #options: RegistryOptions
  #hooks: Hooks | undefined

  constructor(options: RegistryOptions) {
    this.#options = options
  }

  /** From now on these have a say in what is written. */
  consult(hooks: Hooks): void {
    this.#hooks = hooks
  }

  /** Others may have a say in what is asked. */
  get isConsulting(): boolean {
    return this.#hooks !== undefined && !this.#hooks.isEmpty
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

  /** Whether what keeps objects stands still. */
  get isStalled(): boolean {
    return this.#options.store.isStalled
  }

  find(resource: ReadResource, namespace: string | undefined, name: string): ApiObject | undefined {
    const kind = this.#kind(resource)
    const stored = this.#collection(kind).get(keyIn(resource, namespace, name))
    return stored !== undefined && kind.form !== undefined ? kind.form.read(stored) : stored
  }

  all(resource: ReadResource, namespace = ''): readonly ApiObject[] {
    const kind = this.machinery.catalogue.find(resource)
    if (kind === undefined) return []
    const collection = this.#collection(kind)
    const keys = resource.namespaced && namespace !== '' ? collection.keysWithin(namespace) : collection.keys()
    const stored = keys.map((key) => collection.get(key)!)
    return kind.form === undefined ? stored : stored.map(kind.form.read)
  }

  get(resource: Resource, namespace: string | undefined, name: string): ApiObject {
    const object = this.find(resource, namespace, name)
    if (!object) throw notFound(resource, name)
    return object
  }

  /** Throws ApiError 504 where this resourceVersion is still to come, 500 for a text that is none. */
  checkReached(resourceVersion: string | undefined): void {
    asking(() => checkReached(parseRevision(resourceVersion) ?? 0, this.revision))
  }

  /** Throws ApiError 400, 410 for a continue token that is too old, 504 for a resourceVersion still to come. */
  list(resource: Resource, selection: Selection, request: ListRequest = {}): ListPage {
    const kind = this.#kind(resource)
    const list = (chosen: Selection, isWhole = false): ListPage =>
      listPage(this.#collection(kind), chosen, isWhole ? {} : request)
    return asking(() => (kind.form === undefined ? list(selection) : listForm(kind.form, selection, list)))
  }

  /** As `openWatch` of storage; where that throws, here and in `next`, it is an ApiError: 400, or 410. */
  watch(resource: Resource, selection: Selection, options: WatchOptions, onReady: () => void): Watch {
    const { resourceVersion, ...rest } = options
    const kind = this.#kind(resource)
    const watch = asking(() => {
      const revision = parseRevision(resourceVersion)
      const request = { ...rest, ...(revision === undefined ? {} : { revision }) }
      const open = (chosen: Selection): Watch => openWatch(this.#collection(kind), chosen, request, onReady)
      const { namespace } = selection
      kind.form?.need?.(listPage(this.#collection(kind), namespace ? { namespace } : {}, {}).items)
      return kind.form === undefined
        ? open(selection)
        : watchForm(this.machinery.catalogue, kind, selection, open, onReady)
    })
    return new ToldWatch(watch)
  }

  /** How much there is of a resource: stored objects, and open watches. */
  count(resource: Resource): { readonly objects: number; readonly watches: number } {
    const { size, watchers } = this.#collection(this.#kind(resource))
    return { objects: size, watches: watchers }
  }

  /** Rejects with ApiError, as all that writes. */
  create(resource: Resource, body: ApiObject, request: WriteRequest): Promise<ApiObject> {
    return this.#write(resource, request, (write) => write.create(body))
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
    return this.#write(resource, request, (write) => write.update(name, change))
  }

  /** PUT: as `update`, and creates where the kind allows that. */
  put(resource: Resource, name: string, object: ApiObject, request: WriteRequest): Promise<Written> {
    return this.#write(resource, request, (write) => write.put(name, object))
  }

  /** PATCH by server-side apply. */
  apply(resource: Resource, name: string, application: Application, request: WriteRequest): Promise<Written> {
    return this.#write(resource, request, (write) => write.apply(name, application))
  }

  delete(resource: Resource, name: string, request: DeletionRequest): Promise<Deleted> {
    return this.#write(resource, request, (write) => write.delete(name, request.options))
  }

  /** What others who have a say make of what is asked and not kept: a connection, an eviction. Rejects with ApiError. */
  async heard(attributes: Attributes & { readonly object: ApiObject }, request: WriteRequest): Promise<ApiObject> {
    const hooks = this.#hooks
    if (hooks === undefined || hooks.isEmpty || request.isHeard) return attributes.object
    const asking = askingOf(request)
    const { object = attributes.object, again } = (await hooks.mutating(attributes)?.(asking)) ?? {}
    const changed = { ...attributes, object }
    const last = again === undefined ? object : await again(changed)(asking)
    await hooks.validating({ ...attributes, object: last })?.(asking)
    return last
  }

  /**
   * Writes objects of our own as they are, each where there is none of its name, and spared all rules: the many that a
   * start makes.
   */
  seed(objects: readonly ResourceObject[]): Promise<void> {
    const body = (transaction: Transaction): void => {
      for (const { resource, object } of objects) seed(this.#options, transaction, resource, object, SYSTEM_MANAGER)
    }
    return awaiting(this.#options.store.transact(body))
  }

  /**
   * Takes all objects of a kind away that is served no more, whatever would hold them one by one. Watches see them go,
   * and end.
   */
  async clear(kind: Kind): Promise<void> {
    const { store } = this.#options
    const { resource } = kind
    // What was written before must be seen; nothing comes after it.
    await store.transact(() => undefined)
    const collection = store.collection(resource)
    await store.transact((transaction) => {
      const write = new Write(this.#options, this, transaction, kind, { caller: SYSTEM })
      for (const key of collection.keys()) write.remove(key, collection.get(key)!)
    })
    store.drop(resource)
  }

  /** Throws ApiError 404 for a kind that went while it was asked for. */
  #kind(resource: ReadResource): Kind {
    const kind = this.machinery.catalogue.find(resource)
    if (kind === undefined) throw noSuchResource()
    return kind
  }

  #collection(kind: Kind): ReturnType<Store['collection']> {
    return this.#options.store.collection(storedKind(kind).resource)
  }

  #write<T>(resource: Resource, request: WriteRequest, body: (write: Write) => T): Promise<T> {
    const hooks = this.#hooks
    if (hooks !== undefined && !hooks.isEmpty && !request.isHeard)
      return this.#consulting(hooks, resource, request, body)
    const whole = (transaction: Transaction): T =>
      body(new Write(this.#options, this, transaction, this.#kind(resource), request))
    return this.#attempt(resource, request, whole)
  }

  /** Once what the kind needs for it is there. */
  #attempt<T>(resource: Resource, request: WriteRequest, body: (transaction: Transaction) => T): Promise<T> {
    const write = (): Promise<T> => awaiting(this.#options.store.transact(body, request.dryRun))
    const kind = this.machinery.catalogue.find(resource)
    const begin = (): Promise<T> => (kind?.form?.isAsked ? Promise.resolve(whenConverted(write)) : write())
    return kind?.load === undefined ? begin() : kind.load(request.subresource).then(begin)
  }

  /**
   * A write in which others may have a say. It is tried within a transaction up to where one is to be asked, comes to
   * nothing there, and is tried again with the answer, until nobody is left: what is kept in the end is what everybody
   * has seen, over the state that they have seen it over.
   */
  async #consulting<T>(hooks: Hooks, resource: Resource, request: WriteRequest, body: (write: Write) => T): Promise<T> {
    const { replay = (_, once) => once() } = this.#options
    const answers = new Answers()
    const draws: Draws = []
    const attempt = (transaction: Transaction): T => {
      answers.begin()
      return replay(draws, () =>
        body(new Write(this.#options, this, transaction, this.#kind(resource), request, { hooks, answers })),
      )
    }
    const asking = askingOf(request)
    for (let left = ATTEMPTS; left > 0; left--)
      try {
        return await this.#attempt(resource, request, attempt)
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error
        answers.add(error, await whenConverted(() => error.question(asking)))
      }
    throw failure(504, 'Timeout', 'Timeout: request did not complete within requested timeout')
  }
}
