import type { ApiObject } from '#api/resource.ts'
import { keyOf } from '#objects/object-key.ts'
import type { Watch, WatchEvent } from '../client.ts'
import { refusal } from './refusal.ts'

/** One write, as the storage took it. */
export interface Change {
  readonly version: number
  readonly resource: string
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: ApiObject
}

interface Watcher {
  readonly resource: string
  readonly matches: (object: ApiObject) => boolean
  /** Keys of what it has been told of. */
  readonly known: Set<string>
  readonly deliver: (event: WatchEvent<ApiObject>) => void
  readonly fail: (error?: Error) => void
}

interface WatchRequest {
  readonly resource: string
  /** The version that the caller has; what came after it is told first. */
  readonly from: number
  readonly matches: (object: ApiObject) => boolean
  /** What the storage has now. */
  readonly stored: () => readonly ApiObject[]
  readonly fault?: Error | undefined
  readonly onEvent: (event: WatchEvent<ApiObject>) => void
}

/** What leaves a selection is DELETED for its watcher, what enters it ADDED. */
const tell = (watcher: Watcher, change: Change): void => {
  if (watcher.resource !== change.resource) return
  const key = keyOf(change.object)
  const knew = watcher.known.has(key)
  const matches = change.type !== 'DELETED' && watcher.matches(change.object)
  if (matches) watcher.known.add(key)
  else watcher.known.delete(key)
  if (matches) watcher.deliver({ type: knew ? 'MODIFIED' : 'ADDED', object: change.object })
  else if (knew) watcher.deliver({ type: 'DELETED', object: change.object })
}

/** The history of an API in memory, and those who watch it. */
export class FakeWatches {
  readonly #watchers = new Set<Watcher>()
  readonly #delay: (() => Promise<void>) | undefined
  #changes: Change[] = []

  /** `delay`: events come this much later than the change. */
  constructor(delay?: () => Promise<void>) {
    this.#delay = delay
  }

  /** Keeps a change, so that watches which begin before it are told. */
  add(change: Change): void {
    this.#changes.push(change)
  }

  /** Tells a change to whoever watches now. */
  tell(change: Change): void {
    for (const watcher of [...this.#watchers]) tell(watcher, change)
  }

  forget(): void {
    this.#changes = []
  }

  /** Ends every watch: with the error, or without one as at a server's time-out. */
  end(error?: Error): void {
    for (const watcher of [...this.#watchers]) watcher.fail(error)
  }

  /** `version` is the storage's newest. The watch begins in a microtask, as none begins within its call. */
  open({ resource, from, matches, stored, fault, onEvent }: WatchRequest, version: number): Watch {
    const oldest = this.#changes[0]?.version ?? version + 1
    let settle: { resolve: () => void; reject: (error: Error) => void }
    const done = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject }
    })
    let open = true
    let tail = Promise.resolve()
    const close = (error?: Error): void => {
      if (!open) return
      open = false
      this.#watchers.delete(watcher)
      if (error) settle.reject(error)
      else settle.resolve()
    }
    const deliver = (event: WatchEvent<ApiObject>): void => {
      const later = () => {
        if (open) onEvent(event)
      }
      if (this.#delay) tail = tail.then(this.#delay).then(later)
      else onEvent(event)
    }
    const watcher: Watcher = { resource, matches, known: new Set(), deliver, fail: close }
    if (fault) queueMicrotask(() => close(fault))
    else if (from < version && from + 1 < oldest)
      queueMicrotask(() => close(refusal(410, 'Expired', `too old resource version: ${from} (${oldest})`)))
    else {
      const missed = this.#changes.filter((change) => change.version > from)
      queueMicrotask(() => {
        if (!open) return
        for (const object of stored())
          if (Number(object.metadata?.resourceVersion) <= from && matches(object)) watcher.known.add(keyOf(object))
        this.#watchers.add(watcher)
        const now = this.#changes.filter((change) => change.version > from)
        for (const change of now.length > missed.length ? now : missed) tell(watcher, change)
      })
    }
    return { done, stop: () => close() }
  }
}
