import type { ApiObject } from '#api/resource.ts'
import type { SeenChange } from './change-window.ts'
import type { LoadedChange } from './journal.ts'
import { sizeOf } from './object-size.ts'
import { type Held, objectOf, UnreadObject } from './unread-object.ts'

/** A change of an earlier life, whose objects are read when a watch or a list of the past comes to it. */
export class RestoredChange implements SeenChange {
  readonly revision: number
  readonly key: string
  readonly deleted: boolean
  readonly bytes: number
  readonly at: number
  readonly #held: Held
  readonly #previous: Held | undefined

  constructor({ revision, key, object, deleted }: LoadedChange, previous: Held | undefined, at: number) {
    this.revision = revision
    this.key = key
    this.deleted = deleted
    this.bytes = object instanceof UnreadObject ? object.octets : sizeOf(object)
    this.at = at
    this.#held = object
    this.#previous = previous
  }

  get object(): ApiObject {
    return objectOf(this.#held)
  }

  get previous(): ApiObject | undefined {
    return objectOf(this.#previous)
  }
}
