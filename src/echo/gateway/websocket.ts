import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Frame, FrameReader, frameOf, OPCODES, WebSocketError } from './websocket-frames.ts'

/** RFC 6455, 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const { CONTINUATION, TEXT, CLOSE, PING, PONG } = OPCODES

/** Is that the request of a client that wants a WebSocket? */
export const wantsWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === 'websocket'

const refuse = (socket: Duplex, status: string, words: string, more = ''): void => {
  const length = Buffer.byteLength(words)
  socket.end(`HTTP/1.1 ${status}\r\n${more}connection: close\r\ncontent-length: ${length}\r\n\r\n${words}`)
}

const shakeHands = ({ method, headers }: IncomingMessage, socket: Duplex): boolean => {
  const key = headers['sec-websocket-key'] ?? ''
  if (method !== 'GET' || !/^[A-Za-z0-9+/]{22}==$/.test(key)) {
    refuse(socket, '400 Bad Request', 'A WebSocket begins with GET and a Sec-WebSocket-Key of 16 octets.\n')
    return false
  }
  if (headers['sec-websocket-version'] !== '13') {
    refuse(socket, '426 Upgrade Required', 'Sec-WebSocket-Version is 13.\n', 'sec-websocket-version: 13\r\n')
    return false
  }
  const accept = createHash('sha1')
    .update(key + GUID)
    .digest('base64')
  const protocol = headers['sec-websocket-protocol']?.split(',')[0]?.trim()
  socket.write(
    [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${accept}`,
      ...(protocol ? [`Sec-WebSocket-Protocol: ${protocol}`] : []),
      '\r\n',
    ].join('\r\n'),
  )
  return true
}

/** What is sent back for a frame: messages as they came, fragment by fragment. Throws WebSocketError. */
class Answerer {
  /** Of the message whose last fragment has not come. */
  #open: number | undefined
  #text = new TextDecoder('utf-8', { fatal: true })
  answer(frame: Frame): Frame | undefined {
    const { opcode, payload, fin } = frame
    if (opcode === PONG) return undefined
    if (opcode === PING) return { ...frame, opcode: PONG }
    if (opcode === CLOSE) return { ...frame, payload: payload.subarray(0, 2) }
    if ((opcode === CONTINUATION) !== (this.#open !== undefined))
      throw new WebSocketError(1002, 'a message begins before the last one has ended, or never began')
    const type = this.#open ?? opcode
    this.#open = fin ? undefined : type
    if (type !== TEXT) return frame
    try {
      this.#text.decode(payload, { stream: !fin })
    } catch {
      throw new WebSocketError(1007, 'a text that is no UTF-8')
    }
    return frame
  }
}

/** Serves one WebSocket over a connection whose request has been read: it sends back what it gets (RFC 6455). `head`: what came behind it. */
export const serveWebSocket = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
  socket.on('error', () => socket.destroy())
  if (!shakeHands(request, socket)) return
  const [reader, answerer] = [new FrameReader(), new Answerer()]
  /** What still comes goes nowhere, so that its end is seen. */
  const stop = (last?: Buffer): void => {
    socket.off('data', take).resume()
    socket.end(last)
  }
  const take = (data: Buffer): void => {
    try {
      for (const frame of reader.read(data)) {
        const answer = answerer.answer(frame)
        // Who does not read what comes back is not read either.
        if (answer !== undefined && !socket.write(frameOf(answer))) socket.pause()
        if (frame.opcode !== CLOSE) continue
        stop()
        return
      }
    } catch (error) {
      const payload = Buffer.alloc(2)
      payload.writeUInt16BE(error instanceof WebSocketError ? error.status : 1011)
      stop(frameOf({ fin: true, opcode: CLOSE, payload }))
    }
  }
  socket.on('drain', () => socket.resume())
  socket.on('data', take)
  socket.on('end', () => socket.end())
  if (head.length > 0) take(head)
}
