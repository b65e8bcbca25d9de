import type { Duplex } from 'node:stream'
import type { Status } from '#api/meta-v1.ts'
import { failureStatus } from '#api/status.ts'
import { answerRaw } from './raw-answer.ts'

/** Octets of a request's line and headers together, as in Go's server. */
export const HEADER_LIMIT = 1 << 20

const statusOf = (code: string | undefined): Status => {
  if (code === 'HPE_HEADER_OVERFLOW') {
    const text = `the request's line and headers are longer than ${HEADER_LIMIT} octets`
    return failureStatus(431, 'RequestHeaderFieldsTooLarge', text)
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return failureStatus(408, 'Timeout', 'the request was not complete in time')
  return failureStatus(400, 'BadRequest', `the request is not valid HTTP/1.1${code ? `: ${code}` : ''}`)
}

/**
 * Answers what could not be read as a request, with a Status. `busy` says whether an answer is on its way on that
 * connection: then there is no place for another, and it is closed.
 */
export const clientError = (busy: (socket: Duplex) => boolean) => {
  const answered = new WeakSet<Duplex>()
  return (error: Error & { readonly code?: string }, socket: Duplex): void => {
    // What comes after is no request either, and is told again.
    if (answered.has(socket)) return
    answered.add(socket)
    if (error.code === 'ECONNRESET' || !socket.writable || busy(socket)) socket.destroy()
    else answerRaw(socket, statusOf(error.code))
  }
}
