import type { Status } from '#api/meta/status.ts'
import * as status from '#api/status.ts'
import { ApiError } from '#client/client.ts'

/** A refusal to throw, of a status to send. */
const refusal =
  <A extends readonly unknown[]>(statusOf: (...args: A) => Status) =>
  (...args: A): ApiError =>
    new ApiError(statusOf(...args))

/**
 * Any refusal in Kubernetes' own form; the message is what people read, `reason` and `code` what programs branch on.
 */
export const failure = refusal(status.failureStatus)
export const notFound = refusal(status.notFound)
export const alreadyExists = refusal(status.alreadyExists)
export const conflict = refusal(status.conflict)
export const preconditionFailed = refusal(status.preconditionFailed)
export const badRequest = refusal(status.badRequest)
export const forbidden = refusal(status.forbidden)
export const invalid = refusal(status.invalid)
export const expired = refusal(status.expired)
export const tooLargeResourceVersion = refusal(status.tooLargeResourceVersion)
export const noSuchResource = refusal(status.noSuchResource)
export const methodNotAllowed = refusal(status.methodNotAllowed)
export const verbNotSupported = refusal(status.verbNotSupported)
export const creationForbidden = refusal(status.creationForbidden)
export const unsupportedMediaType = refusal(status.unsupportedMediaType)
export const notAcceptable = refusal(status.notAcceptable)
export const serviceUnavailable = refusal(status.serviceUnavailable)
export const insufficientStorage = refusal(status.insufficientStorage)
export const unauthorized = refusal(status.unauthorized)
export const tooManyRequests = refusal(status.tooManyRequests)
export const timeout = refusal(status.timeout)

/** What nobody foresaw, as a 500; onError gets the error itself. */
export const internalError = (error: unknown): ApiError =>
  new ApiError(status.internalError(error instanceof Error ? error.message : String(error)))

/**
 * A path that leads nowhere at all; upstream's router answers it with plain text, which clients know as "no such
 * group".
 */
export class PathNotFound extends Error {
  readonly code = 404
}
