import type { ServerResponse } from 'node:http'
import { ApiError } from '#client/client.ts'
import { internalError } from '../../errors.ts'
import type { StoredEvent, Watch } from '../../storage/reading/watch.ts'
import { streamOf, writeParts } from './chunks.ts'

/** Octets that may be on their way to a client: past it nothing is encoded until the client has read. */
const AHEAD = 256 * 1024
/** Small events are written together up to here. */
const TOGETHER = 32 * 1024

interface EventStreamOptions {
  readonly response: ServerResponse
  readonly watch: Watch
  /** The revision that a bookmark of now stands for. */
  readonly revision: () => number
  /** The bytes of an event; undefined for one that this client did not ask for. */
  readonly encode: (event: StoredEvent) => Uint8Array | undefined
  /** The bytes of the event ERROR, after which the stream ends. */
  readonly encodeError: (refusal: ApiError) => Uint8Array
  /** Told of what is not a refusal. */
  readonly report: (error: unknown) => void
}

/**
 * Writes a watch to its client, no faster than it reads. What it has not read stays where it is, in the collection's
 * window, and costs nothing for each client; once it is forgotten there, the client is cut off, and lists again.
 */
export class EventStream {
  readonly #options: EventStreamOptions
  /** Until the client has read all that was written. */
  #full = false
  #ended = false
  #bookmarkDue = false

  constructor(options: EventStreamOptions) {
    this.#options = options
  }

  /** Writes a bookmark, once everything before it is written. */
  bookmark(): void {
    this.#bookmarkDue = true
    this.pump()
  }

  /** Writes what there is to write. Never throws. */
  pump(): void {
    const { response, watch, report } = this.#options
    if (this.#ended || response.destroyed) return
    try {
      while (!this.#full) if (!this.#writeSome()) break
      if (this.#full && watch.isBehind) response.destroy()
      else if (watch.isOver) this.end()
    } catch (error) {
      if (!(error instanceof ApiError)) report(error)
      this.#fail(error instanceof ApiError ? error : internalError(error))
    }
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#options.watch.close()
    this.#options.response.end()
  }

  /** One write; false where there was nothing. */
  #writeSome(): boolean {
    const { watch, encode } = this.#options
    const parts: Uint8Array[] = []
    let length = 0
    while (length < TOGETHER) {
      const event = watch.next() ?? this.#dueBookmark()
      if (!event) break
      const bytes = encode(event)
      if (!bytes) continue
      parts.push(bytes)
      length += bytes.length
    }
    if (length > 0) this.#write(parts, length)
    return length >= TOGETHER
  }

  /** All that was committed is written when this is asked: the bookmark cannot overtake what it stands for. */
  #dueBookmark(): StoredEvent | undefined {
    if (!this.#bookmarkDue || this.#options.watch.isWaiting) return undefined
    this.#bookmarkDue = false
    return { type: 'BOOKMARK', revision: this.#options.revision(), initial: false }
  }

  #write(parts: readonly Uint8Array[], octets: number): void {
    const { response } = this.#options
    writeParts(response, parts, octets)
    if (response.writableLength < AHEAD) return
    this.#full = true
    streamOf(response).once('drain', () => {
      this.#full = false
      this.pump()
    })
  }

  #fail(refusal: ApiError): void {
    const { response, encodeError, report } = this.#options
    try {
      response.write(encodeError(refusal))
      this.end()
    } catch (error) {
      report(error)
      response.destroy()
    }
  }
}
