import type { ApiObject } from '#api/resource.ts'
import type { EventRecorder } from '#client/event-recorder.ts'
import type { News } from '#routes/routes.ts'
import { idOfOrigin } from './statuses.ts'

/** What people have been told of objects as they stand: each thing once, until the object is another. */
export class Told {
  readonly #recorder: EventRecorder
  readonly #find: (id: string) => ApiObject | undefined
  #told = new Map<string, ReadonlySet<string>>()

  constructor(recorder: EventRecorder, find: (id: string) => ApiObject | undefined) {
    this.#recorder = recorder
    this.#find = find
  }

  /** Tells what of all this is new. What is not said any more may be said again. */
  tell(news: readonly News[]): void {
    const now = new Map<string, Set<string>>()
    for (const { object: origin, type, reason, message } of news) {
      const id = idOfOrigin(origin)
      const object = this.#find(id)
      if (object === undefined) continue
      const of = `${id} ${object.metadata?.uid} ${object.metadata?.generation}`
      const thing = `${reason} ${message}`
      const things = now.get(of) ?? new Set()
      now.set(of, things.add(thing))
      if (!this.#told.get(of)?.has(thing)) this.#recorder.record(object, type, reason, message)
    }
    this.#told = now
  }
}
