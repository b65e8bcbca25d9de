import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { Status } from '#api/meta/status.ts'
import type { ApiObject } from '#api/resource.ts'
import { objectJson } from './encode.ts'

/** How long a client has to read such an answer, milliseconds. */
const LINGER = 2000

/**
 * Answers with a Status, by hand, on a connection that has no ServerResponse (one that asked for an upgrade, one whose
 * request could not be read), and closes it.
 */
export const answerRaw = (socket: Duplex, status: Status): void => {
  const code = status.code ?? 500
  const body = Buffer.from(objectJson(status as Status & ApiObject, Status))
  const head =
    `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n`
  socket.end(Buffer.concat([Buffer.from(head), body]))
  const timer = setTimeout(() => socket.destroy(), LINGER).unref()
  socket.once('close', () => clearTimeout(timer))
}
