import type { ApiObject, Resource } from '#api/resource.ts'

/** What was taken beside storage (an address, a port) is given back where a transaction comes to nothing. */
export interface Undoable {
  /** Nothing of it is kept: it tells what would happen. */
  readonly dryRun: boolean
  /** Run where it comes to nothing (a throw, a dry run, a journal that refuses), the last first. */
  onRollback(action: () => void): void
  /** Run when it lasts. */
  onCommit(action: () => void): void
}

/** Reads, a decision and writes that are true together or not at all. Nothing else comes between. */
export interface Transaction extends Undoable {
  /** The latest state, also of what is not yet where it lasts; keys are `namespace/name` or `name`. */
  get(resource: Pick<Resource, 'group' | 'plural'>, key: string): ApiObject | undefined
  /** Writes a new state under a fresh revision, and returns it. */
  put(resource: Pick<Resource, 'group' | 'plural'>, key: string, object: ApiObject): ApiObject
  /** Takes an object away. `last` is its last state where the deletion itself changes it; returned with the deletion's revision. */
  delete(resource: Pick<Resource, 'group' | 'plural'>, key: string, last: ApiObject): ApiObject
}
