import { groupVersion, type Resource } from '#api/resource.ts'
import type { MessageClass } from '#schema/schema.ts'
import type { Kind } from './kind.ts'

interface CatalogueChange {
  readonly type: 'added' | 'removed'
  readonly kind: Kind
}

const pathOf = ({ group, plural }: Pick<Resource, 'group' | 'plural'>): string => `${group}/${plural}`
const messagesOf = ({ resource, subresources }: Kind): readonly MessageClass<unknown>[] => [
  resource.message as MessageClass<unknown>,
  resource.list,
  ...Object.values(subresources).flatMap(({ body }) => body ?? []),
]
const nameOf = (resource: Resource): string => `${groupVersion(resource)} ${resource.kind}`

/**
 * The kinds that are served. They come and go while it is read, so nobody keeps what it answered: who must, listens.
 */
export class Catalogue {
  readonly #byPath = new Map<string, Kind>()
  readonly #byName = new Map<string, Kind>()
  readonly #listeners = new Set<(change: CatalogueChange) => void>()
  #resources: readonly Resource[] | undefined
  #messages: ReadonlyMap<string, MessageClass<unknown>> | undefined

  constructor(kinds: readonly Kind[] = []) {
    for (const kind of kinds) this.add(kind)
  }

  /** In the order in which they came, which is discovery's. */
  get kinds(): readonly Kind[] {
    return [...this.#byPath.values()]
  }

  get resources(): readonly Resource[] {
    this.#resources ??= this.kinds.map(({ resource }) => resource)
    return this.#resources
  }

  /** The kind behind a path: `{ group: 'apps', plural: 'deployments' }`; the core group is ''. */
  find(path: Pick<Resource, 'group' | 'plural'>): Kind | undefined {
    return this.#byPath.get(pathOf(path))
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
  of(resource: Pick<Resource, 'group' | 'plural'>): Kind {
    const kind = this.find(resource)
    if (kind === undefined) throw new TypeError(`${pathOf(resource)} is not served`)
    return kind
  }

  /** From now on it is served. Throws TypeError where its path or its name is taken. */
  add(kind: Kind): void {
    const { resource } = kind
    const taken = this.find(resource) ?? this.#byName.get(nameOf(resource))
    if (taken !== undefined)
      throw new TypeError(
        `${nameOf(resource)} cannot be served: ${pathOf(taken.resource)} is ${nameOf(taken.resource)}`,
      )
    this.#byPath.set(pathOf(resource), kind)
    this.#byName.set(nameOf(resource), kind)
    this.#tell({ type: 'added', kind })
  }

  /** From now on it is not served. Its objects go with it, as those of a custom resource go with its definition. */
  remove(resource: Pick<Resource, 'group' | 'plural'>): void {
    const kind = this.of(resource)
    this.#byPath.delete(pathOf(resource))
    this.#byName.delete(nameOf(kind.resource))
    this.#tell({ type: 'removed', kind })
  }

  /** Calls `listener` with each change, in the same turn. The answer ends that. */
  onChange(listener: (change: CatalogueChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #tell(change: CatalogueChange): void {
    this.#resources = undefined
    this.#messages = undefined
    for (const listener of this.#listeners) listener(change)
  }
}
