import type { ApiError } from '#client/client.ts'
import {
  badRequest,
  expired,
  failure,
  insufficientStorage,
  internalError,
  tooLargeResourceVersion,
  tooManyRequests,
} from '../../errors.ts'
import { StorageError } from '../../storage/storage-error.ts'

/** What clients are told of a fault of storage. */
const refusalOf = (error: StorageError): ApiError => {
  switch (error.code) {
    case 'REVISION_INVALID':
      // Kubernetes has no reason for it, and no better code.
      return failure(500, '', error.message)
    case 'CONTINUE_INVALID':
      return badRequest(error.message)
    case 'REVISION_AHEAD':
      return tooLargeResourceVersion(error.asked, error.held)
    case 'REVISION_COMPACTED':
      return expired(error.message)
    case 'CONTINUE_COMPACTED':
      return expired(error.message, error.continue)
    case 'JOURNAL_FAILED':
      return internalError(error)
    case 'JOURNAL_FULL':
      return insufficientStorage(error.message)
    case 'JOURNAL_STALLED':
      return tooManyRequests(error.message)
  }
}

/** What `ask` gives; a StorageError that it throws becomes the ApiError that clients are told. */
export const asking = <T>(ask: () => T): T => {
  try {
    return ask()
  } catch (error) {
    throw told(error)
  }
}

/** As asking(), of what storage says later. */
export const awaiting = <T>(answer: Promise<T>): Promise<T> =>
  answer.catch((error: unknown) => {
    throw told(error)
  })

/** What clients are told of what storage has thrown. */
export const told = (error: unknown): unknown => (error instanceof StorageError ? refusalOf(error) : error)
