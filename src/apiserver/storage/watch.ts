import type { ApiObject } from '#api/resource.ts'
import { tooOldResourceVersion } from '../errors.ts'
import type { Change, Collection } from './collection.ts'
import type { Selection } from './list.ts'
import { withRevision } from './object-key.ts'

/** `initial` marks the bookmark that ends the initial events of a streaming list. */
export type StoredEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: ApiObject }
  | { readonly type: 'BOOKMARK'; readonly revision: number; readonly initial: boolean }

export interface WatchRequest {
  /** Where to resume; undefined or 0: from now, after ADDED for everything that is there. */
  readonly revision?: number
  /** Streaming list: ADDED for everything, then a marked bookmark. False: no initial events even without a revision. */
  readonly sendInitialEvents?: boolean
}

/** One `DELETED` object for all watchers whose selector an object has left, so that it is encoded once. */
const departed = new WeakMap<Change, ApiObject>()

const departedObject = (change: Change): ApiObject => {
  let object = departed.get(change)
  if (!object) {
    object = withRevision(change.previous!, change.revision)
    departed.set(change, object)
  }
  return object
}

/** What a change means to a watcher of this selection: entering it is ADDED, leaving it DELETED, neither is nothing. */
export const eventFor = (change: Change, selection: Selection): StoredEvent | undefined => {
  if (selection.namespace && change.object.metadata?.namespace !== selection.namespace) return undefined
  const { matches } = selection
  const was = change.previous !== undefined && (!matches || matches(change.previous))
  if (change.deleted) return was ? { type: 'DELETED', object: change.object } : undefined
  const is = !matches || matches(change.object)
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: change.object }
  return was ? { type: 'DELETED', object: departedObject(change) } : undefined
}

/**
 * Opens a watch. Events come in batches, in order, never inside the call that committed them, so that a write costs its
 * watchers one push each. Throws 410 where the revision is too old to resume from (or was given out by another server's
 * run).
 */
export const openWatch = (
  collection: Collection,
  selection: Selection,
  request: WatchRequest,
  onEvents: (events: readonly StoredEvent[]) => void,
): (() => void) => {
  let queue: StoredEvent[] = []
  let scheduled = false
  let open = true
  const flush = (): void => {
    scheduled = false
    if (!open || queue.length === 0) return
    const batch = queue
    queue = []
    onEvents(batch)
  }
  const push = (event: StoredEvent): void => {
    queue.push(event)
    if (scheduled) return
    scheduled = true
    setImmediate(flush)
  }
  const fromNow = !request.revision || request.sendInitialEvents === true
  if (fromNow) {
    if (request.sendInitialEvents !== false) {
      const prefix = selection.namespace ? `${selection.namespace}/` : ''
      for (const key of collection.keys()) {
        if (!key.startsWith(prefix)) continue
        const object = collection.get(key)!
        if (!selection.matches || selection.matches(object)) push({ type: 'ADDED', object })
      }
    }
    if (request.sendInitialEvents) push({ type: 'BOOKMARK', revision: collection.revision, initial: true })
  } else {
    const missed = collection.since(request.revision)
    if (!missed) throw tooOldResourceVersion(request.revision, collection.trimmedRevision + 1)
    for (const change of missed) {
      const event = eventFor(change, selection)
      if (event) push(event)
    }
  }
  const stop = collection.listen((change) => {
    const event = eventFor(change, selection)
    if (event) push(event)
  })
  return () => {
    open = false
    stop()
  }
}
