/** Octets of a block. */
const SIZE = 128 * 1024
/** Before them: the size of a chunk in hexadecimal, and the end of its line. */
const HEAD = 8
const LINE_END = '\r\n'
/** Blocks that are kept for later. */
const SPARE = 8
/** In UTF-8 a UTF-16 unit is so many octets at most. */
const WIDEST = 3

const spare: Buffer[] = []

/** Part of a body, with room to stand in its chunk of HTTP/1.1 as it is. */
class Block {
  readonly #memory = spare.pop() ?? Buffer.allocUnsafeSlow(HEAD + SIZE + LINE_END.length)
  #octets = 0

  get octets(): number {
    return this.#octets
  }

  get room(): number {
    return SIZE - this.#octets
  }

  /** Whether there was room for it. */
  addText(text: string): boolean {
    if (text.length * WIDEST > this.room) return false
    this.#octets += this.#memory.write(text, HEAD + this.#octets)
    return true
  }

  /** There must be room for them. */
  addOctets(octets: Uint8Array): void {
    this.#memory.set(octets, HEAD + this.#octets)
    this.#octets += octets.length
  }

  /** The part alone; true until release(). */
  get body(): Buffer {
    return this.#memory.subarray(HEAD, HEAD + this.#octets)
  }

  /** In its chunk; true until release(). */
  get chunk(): Buffer {
    const head = `${this.#octets.toString(16)}${LINE_END}`
    const end = HEAD + this.#octets
    this.#memory.write(head, HEAD - head.length, 'latin1')
    this.#memory.write(LINE_END, end, 'latin1')
    return this.#memory.subarray(HEAD - head.length, end + LINE_END.length)
  }

  /** Nobody reads it any more: its memory is for the next block, for to touch new memory costs more than to fill it. */
  release(): void {
    if (spare.length < SPARE) spare.push(this.#memory)
  }
}

/**
 * Gives back the memory of what has been copied at once, and not by a collection: of large lists there would be several in
 * memory that nobody needs any more.
 */
const giveBack = ({ buffer, byteLength }: Uint8Array): void => {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}

/**
 * The pieces of a body one after the other, in blocks that are full as far as texts can be; who takes one releases it.
 * Octets that have a memory of their own are gone once they are in their blocks.
 */
export function* blocksOf(pieces: Iterable<string | Uint8Array>): Generator<Block, void> {
  let block = new Block()
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      if (block.addText(piece)) continue
      if (piece.length * WIDEST <= SIZE) {
        yield block
        block = new Block()
        block.addText(piece)
        continue
      }
    }
    const octets = typeof piece === 'string' ? Buffer.from(piece) : piece
    for (let at = 0; at < octets.length; ) {
      const part = octets.subarray(at, at + block.room)
      block.addOctets(part)
      at += part.length
      if (block.room > 0) break
      yield block
      block = new Block()
    }
    giveBack(octets)
  }
  if (block.octets > 0) yield block
  else block.release()
}
