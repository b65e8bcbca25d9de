import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { readAll } from '../wire/exchange.ts'
import { refusalOf } from '../wire/refusal.ts'
import { type Transport, TransportError, unreachable } from '../wire/transport.ts'

/** RFC 6455, section 1.3. */
const HANDSHAKE = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

interface Upgraded {
  readonly socket: Duplex
  /** What came behind the answer's headers. */
  readonly head: Buffer
  /** The one of those offered that the server took. */
  readonly protocol: string
}

/**
 * A WebSocket by a request of the transport, so that it goes the way of all others: the same certificates, tokens, headers and
 * proxies. Rejects with the ApiError by which the server refuses, or with a TransportError.
 */
export const openWebSocket = (
  transport: Transport,
  path: string,
  protocols: readonly string[],
  signal: AbortSignal,
): Promise<Upgraded> =>
  new Promise((resolve, reject) => {
    const key = randomBytes(16).toString('base64')
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': key,
      'sec-websocket-protocol': protocols.join(', '),
      'user-agent': 'fairlead',
    }
    const fail = (error: unknown): void => reject(unreachable(transport, error))
    const request = transport.open({ method: 'GET', path, headers, signal }, (response) => {
      refused(transport, response).then(reject, fail)
    })
    request.on('upgrade', (response, socket, head) => {
      const protocol = protocolOf(response, key, protocols)
      if (protocol !== undefined) {
        resolve({ socket, head, protocol })
        return
      }
      socket.destroy()
      const message = `${transport.target} took none of the protocols ${protocols.join(', ')}, or is no WebSocket server`
      reject(new TransportError('API_ANSWER_UNREADABLE', message))
    })
    request.on('error', fail)
    request.end()
  })

const protocolOf = ({ headers }: IncomingMessage, key: string, offered: readonly string[]): string | undefined => {
  const accepted = createHash('sha1').update(`${key}${HANDSHAKE}`).digest('base64')
  if (headers['sec-websocket-accept'] !== accepted) return undefined
  return offered.find((one) => one === headers['sec-websocket-protocol'])
}

/** Why an answer is no upgrade: the refusal that it is. Rejects with what broke it off. */
const refused = async (transport: Transport, response: IncomingMessage): Promise<Error> => {
  const body = await readAll(response)
  if ((response.statusCode ?? 0) >= 400) return refusalOf(transport, response, body)
  return unreachable(transport, new Error(`it answered ${response.statusCode} and no WebSocket`))
}
