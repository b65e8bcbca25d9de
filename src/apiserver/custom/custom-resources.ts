import { withAcceptedNames } from '#api/apiextensions/customresourcedefinition/accepted-names.ts'
import { withApproval } from '#api/apiextensions/customresourcedefinition/approval.ts'
import { CLEANUP, isTrue } from '#api/apiextensions/customresourcedefinition/conditions.ts'
import type { CustomResourceDefinition } from '#api/apiextensions/customresourcedefinition/message.ts'
import { customResourceDefinitions } from '#api/apiextensions/customresourcedefinition/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { isConflict, isNotFound } from '#client/client.ts'
import { SYSTEM } from '../access/caller.ts'
import type { Registry } from '../registry/registry.ts'
import type { Watch } from '../storage/reading/watch.ts'
import { Cleanups } from './cleanups.ts'
import type { ServedDefinitions } from './served-definitions.ts'

interface CustomResourcesOptions {
  readonly registry: Registry
  /** What serves definitions; loaded when the first of them comes. */
  readonly load: () => Promise<ServedDefinitions>
  readonly onError: (error: unknown) => void
}

const RESOURCE = customResourceDefinitions as unknown as Resource
const REQUEST = { caller: SYSTEM, subresource: 'status', manager: 'kube-apiserver' }
const RETRY_MS = 1000

/**
 * What definitions bring about: each is given its names, its kinds are served as long as it is there, and its objects go
 * before it. One step after the other, in the order in which definitions change.
 */
export class CustomResources {
  readonly #options: CustomResourcesOptions
  readonly #watch: Watch
  readonly #definitions = new Map<string, CustomResourceDefinition>()
  /** Names of those that have changed and are not settled yet. */
  readonly #changed = new Set<string>()
  readonly #cleanups: Cleanups
  #served: ServedDefinitions | undefined
  #work: Promise<void> | undefined
  #retry: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: CustomResourcesOptions) {
    this.#options = options
    this.#cleanups = new Cleanups(options.registry, (name, change) => this.#write(name, change), options.onError)
    this.#watch = options.registry.watch(RESOURCE, {}, {}, () => this.#begin())
  }

  /**
   * Resolves when all that is written of definitions until now is true of what is served; undefined: it is. What is
   * defined when a server starts is served once the first such promise resolves.
   */
  get settled(): Promise<void> | undefined {
    this.#begin()
    return this.#work
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#retry)
    this.#cleanups.close()
    this.#watch.close()
  }

  #begin(): void {
    if (this.#isClosed) return
    this.#read()
    if (this.#changed.size === 0 || this.#work !== undefined) return
    this.#work = this.#settleAll().finally(() => {
      this.#work = undefined
    })
  }

  #read(): void {
    for (let event = this.#watch.next(); event !== undefined; event = this.#watch.next()) {
      if (event.type === 'BOOKMARK') continue
      const definition = event.object as CustomResourceDefinition
      const name = definition.metadata!.name!
      if (event.type === 'DELETED') this.#definitions.delete(name)
      else this.#definitions.set(name, definition)
      this.#changed.add(name)
    }
  }

  async #settleAll(): Promise<void> {
    const { onError } = this.#options
    for (const name of this.#changed) {
      if (this.#isClosed) return
      this.#changed.delete(name)
      try {
        await this.#settle(name)
      } catch (error) {
        onError(error)
        // What the API has itself it will have for good.
        if (!(error instanceof TypeError)) this.#later(name)
      }
      this.#read()
    }
  }

  async #settle(name: string): Promise<void> {
    this.#served ??= await this.#options.load()
    const definition = this.#definitions.get(name)
    if (definition === undefined) {
      this.#cleanups.forget(name)
      this.#served.remove(name)
      this.#askOthers(name)
      return
    }
    const names = (current: CustomResourceDefinition) =>
      withApproval(withAcceptedNames(current, this.#others, this.#now()), this.#now())
    const isNamed = names(definition) === definition
    const named = isNamed ? definition : await this.#write(name, names)
    if (named === undefined) return
    if (!isNamed) this.#askOthers(name)
    if (isTrue(named, 'Established')) this.#served.serve(name, named)
    const isLast = named.metadata?.deletionTimestamp !== undefined && named.metadata.finalizers?.includes(CLEANUP)
    if (isLast) this.#cleanups.begin(name, this.#served.storedOf(name))
  }

  get #others(): readonly CustomResourceDefinition[] {
    return [...this.#definitions.values()]
  }

  #now(): number {
    return this.#options.registry.now().getTime()
  }

  /** Those that wait for names which may be free now. */
  #askOthers(name: string): void {
    for (const [other, definition] of this.#definitions)
      if (other !== name && !isTrue(definition, 'NamesAccepted')) this.#changed.add(other)
  }

  /** The definition after a change of what is said of it; undefined for one that is gone. */
  async #write(
    name: string,
    change: (current: CustomResourceDefinition) => CustomResourceDefinition,
  ): Promise<CustomResourceDefinition | undefined> {
    const whole = (current: ApiObject): ApiObject => change(current as CustomResourceDefinition)
    try {
      return (await this.#options.registry.update(RESOURCE, name, whole, REQUEST)) as CustomResourceDefinition
    } catch (error) {
      if (isNotFound(error)) return undefined
      if (!isConflict(error)) throw error
      return this.#write(name, change)
    }
  }

  #later(name: string): void {
    if (this.#isClosed) return
    this.#changed.add(name)
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => this.#begin(), RETRY_MS)
    this.#retry.unref()
  }
}
