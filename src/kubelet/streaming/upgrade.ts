import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

/** A request that wants another protocol: what node:http's `upgrade` event gives. */
export interface UpgradeRequest {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}

/** True where the client speaks SPDY/3.1 directly. */
export function wantsSpdy(request: IncomingMessage): boolean {
  return (request.headers.upgrade ?? '').toLowerCase() === 'spdy/3.1'
}

export function wantsWebSocket(request: IncomingMessage): boolean {
  return (request.headers.upgrade ?? '').toLowerCase() === 'websocket'
}

/** The names in a header that may be given more than once or as a list. */
export function listHeader(request: IncomingMessage, name: string): readonly string[] {
  const value = request.headers[name]
  return (Array.isArray(value) ? value.join(',') : (value ?? ''))
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
}

/** Answers 101 and leaves the socket to the new protocol. */
export function acceptSpdy({ socket }: UpgradeRequest, protocol: string): void {
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  )
}

interface StatusObject {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly metadata: Record<string, never>
  readonly status: 'Failure'
  readonly message: string
  readonly reason: string
  readonly code: number
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest', 403: 'Forbidden', 404: 'NotFound', 405: 'MethodNotAllowed', 409: 'Conflict', 500: 'InternalError', 503: 'ServiceUnavailable',
} // biome-ignore format: a table

/** A refusal as Kubernetes’ Status; `code` is the HTTP status. */
export function statusObject(code: number, message: string): StatusObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: REASONS[code] ?? 'Unknown',
    code,
  }
}

/** Refuses an upgrade by an ordinary answer. */
export function refuseUpgrade({ socket }: UpgradeRequest, status: { readonly code?: number }): void {
  const body = Buffer.from(`${JSON.stringify(status)}\n`)
  const code = status.code ?? 500
  socket.end(
    Buffer.concat([
      Buffer.from(
        `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? 'Error'}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`,
      ),
      body,
    ]),
  )
}
