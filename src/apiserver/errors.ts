import type { Status, StatusCause, StatusDetails } from '#api/meta-v1.ts'
import type { Resource } from '#api/resource.ts'
import { ApiError } from '#client/client.ts'

/** A refusal in Kubernetes' own form; the message is what people read, `reason` and `code` what programs branch on. */
export const failure = (code: number, reason: string, message: string, details?: StatusDetails): ApiError => {
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason ? { reason } : {}),
    ...(details ? { details } : {}),
    code,
  } as unknown as Status
  return new ApiError(status)
}

type Named = Pick<Resource, 'group' | 'plural' | 'kind'>

const detailsOf = (resource: Named, name: string, kind: string): StatusDetails => ({
  ...(name ? { name } : {}),
  ...(resource.group ? { group: resource.group } : {}),
  kind,
})

const qualified = (resource: Named): string =>
  resource.group ? `${resource.plural}.${resource.group}` : resource.plural

export const notFound = (resource: Named, name: string): ApiError =>
  failure(404, 'NotFound', `${qualified(resource)} "${name}" not found`, detailsOf(resource, name, resource.plural))

export const alreadyExists = (resource: Named, name: string): ApiError =>
  failure(
    409,
    'AlreadyExists',
    `${qualified(resource)} "${name}" already exists`,
    detailsOf(resource, name, resource.plural),
  )

export const conflict = (resource: Named, name: string, message: string, kind = resource.plural): ApiError =>
  failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${kind === resource.plural ? qualified(resource) : kind} "${name}": ${message}`,
    detailsOf(resource, name, kind),
  )

export const badRequest = (message: string): ApiError => failure(400, 'BadRequest', message)

export const forbidden = (resource: Named, name: string, message: string): ApiError =>
  failure(
    403,
    'Forbidden',
    `${qualified(resource)}${name ? ` "${name}"` : ''} is forbidden: ${message}`,
    detailsOf(resource, name, resource.plural),
  )

export const invalid = (resource: Named, name: string, causes: readonly StatusCause[]): ApiError => {
  // Equal sentences are said once, each cause is listed.
  const lines = [...new Set(causes.map((cause) => `${cause.field}: ${cause.message}`))]
  const message = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`
  return failure(
    422,
    'Invalid',
    `${resource.group ? `${resource.kind}.${resource.group}` : resource.kind} "${name}" is invalid: ${message}`,
    {
      ...detailsOf(resource, name, resource.kind),
      causes,
    },
  )
}

export const expired = (message: string): ApiError => failure(410, 'Expired', message)

export const tooLargeResourceVersion = (asked: number, current: number): ApiError =>
  failure(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })

/** A path that leads nowhere at all; upstream's router answers it with plain text, which clients know as "no such group". */
export class PathNotFound extends Error {
  readonly code = 404
}

/** A path that names no resource of ours. */
export const noSuchResource = (): ApiError =>
  failure(404, 'NotFound', 'the server could not find the requested resource', {})

export const methodNotAllowed = (): ApiError =>
  failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})

export const unsupportedMediaType = (message: string): ApiError => failure(415, 'UnsupportedMediaType', message)

export const unauthorized = (): ApiError => failure(401, 'Unauthorized', 'Unauthorized')

export const internalError = (error: unknown): ApiError =>
  failure(500, 'InternalError', `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`)
