import type { ApiObject } from '#api/resource.ts'
import type { Attributes } from '../../webhooks/attributes.ts'
import type { Remarks } from '../remarks.ts'

/** Who asked, while others are asked about it. */
export interface Asking {
  readonly remarks: Remarks
  /** Who asked has gone. */
  readonly signal?: AbortSignal
}

/** What is to be asked of others, who take their time. Rejects with the ApiError that refuses the request. */
export type Question<T> = (asking: Asking) => Promise<T>

/** What a first round has made of an object. */
export interface Mutation {
  /** Absent: of a deletion. */
  readonly object?: ApiObject
  /** The second round, over what the server's own rules make of the object; undefined: it is not needed. */
  readonly again?: (attributes: Attributes) => Question<ApiObject>
}

/** Others who have a say in writes, and are not asked within a transaction: nothing in one awaits. */
export interface Hooks {
  /** True: nobody has a say in anything. */
  readonly isEmpty: boolean
  /** Undefined: nobody has a say in this. */
  mutating(attributes: Attributes): Question<Mutation> | undefined
  validating(attributes: Attributes): Question<void> | undefined
}
