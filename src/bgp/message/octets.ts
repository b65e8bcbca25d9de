/** Reads numbers in network order. Beyond the end it throws what `short` makes. */
export class OctetReader {
  readonly #octets: Uint8Array
  readonly #short: () => Error
  #at = 0

  constructor(octets: Uint8Array, short: () => Error) {
    this.#octets = octets
    this.#short = short
  }

  get left(): number {
    return this.#octets.length - this.#at
  }

  /** The next `count` octets, not copied. */
  take(count: number): Uint8Array {
    if (count > this.left) throw this.#short()
    this.#at += count
    return this.#octets.subarray(this.#at - count, this.#at)
  }

  octet(): number {
    return this.take(1)[0] as number
  }

  word(): number {
    return this.octet() * 0x100 + this.octet()
  }

  long(): number {
    return this.word() * 0x1_0000 + this.word()
  }

  /** All that is left, as numbers of four octets. */
  longs(): readonly number[] {
    const found: number[] = []
    while (this.left > 0) found.push(this.long())
    return found
  }
}

/** Octets of numbers in network order. */
export class OctetWriter {
  readonly #octets: number[] = []

  octet(value: number): this {
    this.#octets.push(value & 0xff)
    return this
  }

  word(value: number): this {
    return this.octet(value >>> 8).octet(value)
  }

  long(value: number): this {
    return this.word(value >>> 16).word(value)
  }

  all(octets: Iterable<number>): this {
    for (const octet of octets) this.#octets.push(octet)
    return this
  }

  get octets(): Uint8Array {
    return Uint8Array.from(this.#octets)
  }
}
