import { Duplex } from 'node:stream'

import { FrameType, INITIAL_WINDOW, numbersFrame, ResetStatus } from './spdy-frame.ts'
import type { SpdyHeaders } from './spdy-header-block.ts'

/** What a stream needs of the connection that carries it. */
export interface SpdyCarrier {
  /** How many bytes a stream may send now, given its own window. */
  sendable(streamWindow: number): number
  /** Sends a DATA frame of a stream; `fin`: its last. */
  sendData(id: number, payload: Uint8Array, fin: boolean, callback: (error?: Error | null) => void): void
  /** Sends any other frame. */
  write(frame: Buffer): void
  /** Tells the client that `length` bytes of a stream were read. */
  consumed(id: number, length: number): void
  /** Reads on, unless a stream has too much that nobody has read. */
  resumeIfReady(): void
  /** The stream is no more. */
  forget(id: number): void
}

/** One stream as a Duplex: its end is a half-close (FIN), its destruction a reset. */
export class SpdyStream extends Duplex {
  readonly id: number
  readonly headers: SpdyHeaders
  readonly #carrier: SpdyCarrier
  #window: number
  #unread = 0
  #pending: { readonly chunk: Buffer; readonly callback: (error?: Error | null) => void } | undefined
  #wasReset = false

  constructor(carrier: SpdyCarrier, id: number, headers: SpdyHeaders, window: number) {
    super({ allowHalfOpen: true, autoDestroy: true, readableHighWaterMark: INITIAL_WINDOW })
    this.#carrier = carrier
    this.id = id
    this.headers = headers
    this.#window = window
  }

  receive(payload: Buffer, fin: boolean): void {
    if (this.destroyed || this.readableEnded) return
    if (payload.length > 0) {
      this.#unread += payload.length
      // A copy: the frame is a slice of a larger buffer that would else be kept whole.
      this.push(Buffer.from(payload))
    }
    if (fin) this.push(null)
  }

  override _read(): void {
    if (this.#unread >= INITIAL_WINDOW / 2) {
      this.#carrier.consumed(this.id, this.#unread)
      this.#unread = 0
    }
    this.#carrier.resumeIfReady()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#pending = { chunk, callback }
    this.#send()
  }

  #send(): void {
    if (this.#pending === undefined) return
    const { chunk, callback } = this.#pending
    const length = Math.min(chunk.length, this.#carrier.sendable(this.#window))
    if (length === 0 && chunk.length > 0) return
    this.#pending = undefined
    this.#window -= length
    this.#carrier.sendData(this.id, chunk.subarray(0, length), false, (error) => {
      if (error || length === chunk.length) return callback(error)
      this.#pending = { chunk: chunk.subarray(length), callback }
      this.#send()
    })
  }

  /** The client lets this stream send so much more. */
  grant(delta: number): void {
    this.#window += delta
    this.#send()
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#carrier.sendData(this.id, Buffer.alloc(0), true, callback)
  }

  /** The client gave the stream up, or the connection is gone: nothing is sent any more. */
  reset(): void {
    this.#wasReset = true
    this.destroy()
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    const clean = this.readableEnded && this.writableFinished
    if (!clean && !this.#wasReset) this.#carrier.write(numbersFrame(FrameType.RST_STREAM, this.id, ResetStatus.CANCEL))
    this.#carrier.forget(this.id)
    this.#pending?.callback(new Error('the stream is closed'))
    this.#pending = undefined
    callback(error)
  }
}
