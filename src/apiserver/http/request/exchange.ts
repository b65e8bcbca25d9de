import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller } from '../../access/caller.ts'
import type { AuditTrail } from '../../audit/audit-trail.ts'
import type { RequestInfo } from './request-info.ts'

/** One request on its way through the stages. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly query: URLSearchParams
  readonly info: RequestInfo
  readonly caller: Caller
  /** Sent as Warning headers, which kubectl prints. */
  readonly warnings: string[]
  /** What the audit log is to know of it, where there is one. */
  readonly audit?: AuditTrail
  /** For what goes wrong once the answer has begun, and is no refusal: the log hears of it. */
  readonly report: (error: unknown) => void
}

/** A stage answers the request and returns true, passes it on with false, or refuses it by throwing an ApiError. */
export type Stage = (exchange: Exchange) => boolean | Promise<boolean>

/** Of the Content-Type, in lower case, without parameters; empty where there is none. */
export const mediaType = (request: IncomingMessage): string =>
  (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
