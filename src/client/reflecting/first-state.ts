import type { ApiObject } from '#api/resource.ts'
import { keyOf } from '#objects/object-key.ts'
import type { WatchEvent, WatchOptions } from '../client.ts'

/** What a watch with initial events (KEP-3157) has told so far. */
export class FirstState<T extends ApiObject> {
  /** Everything there is now; and then what changes. */
  readonly request: WatchOptions = {
    resourceVersion: '',
    resourceVersionMatch: 'NotOlderThan',
    sendInitialEvents: true,
  }
  #objects: Map<string, T> | undefined = new Map()
  #resourceVersion = ''

  get isWhole(): boolean {
    return this.#objects === undefined
  }

  get resourceVersion(): string {
    return this.#resourceVersion
  }

  /** Whether that was the last of it. What changes while they come is told among them. */
  take(event: WatchEvent<T>): boolean {
    if (event.type === 'BOOKMARK') {
      if (event.endsInitialEvents) this.#resourceVersion = event.resourceVersion
      return event.endsInitialEvents === true
    }
    if (event.type === 'DELETED') this.#objects?.delete(keyOf(event.object))
    else this.#objects?.set(keyOf(event.object), event.object)
    return false
  }

  /** All of it, once. */
  items(): readonly T[] {
    const items = [...(this.#objects?.values() ?? [])]
    this.#objects = undefined
    return items
  }
}
