import type { ApiError } from '#client/client.ts'
import { badRequest, expired, tooLargeResourceVersion } from '../errors.ts'
import { StorageError } from '../storage/storage-error.ts'

/** What clients are told of a fault of storage. */
const refusalOf = (error: StorageError): ApiError => {
  switch (error.code) {
    case 'REVISION_INVALID':
    case 'CONTINUE_INVALID':
      return badRequest(error.message)
    case 'REVISION_AHEAD':
      return tooLargeResourceVersion(error.asked, error.held)
    case 'REVISION_COMPACTED':
    case 'CONTINUE_COMPACTED':
      return expired(error.message)
  }
}

/** What `ask` gives; a StorageError that it throws becomes the ApiError that clients are told. */
export const asking = <T>(ask: () => T): T => {
  try {
    return ask()
  } catch (error) {
    throw error instanceof StorageError ? refusalOf(error) : error
  }
}
