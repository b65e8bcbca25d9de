import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'

/** One answer, whole. */
export class Answer {
  readonly status: number
  readonly #pieces: readonly Buffer[]

  constructor(status: number, pieces: readonly Buffer[]) {
    this.status = status
    this.#pieces = pieces
  }

  /** Octets of the body. */
  get length(): number {
    return this.#pieces.reduce((sum, piece) => sum + piece.length, 0)
  }

  get body(): Buffer {
    return this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces)
  }
}

interface Waiting {
  resolve(answer: Answer): void
  reject(error: Error): void
}

const END_OF_HEADERS = Buffer.from('\r\n\r\n')
const LINE_END = Buffer.from('\r\n')
const NOTHING: Buffer = Buffer.alloc(0)

/** An answer of which not all has come. */
interface Coming {
  readonly status: number
  readonly isChunked: boolean
  /** Octets of the body, or of a chunk, that are still to come; undefined: the size of the first chunk is. */
  left: number | undefined
  readonly pieces: Buffer[]
}

/**
 * HTTP/1.1 on one TLS connection, one request after the other: a load generator that shares two cores with what it
 * loads must cost little, and Node.js' own client costs as much as a server.
 */
export class Connection {
  readonly #socket: TLSSocket
  /** What has come and is not understood yet. */
  #read: Buffer = NOTHING
  #waiting: Waiting | undefined
  /** Why nothing comes any more. */
  #fault: Error | undefined
  #coming: Coming | undefined

  private constructor(socket: TLSSocket) {
    this.#socket = socket
    socket.on('data', (data: Buffer) => {
      this.#read = this.#read.length === 0 ? data : Buffer.concat([this.#read, data])
      this.#parse()
    })
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the server closed the connection')))
  }

  /** Rejects with what keeps it from being opened. */
  static open(options: ConnectionOptions): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(options, () => {
        socket.off('error', reject)
        resolve(new Connection(socket))
      })
      socket.once('error', reject)
    })
  }

  /** Whether the answer to the last request has come. */
  get isFree(): boolean {
    return this.#waiting === undefined
  }

  /** The head of a request as it is sent, but for its body's length. Rejects where the one before is not answered yet. */
  request(head: string, body?: string | Uint8Array): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#fault !== undefined) throw this.#fault
      if (!this.isFree) throw new Error('one request at a time')
      this.#waiting = { resolve, reject }
      if (body === undefined) this.#socket.write(`${head}\r\n`)
      else if (typeof body === 'string')
        this.#socket.write(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
      else this.#socket.write(Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`), body]))
    })
  }

  /** Sends a request whose answer is a stream, and gives each piece of it. */
  stream(head: string, onData: (piece: Buffer) => void): void {
    this.#socket.removeAllListeners('data')
    this.#socket.on('data', onData)
    this.#socket.write(`${head}\r\n`)
  }

  close(): void {
    this.#waiting = undefined
    this.#socket.destroy()
  }

  #fail(error: Error): void {
    this.#fault ??= error
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }

  #parse(): void {
    this.#coming ??= this.#head()
    const coming = this.#coming
    if (coming === undefined || !this.#take(coming)) return
    this.#coming = undefined
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.resolve(new Answer(coming.status, coming.pieces))
  }

  #head(): Coming | undefined {
    const end = this.#read.indexOf(END_OF_HEADERS)
    if (end < 0) return undefined
    const head = this.#read.toString('latin1', 0, end)
    this.#read = this.#read.subarray(end + END_OF_HEADERS.length)
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    const isChunked = /\r\ntransfer-encoding: *chunked/i.test(head)
    return {
      status: Number(head.slice(9, 12)),
      isChunked,
      left: isChunked ? undefined : Number(length ?? 0),
      pieces: [],
    }
  }

  /** Takes what has come of a body, each octet once; whether that was all. */
  #take(coming: Coming): boolean {
    for (;;) {
      if (coming.left !== undefined) {
        const piece = this.#read.subarray(0, coming.left)
        if (piece.length > 0) coming.pieces.push(piece)
        this.#read = this.#read.subarray(piece.length)
        coming.left -= piece.length
        if (coming.left > 0) return false
        if (!coming.isChunked) return true
      }
      const size = this.#chunkSize(coming.left === undefined)
      if (size === undefined) return false
      if (size === 0) return true
      coming.left = size
    }
  }

  /** Of the chunk that begins: the line behind the one before, and, after the last, the empty one. */
  #chunkSize(isFirst: boolean): number | undefined {
    const start = isFirst ? 0 : LINE_END.length
    const line = this.#read.indexOf(LINE_END, start)
    if (line < 0) return undefined
    const size = Number.parseInt(this.#read.toString('latin1', start, line), 16)
    const end = line + LINE_END.length * (size === 0 ? 2 : 1)
    if (this.#read.length < end) return undefined
    this.#read = this.#read.subarray(end)
    return size
  }
}
