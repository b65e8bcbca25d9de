import type { IncomingMessage } from 'node:http'
import { Status } from '#api/meta/status.ts'
import { ReadCache, readProtobuf, unwrapUnknown } from '#schema/protobuf.ts'
import { ApiError } from '../client.ts'
import { retryAfterOf } from './retry-after.ts'
import type { Transport } from './transport.ts'

export const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf'

export const isProtobuf = (contentType: string): boolean => contentType.startsWith(PROTOBUF_TYPE)

/** What a server answered that refused: its Status, or its words where it sends none. */
export const refusalOf = (transport: Transport, response: IncomingMessage, body: Buffer): ApiError => {
  const code = response.statusCode ?? 0
  const contentType = response.headers['content-type'] ?? ''
  const retryAfter = retryAfterOf(code, response.headers['retry-after'])
  const status = isProtobuf(contentType) ? protobufStatus(body) : jsonStatus(body)
  if (status !== undefined) return new ApiError(status, retryAfter)
  const text = isProtobuf(contentType) ? '' : body.toString()
  const message = text.trim().slice(0, 500) || `${transport.target} answered ${code}`
  const made = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message }
  return new ApiError(made as unknown as ApiError['status'], retryAfter)
}

const jsonStatus = (body: Buffer): ApiError['status'] | undefined => {
  try {
    const value = JSON.parse(body.toString()) as (ApiError['status'] & { readonly kind?: string }) | null
    return value?.kind === 'Status' ? value : undefined
  } catch {
    return undefined
  }
}

const protobufStatus = (body: Uint8Array): ApiError['status'] | undefined => {
  try {
    const { kind, raw } = unwrapUnknown(body)
    return kind === 'Status' ? readProtobuf(Status, raw, new ReadCache()) : undefined
  } catch {
    return undefined
  }
}
