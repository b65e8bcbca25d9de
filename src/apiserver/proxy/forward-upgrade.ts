import type { IncomingMessage } from 'node:http'
import { type Duplex, pipeline } from 'node:stream'
import type { ApiError } from '#client/client.ts'
import type { Destination } from './destination.ts'
import { openRequest, type ProxiedRequest } from './forward.ts'
import { answerHeaders, type RawHeaders } from './proxied-headers.ts'

/** A client that wants another protocol: what node:http's `upgrade` event gives. */
export interface UpgradingClient {
  readonly socket: Duplex
  /** What it has sent already, behind its request. */
  readonly head: Buffer
}

/**
 * Asks the destination for the same upgrade. Where it switches protocols, both sockets are joined, byte for byte, each
 * end passed on by itself. Where it does not, its answer goes to the client and the connection ends: what else came over
 * it would be led to the destination past authentication. Rejects with what `failed` makes of an error.
 */
export const forwardUpgrade = (
  { socket: client, head }: UpgradingClient,
  destination: Destination,
  request: ProxiedRequest,
  failed: (error: Error) => ApiError,
): Promise<void> =>
  new Promise((resolve, reject) => {
    // It may have left while what serves it was loaded.
    if (client.destroyed) return resolve()
    const upstream = openRequest(destination, request)
    upstream.on('error', (error) => reject(failed(error)))
    upstream.on('response', (answer) => {
      client.write(answerHead(answer, [...answerHeaders(answer), 'Connection', 'close']))
      pipeline(answer, client, () => undefined)
      resolve()
    })
    upstream.on('upgrade', (answer, socket, answerHeadBytes) => {
      client.write(answerHead(answer, answer.rawHeaders))
      if (answerHeadBytes.length > 0) client.write(answerHeadBytes)
      if (head.length > 0) socket.write(head)
      join(socket, client)
      join(client, socket)
      resolve()
    })
    client.on('close', () => upstream.destroy())
    upstream.end()
  })

/**
 * Passes on what one side says, and its end. A side that breaks off takes the other with it; one that has ended in both
 * directions does not: the other may still have to take what it said.
 */
const join = (one: Duplex, other: Duplex): void => {
  one.pipe(other)
  one.on('error', () => other.destroy())
  one.on('close', () => {
    if (!one.readableEnded || !one.writableFinished) other.destroy()
  })
}

/** Node.js has no ServerResponse for a connection that asked for an upgrade: its head is written by hand. */
const answerHead = ({ statusCode, statusMessage }: IncomingMessage, headers: RawHeaders): Buffer => {
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`]
  for (let at = 0; at + 1 < headers.length; at += 2) lines.push(`${headers[at]}: ${headers[at + 1]}`)
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}
