import type { Duplex } from 'node:stream'

import {
  controlFrame,
  dataFrame,
  FLAG_FIN,
  type Frame,
  FrameParser,
  FrameType,
  INITIAL_WINDOW,
  numbersFrame,
  ResetStatus,
  SETTINGS_INITIAL_WINDOW_SIZE,
  SPDY_VERSION,
} from './spdy-frame.ts'
import { HeaderDecoder, HeaderEncoder, type SpdyHeaders } from './spdy-header-block.ts'
import { type SpdyCarrier, SpdyStream } from './spdy-stream.ts'

/** Bytes of one DATA frame that we send. */
const CHUNK = 32 << 10
const MAX_FRAME = 4 << 20
/**
 * A stream that nobody reads: from here on the whole connection waits, since clients of Kubernetes mind no stream
 * windows.
 */
const MAX_UNREAD = 256 << 10
/** Answers that the client does not take: from here on nothing more is read that would want one. */
const MAX_UNSENT = 1 << 20
const MAX_STREAMS = 1000
/** How often the client is asked whether it is still there, milliseconds. */
const PING_MS = 30_000

interface SpdyConnectionOptions {
  /** A stream the client opens. Refused where this gives false. Called once the answer (SYN_REPLY) is on its way. */
  readonly onStream: (stream: SpdyStream) => boolean
  /** The connection has ended, for whatever reason; streams are destroyed by then. */
  readonly onClose: () => void
}

/**
 * The server's side of SPDY/3.1 over any byte stream.
 *
 * Flow control: Go's implementation, which is every kubectl's, neither sends nor minds WINDOW_UPDATE, so enforcing the
 * draft's 64 KiB at once would stall it for ever. Windows are kept for a peer that has shown to keep them; for others
 * TCP's own back-pressure holds.
 */
export class SpdyConnection implements SpdyCarrier {
  readonly #socket: Duplex
  readonly #options: SpdyConnectionOptions
  readonly #parser = new FrameParser(MAX_FRAME)
  readonly #decoder = new HeaderDecoder()
  readonly #encoder = new HeaderEncoder()
  readonly #streams = new Map<number, SpdyStream>()
  #lastStream = 0
  #closed = false
  #work: Promise<void> = Promise.resolve()
  #peerKeepsWindows = false
  #sendWindow = INITIAL_WINDOW
  #initialSendWindow = INITIAL_WINDOW
  #unacknowledged = 0
  #lastPing = 0
  /** Whoever is not read sees no end of the connection: what is sent fails where the client has gone. */
  readonly #pinging = setInterval(() => this.#ping(), PING_MS).unref()

  constructor(socket: Duplex, head: Buffer, options: SpdyConnectionOptions) {
    this.#socket = socket
    this.#options = options
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('end', () => this.close())
    socket.on('error', () => this.close())
    socket.on('close', () => this.close())
    socket.on('drain', () => this.resumeIfReady())
    if (head.length > 0) this.#receive(head)
    else socket.resume()
  }

  #ping(): void {
    this.#lastPing += 2
    this.write(numbersFrame(FrameType.PING, this.#lastPing))
  }

  #receive(chunk: Buffer): void {
    // Header blocks are decompressed asynchronously and frames must keep their order: the socket waits meanwhile.
    this.#socket.pause()
    this.#work = this.#work.then(async () => {
      try {
        for (const frame of this.#parser.push(chunk)) {
          if (this.#closed) return
          await this.#handle(frame)
        }
      } catch {
        this.#socket.end(numbersFrame(FrameType.GOAWAY, this.#lastStream, ResetStatus.PROTOCOL_ERROR))
        this.close()
      }
      this.resumeIfReady()
    })
  }

  async #handle(frame: Frame): Promise<void> {
    if (frame.kind === 'data') {
      const stream = this.#streams.get(frame.stream)
      if (stream === undefined) this.write(numbersFrame(FrameType.RST_STREAM, frame.stream, ResetStatus.INVALID_STREAM))
      else stream.receive(frame.payload, frame.fin)
      return
    }
    if (frame.version !== SPDY_VERSION) throw new RangeError(`SPDY version ${frame.version}`)
    const { payload } = frame
    switch (frame.type) {
      case FrameType.SYN_STREAM:
        await this.#open(
          payload.readUInt32BE(0) & 0x7fffffff,
          await this.#decoder.decode(payload.subarray(10)),
          (frame.flags & FLAG_FIN) !== 0,
        )
        return
      case FrameType.SYN_REPLY:
      case FrameType.HEADERS:
        // Nothing of use, but its block belongs to the shared compression context.
        await this.#decoder.decode(payload.subarray(4))
        return
      case FrameType.RST_STREAM:
        this.#streams.get(payload.readUInt32BE(0))?.reset()
        return
      case FrameType.SETTINGS:
        this.#settings(payload)
        return
      case FrameType.PING:
        // Odd numbers are the client's; an even one would be the answer to a ping of ours.
        if (payload.readUInt32BE(0) % 2 === 1) this.write(controlFrame(FrameType.PING, 0, payload))
        return
      case FrameType.WINDOW_UPDATE:
        this.#windowUpdate(payload.readUInt32BE(0) & 0x7fffffff, payload.readUInt32BE(4) & 0x7fffffff)
        return
      default:
        // GOAWAY: no new streams will come. Unknown control frames are to be ignored.
        return
    }
  }

  async #open(id: number, headers: SpdyHeaders, fin: boolean): Promise<void> {
    if (id % 2 === 0 || id <= this.#lastStream) throw new RangeError(`SPDY stream ${id} out of order`)
    this.#lastStream = id
    const stream = new SpdyStream(this, id, headers, this.#initialSendWindow)
    this.#streams.set(id, stream)
    const reply = Buffer.concat([Buffer.from([0, 0, 0, 0]), await this.#encoder.encode({})])
    reply.writeUInt32BE(id, 0)
    if (this.#closed) return
    if (this.#streams.size > MAX_STREAMS) {
      this.forget(id)
      this.write(numbersFrame(FrameType.RST_STREAM, id, ResetStatus.REFUSED_STREAM))
      return
    }
    this.write(controlFrame(FrameType.SYN_REPLY, 0, reply))
    if (!this.#options.onStream(stream)) {
      this.forget(id)
      this.write(numbersFrame(FrameType.RST_STREAM, id, ResetStatus.REFUSED_STREAM))
      stream.reset()
      return
    }
    if (fin) stream.receive(Buffer.alloc(0), true)
  }

  #settings(payload: Buffer): void {
    const count = payload.readUInt32BE(0)
    for (let index = 0; index < count; index++) {
      const identifier = payload.readUIntBE(4 + index * 8 + 1, 3)
      if (identifier !== SETTINGS_INITIAL_WINDOW_SIZE) continue
      const size = payload.readUInt32BE(4 + index * 8 + 4)
      for (const stream of this.#streams.values()) stream.grant(size - this.#initialSendWindow)
      this.#initialSendWindow = size
    }
  }

  #windowUpdate(id: number, delta: number): void {
    this.#peerKeepsWindows = true
    if (id === 0) {
      this.#sendWindow += delta
      for (const stream of this.#streams.values()) stream.grant(0)
    } else this.#streams.get(id)?.grant(delta)
  }

  sendable(streamWindow: number): number {
    return this.#peerKeepsWindows ? Math.max(0, Math.min(streamWindow, this.#sendWindow, CHUNK)) : CHUNK
  }

  sendData(id: number, payload: Uint8Array, fin: boolean, callback: (error?: Error | null) => void): void {
    this.#sendWindow -= payload.length
    this.#socket.write(dataFrame(id, payload, fin), callback)
  }

  write(frame: Buffer): void {
    if (!this.#closed && this.#socket.writable) this.#socket.write(frame)
  }

  consumed(id: number, length: number): void {
    this.write(numbersFrame(FrameType.WINDOW_UPDATE, id, length))
    this.#unacknowledged += length
    if (this.#unacknowledged < INITIAL_WINDOW / 2) return
    this.write(numbersFrame(FrameType.WINDOW_UPDATE, 0, this.#unacknowledged))
    this.#unacknowledged = 0
  }

  resumeIfReady(): void {
    if (this.#closed || this.#socket.writableLength > MAX_UNSENT) return
    for (const stream of this.#streams.values()) if (stream.readableLength > MAX_UNREAD) return
    this.#socket.resume()
  }

  forget(id: number): void {
    this.#streams.delete(id)
    this.resumeIfReady()
  }

  /** Says goodbye, after all that was written before, and ends the connection. */
  end(): void {
    if (this.#closed) return
    this.#socket.end(numbersFrame(FrameType.GOAWAY, this.#lastStream, 0))
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#pinging)
    for (const stream of this.#streams.values()) stream.reset()
    this.#streams.clear()
    this.#decoder.close()
    this.#encoder.close()
    // Lets a last frame out; the other side's silence does not hold us.
    this.#socket.end()
    setTimeout(() => this.#socket.destroy(), 1000).unref()
    this.#options.onClose()
  }
}
