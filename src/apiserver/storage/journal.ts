import type { ApiObject, Resource } from '#api/resource.ts'
import type { Held } from './unread-object.ts'

/** One write as it is kept: the new state of an object, or its last one where it was deleted. */
export interface Change {
  /** It is the object's resourceVersion too; grows by at least one from each to the next. */
  readonly revision: number
  readonly resource: Pick<Resource, 'group' | 'plural'>
  /** `namespace/name` or `name`. */
  readonly key: string
  /** The revision of the state that it takes the place of; undefined where there was none. */
  readonly replaces: number | undefined
  readonly object: ApiObject
  readonly deleted: boolean
}

/** A change of an earlier life. */
export interface LoadedChange extends Omit<Change, 'object'> {
  readonly object: Held
}

export interface Loaded {
  /** Up to here changes are folded into states; what came later is there change by change, and watches may resume. */
  readonly compacted: number
  /** In the order of their revisions. */
  readonly changes: Iterable<LoadedChange>
}

/**
 * Where what has been accepted is kept. A batch is true as a whole or not at all, also where the process or the machine
 * ends at any moment: what load() gives ends with a whole batch.
 */
export interface Journal {
  /** It keeps what it is given on a disk, which takes its time: what has come together is given to it together. */
  readonly isSlow?: boolean
  /** Asked once, before the first append. */
  load(): Loaded
  /**
   * Resolves when the batch is where load() would find it, whatever happens then. Rejects with JournalError where it is
   * not and will not be: nothing of it has happened. One at a time.
   */
  append(batch: readonly Change[]): Promise<void>
}

/** What keeps a journal from taking a batch: a disk without room, or anything else. The message names file and way out. */
export class JournalError extends Error {
  readonly code: 'FULL' | 'FAILED'

  constructor(code: JournalError['code'], message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
    this.name = 'JournalError'
    this.code = code
  }
}

const names = new WeakMap<object, string>()

/** `group/plural`: one text for each that says so, since each write looks by it. */
export const resourceName = (resource: Change['resource']): string => {
  let name = names.get(resource)
  if (name === undefined) {
    name = `${resource.group}/${resource.plural}`
    names.set(resource, name)
  }
  return name
}
