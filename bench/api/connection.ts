import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'

export interface Answer {
  readonly status: number
  readonly body: Buffer
}

interface Waiting {
  resolve(answer: Answer): void
  reject(error: Error): void
}

const END_OF_HEADERS = Buffer.from('\r\n\r\n')
const NOTHING: Buffer = Buffer.alloc(0)

/** An answer of which not all has come. */
interface Coming {
  readonly status: number
  /** Octets of the body that are still to come; undefined: it is chunked. */
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

  /** The head of a request as it is sent, but for its body's length. */
  request(head: string, body?: string | Uint8Array): Promise<Answer> {
    return new Promise((resolve, reject) => {
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
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }

  #parse(): void {
    this.#coming ??= this.#head()
    const coming = this.#coming
    if (coming === undefined) return
    if (coming.left === undefined ? this.#takeChunks(coming) : this.#takeLength(coming, coming.left)) {
      this.#coming = undefined
      const waiting = this.#waiting
      this.#waiting = undefined
      const { status, pieces } = coming
      waiting?.resolve({ status, body: pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces) })
    }
  }

  #head(): Coming | undefined {
    const end = this.#read.indexOf(END_OF_HEADERS)
    if (end < 0) return undefined
    const head = this.#read.toString('latin1', 0, end)
    this.#read = this.#read.subarray(end + END_OF_HEADERS.length)
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    const isChunked = /\r\ntransfer-encoding: *chunked/i.test(head)
    return { status: Number(head.slice(9, 12)), left: isChunked ? undefined : Number(length ?? 0), pieces: [] }
  }

  /** Whether that was all. */
  #takeLength(coming: Coming, left: number): boolean {
    const piece = this.#read.subarray(0, left)
    this.#read = this.#read.subarray(piece.length)
    coming.pieces.push(piece)
    coming.left = left - piece.length
    return coming.left === 0
  }

  #takeChunks({ pieces }: Coming): boolean {
    for (;;) {
      const line = this.#read.indexOf('\r\n')
      if (line < 0) return false
      const size = Number.parseInt(this.#read.toString('latin1', 0, line), 16)
      const end = line + 2 + size + 2
      if (this.#read.length < end) return false
      if (size > 0) pieces.push(this.#read.subarray(line + 2, line + 2 + size))
      this.#read = this.#read.subarray(end)
      if (size === 0) return true
    }
  }
}
