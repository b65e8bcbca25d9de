import { groupVersion, type Resource } from '#api/resource.ts'
import type { MessageClass } from '#schema/schema.ts'
import { type Kind, storedKind } from './kind.ts'

interface CatalogueChange {
  readonly type: 'added' | 'removed'
  readonly kind: Kind
}

/** What a kind is found by: a resource, or what a request's path names. */
type ServedPath = Pick<Resource, 'group' | 'version' | 'plural'>

const pathOf = ({ group, version, plural }: ServedPath): string => `${group}/${version}/${plural}`
const storageOf = ({ group, plural }: ServedPath): string => `${group}/${plural}`
const messagesOf = ({ resource, subresources }: Kind): readonly MessageClass<unknown>[] => [
  resource.message as MessageClass<unknown>,
  resource.list,
  ...Object.values(subresources).flatMap(({ body }) => body ?? []),
]
const nameOf = (resource: Resource): string => `${groupVersion(resource)} ${resource.kind}`

/**
 * The kinds that are served. They come and go while it is read, so nobody keeps what it answered: who must, listens.
 * Some of them are forms of others: what is stored is one kind, and each of its forms another.
 */
export class Catalogue {
  readonly #byPath = new Map<string, Kind>()
  readonly #byName = new Map<string, Kind>()
  /** The same kinds, and those that are stored and not served. */
  readonly #byResource = new Map<Resource, Kind>()
  readonly #byStorage = new Map<string, Kind>()
  readonly #listeners = new Set<(change: CatalogueChange) => void>()
  #resources: readonly Resource[] | undefined
  #stored: readonly Resource[] | undefined
  #messages: ReadonlyMap<string, MessageClass<unknown>> | undefined

  constructor(kinds: readonly Kind[] = []) {
    for (const kind of kinds) this.add(kind)
  }

  /** All that are served, in the order in which they came, which is discovery's. */
  get kinds(): readonly Kind[] {
    return [...this.#byPath.values()]
  }

  /** Those of the kinds. */
  get resources(): readonly Resource[] {
    this.#resources ??= this.kinds.map(({ resource }) => resource)
    return this.#resources
  }

  /** Each of what is stored once, in whatever forms it is served: for who reaches everything. */
  get stored(): readonly Resource[] {
    this.#stored ??= [...this.#byStorage.values()].map(({ resource }) => resource)
    return this.#stored
  }

  /** The kind behind a path: `{ group: 'apps', version: 'v1', plural: 'deployments' }`; the core group is ''. */
  find(path: ServedPath): Kind | undefined {
    return this.#byResource.get(path as Resource) ?? this.#byPath.get(pathOf(path))
  }

  /** The kind that an object names: `('apps/v1', 'Deployment')`. */
  findKind(apiVersion: string, name: string): Kind | undefined {
    return this.#byName.get(`${apiVersion} ${name}`)
  }

  /** The declaration of a served kind, of its list, or of the body of a subresource. */
  message(apiVersion: string, name: string): MessageClass<unknown> | undefined {
    this.#messages ??= new Map(this.kinds.flatMap(messagesOf).map((message) => [message.gvk!.join(' '), message]))
    return this.#messages.get(`${apiVersion} ${name}`)
  }

  /** The kind of a resource that is known to be served. Throws TypeError where it is not, or no longer. */
  of(resource: ServedPath): Kind {
    const kind = this.find(resource)
    if (kind === undefined) throw new TypeError(`${storageOf(resource)} is not served`)
    return kind
  }

  /**
   * From now on it is served. Throws TypeError where its path or its name is taken, where it would be stored as another
   * kind is, and for a form of what is not there.
   */
  add(kind: Kind): void {
    const { resource, form, isHidden = false } = kind
    const isStored = form === undefined && !kind.isMeasured
    const taken =
      (isHidden ? undefined : (this.#byPath.get(pathOf(resource)) ?? this.#byName.get(nameOf(resource)))) ??
      (isStored ? this.#byStorage.get(storageOf(resource)) : undefined)
    if (taken !== undefined)
      throw new TypeError(
        `${nameOf(resource)} cannot be served: ${storageOf(taken.resource)} is ${nameOf(taken.resource)}`,
      )
    if (isStored) this.#byStorage.set(storageOf(resource), kind)
    else if (form && this.#byResource.get(form.of.resource) !== form.of)
      throw new TypeError(`${nameOf(resource)} is a form of ${nameOf(form.of.resource)}, which is not there`)
    this.#byResource.set(resource, kind)
    if (!isHidden) {
      this.#byPath.set(pathOf(resource), kind)
      this.#byName.set(nameOf(resource), kind)
    }
    this.#tell({ type: 'added', kind })
  }

  /**
   * From now on it is not served. What is stored goes with its kind, in all its forms, as custom resources go with their
   * definition; with a form goes nothing.
   */
  remove(resource: ServedPath): void {
    const kind = this.of(resource)
    for (const other of this.formsOf(kind)) this.#drop(other)
    this.#drop(kind)
  }

  /** The forms of a kind, in the order in which they came; of a form, none. */
  formsOf(kind: Kind): readonly Kind[] {
    return this.kinds.filter((other) => other !== kind && storedKind(other) === kind)
  }

  /** Calls `listener` with each change, in the same turn. The answer ends that. */
  onChange(listener: (change: CatalogueChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #drop(kind: Kind): void {
    const { resource, form, isHidden } = kind
    if (!isHidden) {
      this.#byPath.delete(pathOf(resource))
      this.#byName.delete(nameOf(resource))
    }
    this.#byResource.delete(resource)
    if (form === undefined) this.#byStorage.delete(storageOf(resource))
    this.#tell({ type: 'removed', kind })
  }

  #tell(change: CatalogueChange): void {
    this.#resources = undefined
    this.#stored = undefined
    this.#messages = undefined
    for (const listener of this.#listeners) listener(change)
  }
}
