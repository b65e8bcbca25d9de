import { CLEANUP, isTrue, withCondition } from '#api/apiextensions/customresourcedefinition/conditions.ts'
import type { CustomResourceDefinition } from '#api/apiextensions/customresourcedefinition/message.ts'
import type { Resource } from '#api/resource.ts'
import { isNotFound } from '#client/client.ts'
import { SYSTEM } from '../access/caller.ts'
import type { Registry } from '../registry/registry.ts'
import type { Watch } from '../storage/reading/watch.ts'

type Definition = CustomResourceDefinition
/** Writes what is said of a definition; undefined for one that is gone. */
type WriteDefinition = (name: string, change: (current: Definition) => Definition) => Promise<Definition | undefined>

const RETRY_MS = 1000

const terminating = (isGoing: boolean, reason: string, message: string) => ({
  type: 'Terminating',
  status: isGoing ? 'True' : 'False',
  reason,
  message,
})

/** Definitions that are about to go: their objects go first, each with its finalizers, and then the definition may. */
export class Cleanups {
  readonly #registry: Registry
  readonly #write: WriteDefinition
  readonly #onError: (error: unknown) => void
  readonly #watches = new Map<string, Watch>()
  readonly #retries = new Map<string, NodeJS.Timeout>()
  readonly #running = new Set<string>()

  constructor(registry: Registry, write: WriteDefinition, onError: (error: unknown) => void) {
    this.#registry = registry
    this.#write = write
    this.#onError = onError
  }

  /** @param stored as which its objects are stored; undefined for a definition that was never served */
  begin(name: string, stored: Resource | undefined): void {
    if (this.#running.has(name)) return
    this.#running.add(name)
    this.#clean(name, stored).catch((error: unknown) => {
      this.#onError(error)
      this.#again(name, stored)
    })
  }

  /** It is gone. */
  forget(name: string): void {
    this.#running.delete(name)
    this.#watches.get(name)?.close()
    this.#watches.delete(name)
    clearTimeout(this.#retries.get(name))
    this.#retries.delete(name)
  }

  close(): void {
    for (const name of [...this.#running]) this.forget(name)
  }

  async #clean(name: string, stored: Resource | undefined): Promise<void> {
    const now = (): number => this.#registry.now().getTime()
    const say = (isGoing: boolean, reason: string, message: string) =>
      this.#write(name, (current) => withCondition(current, terminating(isGoing, reason, message), now()))
    const definition = await say(true, 'InstanceDeletionInProgress', 'CustomResource deletion is in progress')
    if (definition === undefined) return
    const isServed = stored !== undefined && isTrue(definition, 'Established')
    if (isServed) {
      const failure = await this.#deleteAll(stored)
      if (failure !== undefined) {
        await say(true, 'InstanceDeletionFailed', `could not issue all deletes: ${failure}`)
        return this.#again(name, stored)
      }
      await this.#untilNone(name, stored)
      if (!this.#running.has(name)) return
    }
    const end = isServed
      ? terminating(false, 'InstanceDeletionCompleted', 'removed all instances')
      : terminating(false, 'NeverEstablished', 'resource was never established')
    await this.#write(name, (current) => {
      const { finalizers = [], ...metadata } = current.metadata!
      const others = finalizers.filter((finalizer) => finalizer !== CLEANUP)
      const freed = { ...current, metadata: { ...metadata, ...(others.length > 0 && { finalizers: others }) } }
      return withCondition(freed, end, now())
    })
  }

  /** Why not all of them could be asked to go. */
  async #deleteAll(stored: Resource): Promise<string | undefined> {
    const failures = new Set<string>()
    await Promise.all(
      this.#registry.list(stored, {}).items.map(async ({ metadata }) => {
        const { name = '', namespace } = metadata ?? {}
        try {
          await this.#registry.delete(stored, name, { caller: SYSTEM, ...(namespace ? { namespace } : {}) })
        } catch (error) {
          if (!isNotFound(error)) failures.add((error as Error).message)
        }
      }),
    )
    return failures.size === 0 ? undefined : [...failures].join(', ')
  }

  /** Resolves when there is none of them left, or the definition is gone. */
  #untilNone(name: string, stored: Resource): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        const isOver = watch.isOver || !this.#running.has(name)
        while (watch.next() !== undefined);
        if (!isOver && this.#registry.count(stored).objects > 0) return
        watch.close()
        this.#watches.delete(name)
        resolve()
      }
      const watch = this.#registry.watch(stored, {}, {}, look)
      this.#watches.set(name, watch)
      look()
    })
  }

  #again(name: string, stored: Resource | undefined): void {
    if (!this.#running.delete(name)) return
    const timer = setTimeout(() => this.begin(name, stored), RETRY_MS)
    timer.unref()
    this.#retries.set(name, timer)
  }
}
