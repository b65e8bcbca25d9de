import type { Status } from '#api/meta/status.ts'
import type { ApiObject, Resource } from '#api/resource.ts'

export interface ListOptions {
  /** Absent or '' means all namespaces. */
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly resourceVersion?: string
}

export interface List<T> {
  readonly items: readonly T[]
  readonly resourceVersion: string
}

export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }

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
  get<T extends ApiObject>(resource: Resource<T>, name: string, options?: { readonly namespace?: string }): Promise<T>
  list<T extends ApiObject>(resource: Resource<T>, options?: ListOptions): Promise<List<T>>
  /** Calls `onEvent` in order, never after `done` has settled. `resourceVersion` is where the list before it ended. */
  watch<T extends ApiObject>(
    resource: Resource<T>,
    options: ListOptions & { readonly resourceVersion: string },
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
  constructor(status: Status) {
    super(status.message ?? status.reason ?? 'the API server refused')
    this.name = 'ApiError'
    this.status = status
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
