import type { ApiObject } from '#api/resource.ts'
import { type FieldError, fieldCauses } from '#api/validation/field-error.ts'
import { invalid as invalidObject } from '../../errors.ts'
import type { WriteRequest } from '../../registry/request.ts'
import type { Caller } from '../caller.ts'

/** A kind that is created to ask a question: answered in the same response, never stored. */
export interface Review {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly namespaced: boolean
  /** The answer, which is the question with a status. Throws ApiError for what is no question. */
  answer(body: ApiObject, caller: Caller, namespace: string, request: WriteRequest): ApiObject | Promise<ApiObject>
}

/** What a review asks. */
export const specOf = <T>(body: ApiObject): T => ((body as { spec?: T }).spec ?? {}) as T

/** The question with its answer. */
export const withStatus = (body: ApiObject, status: object): ApiObject =>
  ({ ...body, metadata: body.metadata ?? {}, status }) as ApiObject

/** Throws ApiError 422 where a question is wrong. */
export const refuseWrong = ({ group, kind }: Pick<Review, 'group' | 'kind'>, errors: readonly FieldError[]): void => {
  if (errors.length > 0) throw invalidObject({ group, kind }, '', fieldCauses(errors))
}
