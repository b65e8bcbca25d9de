import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Status } from '#api/meta/status.ts'
import { failureStatus } from '#api/status.ts'
import { badRequest, failure } from '../../errors.ts'
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

/** The request of a connection that is not answered yet. */
export interface Pending {
  readonly request: Pick<IncomingMessage, 'complete'>
  readonly response: Pick<ServerResponse, 'headersSent'>
}

/**
 * Answers what could not be read as a request, or as the body of the one that is `pending` on that connection, with a
 * Status. Where an answer to something else is on its way there is no place for another, and the connection is closed.
 */
export const clientError = (pending: (socket: Duplex) => Pending | undefined) => {
  const answered = new WeakSet<Duplex>()
  return (error: Error & { readonly code?: string }, socket: Duplex): void => {
    // What comes after is no request either, and is told again.
    if (answered.has(socket)) return
    answered.add(socket)
    const { request, response } = pending(socket) ?? {}
    const hasPlace = !request || !(request.complete || response!.headersSent)
    if (error.code === 'ECONNRESET' || !socket.writable || !hasPlace) socket.destroy()
    else answerRaw(socket, statusOf(error.code))
  }
}

/** What a Host header may hold, as in Go's server. */
const HOST = /^[\w!$%&'()*+,\-.:;=@[\]~]*$/

/** Refuses what HTTP itself does not allow, whatever is asked for. Throws ApiError 400, 417 and 505. */
export const checkHttp = ({ headers, rawHeaders, httpVersion }: IncomingMessage): void => {
  if (httpVersion === '0.9') throw badRequest('the request line names no version of HTTP')
  if (!httpVersion.startsWith('1.'))
    throw failure(505, 'HTTPVersionNotSupported', `HTTP/${httpVersion} is not spoken here: only HTTP/1.1 is`)
  const { host, expect } = headers
  if (host === undefined && httpVersion === '1.1')
    throw badRequest('the request has no Host header, which HTTP/1.1 requires')
  if (rawHeaders.filter(isHost).length > 1) throw badRequest('the request has more than one Host header')
  if (host !== undefined && !HOST.test(host)) throw badRequest('the Host header names no host')
  if (expect !== undefined && expect.toLowerCase() !== '100-continue')
    throw failure(417, 'ExpectationFailed', `Expect: ${expect} is not understood: only 100-continue is`)
}

/** Names stand at even places, each in front of its value. */
const isHost = (text: string, at: number): boolean => at % 2 === 0 && text.length === 4 && text.toLowerCase() === 'host'
