import type { Socket } from 'node:net'

/** A client that asks nothing for this long is closed, milliseconds (RFC 7766 asks for seconds, not minutes). */
const IDLE_MS = 10_000
/** Octets of answers that may wait until their client reads them. Above this it is asked no further. */
const MOST_UNREAD = 64 << 10
/** Questions of one client that may wait for an upstream. */
const MOST_UNANSWERED = 100

/** Calls `send` once: with the answer, or with nothing where there is none. */
type RespondTcp = (message: Uint8Array, send: (answer?: Uint8Array) => void) => void

/**
 * Messages behind a 16-bit length each (RFC 1035 section 4.2.2); answers may overtake each other. A client that does
 * not take its answers is not read from until it does. One that for `idle` milliseconds sent no whole question is
 * closed, whatever it trickles, and so is one that leaves its answers for as long. `onQuestion` is called for each.
 */
export const serveTcp = (
  connection: Socket,
  respond: RespondTcp,
  { idle = IDLE_MS, onQuestion = () => {} }: { readonly idle?: number; readonly onQuestion?: () => void } = {},
): void => {
  const messages = new MessageStream()
  let unanswered = 0
  let hasEnded = false
  const timer = setTimeout(() => connection.destroy(), idle).unref()
  const isFull = (): boolean => unanswered >= MOST_UNANSWERED || connection.writableLength >= MOST_UNREAD
  const send = (answer?: Uint8Array): void => {
    unanswered--
    if (answer && connection.writable) {
      const size = Buffer.alloc(2)
      size.writeUInt16BE(answer.length)
      connection.write(Buffer.concat([size, answer]))
    }
    proceed()
  }
  let isReading = false
  const proceed = (): void => {
    // An answer that is there at once comes back here: the loop below goes on by itself.
    if (isReading) return
    isReading = true
    while (!isFull() && !connection.destroyed) {
      const message = messages.take()
      if (!message) break
      timer.refresh()
      onQuestion()
      unanswered++
      respond(message, send)
    }
    isReading = false
    if (isFull()) connection.pause()
    else if (hasEnded && unanswered === 0) connection.end()
    else connection.resume()
  }
  // Who says that it will ask no more still reads.
  connection.allowHalfOpen = true
  connection.on('error', () => connection.destroy())
  connection.on('close', () => clearTimeout(timer))
  connection.on('drain', () => {
    timer.refresh()
    proceed()
  })
  connection.on('end', () => {
    hasEnded = true
    proceed()
  })
  connection.on('data', (chunk) => {
    messages.add(chunk)
    proceed()
  })
}

/** Chunks as they come, and the messages in them. A chunk is copied once at most, however small it is. */
class MessageStream {
  #chunks: Buffer[] = []
  #length = 0

  add(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
  }

  /** The next whole message, without its length; undefined where it has not come yet. */
  take(): Uint8Array | undefined {
    const end = this.#nextEnd()
    if (end === undefined || this.#length < end) return undefined
    const whole = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#length)
    this.#length -= end
    this.#chunks = this.#length === 0 ? [] : [whole.subarray(end)]
    return whole.subarray(2, end)
  }

  /** Where the next message ends. */
  #nextEnd(): number | undefined {
    if (this.#length < 2) return undefined
    const first = this.#chunks[0]!
    const [high, low] = first.length > 1 ? [first[0]!, first[1]!] : [first[0]!, this.#chunks[1]![0]!]
    return 2 + ((high << 8) | low)
  }
}
