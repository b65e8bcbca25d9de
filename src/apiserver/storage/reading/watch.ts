import type { ApiObject } from '#api/resource.ts'
import type { SeenChange } from '../change-window.ts'
import type { Collection } from '../collection.ts'
import { StorageError } from '../storage-error.ts'
import { withRevision } from '../with-revision.ts'
import { checkReached, type Selection } from './list.ts'
import { inTurn } from './turns.ts'

/** `initial` marks the bookmark that ends the initial events of a streaming list. */
export type StoredEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: ApiObject }
  | { readonly type: 'BOOKMARK'; readonly revision: number; readonly initial: boolean }

export interface WatchRequest {
  /** Where to resume; undefined or 0: from now, after ADDED for everything that is there. */
  readonly revision?: number
  /** ADDED for everything that is there at the least since that revision. False: no initial events without one either. */
  readonly sendInitialEvents?: boolean
  /** A marked bookmark ends the initial events: a streaming list. */
  readonly marked?: boolean
}

/** A place in a collection's changes. It keeps nothing of what it has still to read. */
export interface Watch {
  /**
   * The next event, in order; undefined where there is none yet. Throws REVISION_COMPACTED where the next change is
   * forgotten already: whoever reads so slowly lists again.
   */
  next(): StoredEvent | undefined
  /** Whether `next` can only throw. */
  readonly isBehind: boolean
  /** Whether what comes next is there and cannot be told of yet. */
  readonly isWaiting?: boolean
  /** Whether `next` has answered with all there will ever be. */
  readonly isOver: boolean
  close(): void
}

const tooOld = (asked: number, { trimmedRevision }: Collection): StorageError => {
  const held = trimmedRevision + 1
  return new StorageError('REVISION_COMPACTED', `too old resource version: ${asked} (${held})`, { asked, held })
}

/** One `DELETED` object for all watchers whose selector an object has left, so that it is encoded once. */
const departed = new WeakMap<SeenChange, ApiObject>()

const departedObject = (change: SeenChange): ApiObject => {
  let object = departed.get(change)
  if (!object) {
    object = withRevision(change.previous!, change.revision)
    departed.set(change, object)
  }
  return object
}

/** What a change means to a watcher of this selection: entering it is ADDED, leaving it DELETED, neither is nothing. */
const eventFor = (change: SeenChange, selection: Selection): StoredEvent | undefined => {
  if (selection.namespace && change.object.metadata?.namespace !== selection.namespace) return undefined
  const { matches } = selection
  const was = change.previous !== undefined && (!matches || matches(change.previous))
  if (change.deleted) return was ? { type: 'DELETED', object: change.object } : undefined
  const is = !matches || matches(change.object)
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: change.object }
  return was ? { type: 'DELETED', object: departedObject(change) } : undefined
}

/** ADDED for what is there now, then, where that was asked for, the bookmark that ends it. */
const initialEvents = (
  collection: Collection,
  { namespace, matches }: Selection,
  marked: boolean,
): (() => StoredEvent | undefined) => {
  const { revision } = collection
  const prefix = namespace ? `${namespace}/` : ''
  // All at once: what changes while they are read comes as a change.
  const objects = collection.keys().flatMap((key) => (key.startsWith(prefix) ? [collection.get(key)!] : []))
  let at = 0
  let isMarked = !marked
  return () => {
    while (at < objects.length) {
      const object = objects[at]!
      // Where it throws, the same is asked again.
      const isChosen = !matches || matches(object)
      at++
      if (isChosen) return { type: 'ADDED', object }
    }
    if (isMarked) return undefined
    isMarked = true
    return { type: 'BOOKMARK', revision, initial: true }
  }
}

/** There may be a thousand of them: what they share is in the class, and not made for each. */
class OpenWatch implements Watch {
  readonly #collection: Collection
  readonly #selection: Selection
  readonly #onReady: () => void
  /** What is of this revision or before it is known to the client. */
  readonly #resumed: number
  readonly #stop: () => void
  #initial: (() => StoredEvent | undefined) | undefined
  #number: number
  #seen: number
  #noted = false
  #open = true

  constructor(
    collection: Collection,
    selection: Selection,
    { revision = 0, sendInitialEvents = revision === 0, marked = false }: WatchRequest,
    onReady: () => void,
  ) {
    if (sendInitialEvents) checkReached(revision, collection.revision)
    const { window } = collection
    const resumed = sendInitialEvents || revision === 0 ? collection.revision : revision
    const from = resumed >= collection.revision ? window.end : collection.numberAfter(resumed)
    if (from === undefined) throw tooOld(resumed, collection)
    this.#collection = collection
    this.#selection = selection
    this.#onReady = onReady
    this.#resumed = resumed
    this.#seen = resumed
    this.#number = from
    if (sendInitialEvents) this.#initial = initialEvents(collection, selection, marked)
    const tell = (): void => {
      this.#noted = false
      if (this.#open) this.#onReady()
    }
    const note = (): void => {
      if (this.#noted) return
      this.#noted = true
      inTurn(tell)
    }
    this.#stop = collection.listen(note)
    if (this.#initial || this.#number < window.end) note()
  }

  next(): StoredEvent | undefined {
    if (this.#initial) {
      const event = this.#initial()
      if (event) return event
      this.#initial = undefined
    }
    const { window } = this.#collection
    while (this.#number < window.end) {
      const change = window.at(this.#number)
      if (!change) throw tooOld(this.#seen, this.#collection)
      const event = change.revision <= this.#resumed ? undefined : eventFor(change, this.#selection)
      this.#number++
      this.#seen = Math.max(this.#seen, change.revision)
      if (event) return event
    }
    return undefined
  }

  get isBehind(): boolean {
    return this.#number < this.#collection.window.begin
  }

  get isOver(): boolean {
    return this.#collection.isClosed && !this.#initial && this.#number >= this.#collection.window.end
  }

  close(): void {
    this.#open = false
    this.#initial = undefined
    this.#stop()
  }
}

/**
 * Opens a watch. `onReady` is called when there is something to read, in its turn (`inTurn()`) and never inside the
 * call that committed it: once for all that was written meanwhile. A revision that is still to come is waited for.
 * Throws REVISION_COMPACTED where it is too old to resume from, REVISION_AHEAD where a streaming list is of one to come.
 */
export const openWatch = (
  collection: Collection,
  selection: Selection,
  request: WatchRequest,
  onReady: () => void,
): Watch => new OpenWatch(collection, selection, request, onReady)
