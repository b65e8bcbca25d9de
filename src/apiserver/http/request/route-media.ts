import type { IncomingMessage } from 'node:http'
import { failure } from '../../errors.ts'

/** What objects are written in, in the order in which clients are told. */
export const MEDIA_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']
/** What a watch is written in. */
export const STREAM_TYPES = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch']

const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]

/** The media types of a header, without their parameters. */
const typesOf = (header: string): readonly string[] => header.split(',').map((part) => part.split(';')[0]!.trim())

const unsupported = (message: string) => failure(415, 'UnsupportedMediaType', message, {})

/** Throws ApiError 415 for a PATCH in a form that nothing here reads. */
export const checkPatchType = ({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): void => {
  if (method !== 'PATCH') return
  if (typesOf(headers['content-type'] ?? '').some((type) => PATCH_TYPES.includes(type))) return
  if (Number(headers['content-length'] ?? 0) > 0) throw unsupported('415: Unsupported Media Type')
  throw unsupported('415: Unsupported Media Type\n\nAvailable representations: ')
}

/**
 * Throws ApiError 406 where a client accepts nothing of what this path is answered in; 415 where it sends nothing
 * either, as Kubernetes does. Here `application/*` is no pattern.
 */
export const checkAccept = (
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  produces: readonly string[],
): void => {
  const accepted = typesOf(headers.accept || '*/*')
  if (accepted.includes('*/*') || produces.includes('*/*')) return
  if (accepted.some((type) => produces.includes(type))) return
  const available = `Available representations: ${produces.join(', ')}`
  const sendsNothing = Number(headers['content-length'] ?? 0) === 0
  if (sendsNothing && (method === 'POST' || method === 'PUT' || method === 'PATCH'))
    throw unsupported(`415: Unsupported Media Type\n\n${available}`)
  throw failure(406, 'NotAcceptable', `406: Not Acceptable\n\n${available}`, {})
}
