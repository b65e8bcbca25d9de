import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'
import type { Clock } from '#clock/clock.ts'
import { answerFrame, type PluginAnswer, readRequest, type SentRequest } from '#cni/plugin/frame.ts'
import { tryLockFile } from '#kernel/files/file-lock.ts'

/** How many are worked on at once; others wait. */
const MOST_AT_ONCE = 30
/** How long whoever is connected may take to say what it wants, milliseconds. */
const REQUEST_MS = 10_000

interface DoorServerOptions {
  /** Path of the socket. */
  readonly socket: string
  readonly clock: Clock
  readonly answer: (request: SentRequest) => Promise<PluginAnswer>
  readonly log: (message: string, error?: unknown) => void
}

/** The socket at which the plugin's program asks: root's alone, a request a connection. */
export class DoorServer {
  readonly #options: DoorServerOptions
  readonly #server: Server
  readonly #lock: Disposable
  readonly #connections = new Set<Socket>()
  readonly #waiting: (() => void)[] = []
  #working = 0

  /** Listens at once. Throws where another agent does at this socket. */
  constructor(options: DoorServerOptions) {
    this.#options = options
    const { socket, log } = options
    mkdirSync(dirname(socket), { recursive: true, mode: 0o700 })
    const lock = tryLockFile(`${socket}.lock`)
    if (lock === undefined) throw new Error(`another agent of this node answers at ${socket}`)
    this.#lock = lock
    this.#server = createServer({ allowHalfOpen: true }, (connection) => this.#hear(connection))
    this.#server.on('error', (error) => log(`nobody can ask at ${socket}`, error))
    rmSync(socket, { force: true })
    // It is there when listen() comes back, and never with another mode.
    const mask = process.umask(0o177)
    try {
      this.#server.listen(socket)
    } finally {
      process.umask(mask)
    }
    chmodSync(socket, 0o600)
  }

  /** Hears nobody any more. Resolves when those who have asked are answered. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const one of this.#connections) if (one.readableLength === 0 && one.bytesRead === 0) one.destroy()
    await closed
    this.#lock[Symbol.dispose]()
  }

  #hear(connection: Socket): void {
    const { clock, log } = this.#options
    const parts: Buffer[] = []
    const late = clock.after(REQUEST_MS, () => connection.destroy())
    this.#connections.add(connection)
    connection.on('close', () => {
      late()
      this.#connections.delete(connection)
    })
    // Whoever has gone is answered by whoever asks again.
    connection.on('error', () => connection.destroy())
    connection.on('data', (part) => {
      parts.push(part)
      try {
        const request = readRequest(Buffer.concat(parts))
        if (request === undefined) return
        connection.removeAllListeners('data')
        late()
        void this.#answer(connection, request)
      } catch (error) {
        log('what has been asked at the door is no request of our plugin', error)
        connection.destroy()
      }
    })
    connection.on('end', () => {
      if (connection.listenerCount('data') > 0) connection.destroy()
    })
  }

  async #answer(connection: Socket, request: SentRequest): Promise<void> {
    const { answer, log } = this.#options
    if (this.#working >= MOST_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#working++
    try {
      const said = await answer(request)
      const { CNI_COMMAND: command, CNI_CONTAINERID: container = '' } = request.env
      if (said.exitStatus !== 0) log(`CNI ${command} ${container.slice(0, 12)}: ${said.stdout.trim()}`)
      connection.end(answerFrame(said))
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#working--
      else next()
    }
  }
}
