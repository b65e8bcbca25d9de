import type { Status } from '#api/meta/status.ts'
import type { ApiObject, Resource } from '#api/resource.ts'

export interface ListOptions {
  /** Absent or '' means all namespaces. */
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan'
  /** So many in one answer, which then says how to continue; those of a remote server alone keep to it. */
  readonly limit?: number
  /** Where the answer before ended. */
  readonly continue?: string
}

export interface WatchOptions extends ListOptions {
  readonly resourceVersion: string
  /** What there is comes first, as ADDED, and then a bookmark that `endsInitialEvents` (KEP-3157). */
  readonly sendInitialEvents?: boolean
  /** The server ends it then. */
  readonly timeoutSeconds?: number
}

export interface List<T> {
  readonly items: readonly T[]
  readonly resourceVersion: string
  /** There are more. */
  readonly continue?: string
}

export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly endsInitialEvents?: boolean }

export interface Watch {
  /** Ends the watch; `done` then resolves. */
  stop(): void
  /**
   * Resolves when the server or `stop` ended the stream; rejects with an ApiError (410 Gone: list again) or a transport
   * error.
   */
  readonly done: Promise<void>
}

export type PatchType = 'json' | 'merge' | 'strategic'

export interface WriteOptions {
  readonly namespace?: string
  readonly subresource?: 'status' | 'approval' | 'scale' | 'binding' | 'eviction' | 'token' | 'finalize'
  readonly dryRun?: boolean
  /** Who is told to own what is written; absent: the client itself. */
  readonly fieldManager?: string
}

export interface DeleteOptions {
  readonly namespace?: string
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground'
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}

/**
 * A Kubernetes API, whatever lies between: the control plane's own storage, a Unix socket, HTTPS. Objects that come out
 * are shared and must not be changed. Every call rejects with an ApiError where the server refused.
 */
export interface Client {
  /** The server is on another machine, and is to be treated as one that many ask. Absent: it is our own, on this one. */
  readonly remote?: { readonly watchList: boolean }
  get<T extends ApiObject>(resource: Resource<T>, name: string, options?: { readonly namespace?: string }): Promise<T>
  list<T extends ApiObject>(resource: Resource<T>, options?: ListOptions): Promise<List<T>>
  /** Calls `onEvent` in order, never after `done` has settled. `resourceVersion` is where the list before it ended. */
  watch<T extends ApiObject>(
    resource: Resource<T>,
    options: WatchOptions,
    onEvent: (event: WatchEvent<T>) => void,
  ): Watch
  create<T extends ApiObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>
  /** Replaces; fails with 409 where `metadata.resourceVersion` is set and stale. */
  update<T extends ApiObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>
  patch<T extends ApiObject>(
    resource: Resource<T>,
    name: string,
    type: PatchType,
    body: unknown,
    options?: WriteOptions,
  ): Promise<T>
  delete<T extends ApiObject>(resource: Resource<T>, name: string, options?: DeleteOptions): Promise<void>
  close(): void
}

/** The server said no, in Kubernetes' own form. Branch on `status.reason` or `status.code`, never on the message. */
export class ApiError extends Error {
  readonly status: Status
  /** For so many milliseconds the server asks to be left alone; undefined: it does not. */
  readonly retryAfter: number | undefined
  constructor(status: Status, retryAfter?: number) {
    super(status.message ?? status.reason ?? 'the API server refused')
    this.name = 'ApiError'
    this.status = status
    this.retryAfter = retryAfter
  }
}

/** 404: no such object, or no such resource. */
export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.status.code === 404
/** The object has changed since it was read, or a precondition does not hold. */
export const isConflict = (error: unknown): boolean => error instanceof ApiError && error.status.reason === 'Conflict'
/** It may not be so: of a patch that names an uid, also that the object is not the one that was meant. */
export const isInvalid = (error: unknown): boolean => error instanceof ApiError && error.status.reason === 'Invalid'
/** An object of that name is there. */
export const isAlreadyExists = (error: unknown): boolean =>
  error instanceof ApiError && error.status.reason === 'AlreadyExists'
/** 410: the history asked for is no longer kept. List again. */
export const isGone = (error: unknown): boolean => error instanceof ApiError && error.status.code === 410
