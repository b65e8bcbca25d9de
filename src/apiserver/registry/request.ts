import type { ApiObject } from '#api/resource.ts'
import type { Caller } from '../access/caller.ts'
import type { ReviewedKind } from '../webhooks/attributes.ts'
import type { DeleteRequest } from './deletion.ts'
import type { Remarks } from './remarks.ts'

export interface WriteRequest {
  readonly caller: Caller
  readonly namespace?: string
  readonly dryRun?: boolean
  readonly subresource?: string
  /** Who is told to own what it writes; '' and absent: `unknown`. */
  readonly manager?: string
  /** Throws where the caller may not create, for a write that makes what is not there. */
  readonly mayCreate?: () => void
  /** Nobody comes to own anything by it, or the new state itself says who does. */
  readonly keepsOwners?: boolean
  /** Where it is said what of a write is remarkable; absent: nowhere. */
  readonly remarks?: Remarks
  /** Options of the request as it came, for others who have a say in it. */
  readonly sent?: { readonly fieldManager?: string; readonly fieldValidation?: string }
  /** Tells when who asked has gone. */
  readonly gone?: () => AbortSignal
  /** Whoever has a say in it has been asked already. */
  readonly isHeard?: boolean
  /** It is one of many that are deleted together. */
  readonly isOfMany?: boolean
  /** A part of the object, in whose form others are told of the write. */
  readonly part?: PartView
}

/** A part of an object with a kind of its own, which is made of the object: its scale. */
interface PartView {
  readonly kind: ReviewedKind
  readonly subresource: string
  show(object: ApiObject): ApiObject
  /** The object with what has become of its part. */
  take(object: ApiObject, part: ApiObject): ApiObject
}

/** As WatchRequest of storage, with the revision as clients write it. */
export interface WatchOptions {
  readonly resourceVersion?: string
  readonly sendInitialEvents?: boolean
  readonly marked?: boolean
}

export interface Written {
  readonly object: ApiObject
  readonly created: boolean
}

export interface Deleted {
  readonly object: ApiObject
  /** False where finalizers, a grace period or the namespace's contents still hold it. */
  readonly gone: boolean
}

export interface DeletionRequest extends WriteRequest {
  readonly options?: DeleteRequest
}
