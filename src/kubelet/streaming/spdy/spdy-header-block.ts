import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib'

import { spdyDictionary } from './spdy-dictionary.ts'

/** Names in lower case. Several values of one name are joined by NUL. */
export type SpdyHeaders = Readonly<Record<string, string>>

/** A client's stream headers are some hundred bytes; more is an attack. */
const MAX_BLOCK = 32 << 10

/**
 * One direction's header blocks: they share one zlib context for the life of the connection, so each must pass through,
 * in order.
 */
export class HeaderDecoder {
  readonly #inflate: Inflate = createInflate({ dictionary: spdyDictionary(), flush: constants.Z_SYNC_FLUSH })

  /** Throws where the block is malformed or unreasonably long: the connection is lost then. */
  async decode(block: Uint8Array): Promise<SpdyHeaders> {
    return parseBlock(await transform(this.#inflate, block))
  }

  close(): void {
    this.#inflate.destroy()
  }
}

/**
 * Writes header blocks. All of a connection share one compression context, so they must be sent in the order of the
 * calls.
 */
export class HeaderEncoder {
  readonly #deflate: Deflate = createDeflate({ dictionary: spdyDictionary(), flush: constants.Z_SYNC_FLUSH })

  async encode(headers: SpdyHeaders): Promise<Buffer> {
    const parts: Buffer[] = [uint32(Object.keys(headers).length)]
    for (const [name, value] of Object.entries(headers)) {
      for (const text of [name.toLowerCase(), value]) parts.push(uint32(Buffer.byteLength(text)), Buffer.from(text))
    }
    return await transform(this.#deflate, Buffer.concat(parts))
  }

  close(): void {
    this.#deflate.destroy()
  }
}

function transform(stream: Inflate | Deflate, input: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let length = 0
    const settle = (error: Error | null | undefined): void => {
      stream.off('data', collect)
      stream.off('error', settle)
      if (error) {
        stream.once('error', () => undefined)
        reject(error)
      } else resolve(Buffer.concat(parts))
    }
    const collect = (chunk: Buffer): void => {
      length += chunk.length
      if (length <= MAX_BLOCK) parts.push(chunk)
      else stream.destroy(new Error(`a SPDY header block is longer than ${MAX_BLOCK} bytes`))
    }
    stream.on('data', collect)
    stream.once('error', settle)
    stream.write(input, (error) => {
      // What the write has produced is read before the next tick ends.
      setImmediate(() => settle(error))
    })
  })
}

function parseBlock(block: Buffer): SpdyHeaders {
  const headers: Record<string, string> = Object.create(null)
  let offset = 0
  const number = (): number => {
    const value = block.readUInt32BE(offset)
    offset += 4
    return value
  }
  const text = (): string => {
    const length = number()
    if (offset + length > block.length) throw new RangeError('a SPDY header block is cut short')
    offset += length
    return block.toString('utf8', offset - length, offset)
  }
  const count = number()
  for (let index = 0; index < count; index++) {
    const name = text().toLowerCase()
    headers[name] = text()
  }
  return headers
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
