import type { Status, StatusCause, StatusDetails } from '#api/meta/status.ts'
import type { Resource } from './resource.ts'

/** What of a resource an answer names. */
type Named = Pick<Resource, 'group' | 'plural' | 'kind'>

const qualified = (word: string, group: string): string => (group === '' ? word : `${word}.${group}`)

/** A refusal: Kubernetes' shape and key order. Programs branch on `reason` and `code`, people read `message`. */
export const failureStatus = (code: number, reason: string, message: string, details?: StatusDetails): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  ...(reason === '' ? {} : { reason }),
  ...(details === undefined ? {} : { details }),
  code,
})

/** The answer to what was done and has no object to show: a deletion, an eviction, a binding. */
export const successStatus = (code = 200, details?: StatusDetails): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  ...(details === undefined ? {} : { details }),
  code,
})

const detailsOf = ({ group }: Pick<Named, 'group'>, name: string, kind: string, uid?: string): StatusDetails => ({
  ...(name === '' ? {} : { name }),
  ...(group === '' ? {} : { group }),
  ...(kind === '' ? {} : { kind }),
  ...(uid === undefined ? {} : { uid }),
})

export const notFound = (resource: Named, name: string): Status =>
  failureStatus(
    404,
    'NotFound',
    `${qualified(resource.plural, resource.group)} "${name}" not found`,
    detailsOf(resource, name, resource.plural),
  )

/** A path that names no resource that is served. */
export const noSuchResource = (): Status =>
  failureStatus(404, 'NotFound', 'the server could not find the requested resource', {})

export const alreadyExists = (resource: Named, name: string, isBeingDeleted = false): Status =>
  failureStatus(
    409,
    'AlreadyExists',
    `${isBeingDeleted ? 'object is being deleted: ' : ''}${qualified(resource.plural, resource.group)} "${name}" already exists`,
    detailsOf(resource, name, resource.plural),
  )

/** What `conflict` says where a stale resourceVersion was sent. */
const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again'

export const conflict = (resource: Named, name: string, why = MODIFIED): Status =>
  failureStatus(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource.plural, resource.group)} "${name}": ${why}`,
    detailsOf(resource, name, resource.plural),
  )

/** A precondition of a deletion failed; Kubernetes names the kind here, without its group, and not the plural. */
export const preconditionFailed = (
  resource: Named,
  name: string,
  precondition: 'UID' | 'ResourceVersion',
  asked: string,
  held: string | undefined,
): Status =>
  failureStatus(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${resource.kind} "${name}": the ${precondition} in the precondition (${asked}) does not match the ${precondition} in record (${held}). The object might have been ${precondition === 'UID' ? 'deleted and then recreated' : 'modified'}`,
    detailsOf(resource, name, resource.kind),
  )

/**
 * `causes` hold reason, field, and the message without the field:
 * `Invalid value: 0: must be between 1 and 65535, inclusive`.
 */
export const invalid = (
  kind: Pick<Resource, 'group' | 'kind'>,
  name: string,
  causes: readonly StatusCause[],
): Status => {
  // Equal sentences are said once, each cause is listed.
  const lines = [...new Set(causes.map(({ field, message }) => (field ? `${field}: ${message}` : (message ?? ''))))]
  const list = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`
  return failureStatus(422, 'Invalid', `${qualified(kind.kind, kind.group)} "${name}" is invalid: ${list}`, {
    ...detailsOf(kind, name, kind.kind),
    causes,
  })
}

export const badRequest = (message: string): Status => failureStatus(400, 'BadRequest', message)

/** For now: what is asked for has nobody behind it, or cannot be reached. */
export const serviceUnavailable = (message: string): Status => failureStatus(503, 'ServiceUnavailable', message)

export const unauthorized = (): Status => failureStatus(401, 'Unauthorized', 'Unauthorized')

export const forbidden = (resource: Named, name: string, why: string): Status =>
  failureStatus(
    403,
    'Forbidden',
    `${qualified(resource.plural, resource.group)}${name === '' ? '' : ` "${name}"`} is forbidden: ${why}`,
    detailsOf(resource, name, resource.plural),
  )

export const methodNotAllowed = (): Status =>
  failureStatus(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})

export const verbNotSupported = ({ group, plural }: Pick<Resource, 'group' | 'plural'>, verb: string): Status => {
  const kind = group === '' ? plural : `${plural}.${group}`
  const message = `${verb} is not supported on resources of kind ${JSON.stringify(kind)}`
  return failureStatus(405, 'MethodNotAllowed', message, { group, kind: plural })
}

/** Nothing more of such objects is made: `why` says for what time. */
export const creationForbidden = (resource: Pick<Resource, 'group' | 'plural'>, why: string): Status =>
  failureStatus(405, 'MethodNotAllowed', why, { group: resource.group, kind: resource.plural })

/** `accepted`: the media types that the server writes. */
export const notAcceptable = (accepted: readonly string[]): Status =>
  failureStatus(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`)

/** `accepted`: the media types that the server reads. */
export const unsupportedMediaType = (accepted: readonly string[]): Status =>
  failureStatus(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  )

/** The events after a resourceVersion are gone, or a continue token is too old: list again, or go on with `token`. */
export const expired = (message: string, token?: string): Status => ({
  ...failureStatus(410, 'Expired', message),
  metadata: token ? { continue: token } : {},
})

export const tooLargeResourceVersion = (asked: number, current: number): Status =>
  failureStatus(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })

export const internalError = (message: string): Status =>
  failureStatus(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] })

/** What was to be kept finds no room on the disk. Kubernetes has no reason of its own for that. */
export const insufficientStorage = (message: string): Status => failureStatus(507, 'InsufficientStorage', message)

/** The server has no room at the moment; clients try again by themselves. */
export const tooManyRequests = (message: string): Status =>
  failureStatus(429, 'TooManyRequests', `${message}, please try again later`, { retryAfterSeconds: 1 })

export const timeout = (message: string): Status => failureStatus(408, 'Timeout', message)
