import { connect, type Socket } from 'node:net'
import { ProxyError } from '../proxy-error.ts'

/** A line of HAProxy's runtime interface, and what follows it. */
interface Command {
  /** Without a line's end. */
  readonly line: string
  /** Lines that belong to it, none of them empty. */
  readonly payload?: string
  /** How the answer looks where it was done; absent: an empty one. */
  readonly done?: RegExp
}

/**
 * Octets of what is put into one command. HAProxy takes it with all that belongs to it in one buffer (`tune.bufsize`, 32 KiB in
 * our configuration), and ends the connection at one that is longer.
 */
export const LARGEST_COMMAND = 30_000
const MOST_OCTETS = 32_000

interface Waiting {
  resolve(answer: string): void
  reject(error: Error): void
}

/** Ends an answer in the mode of a prompt. What HAProxy shows has no line that begins like that. */
const PROMPT = '\n> '

/**
 * One connection to the runtime interface of a worker, kept open; commands are sent without waiting for the answers of
 * those before. It belongs to the worker that accepted it, also when that one has a successor.
 */
export class RuntimeSocket {
  readonly #socket: Socket
  readonly #waiting: Waiting[] = []
  #taken = 0
  #text = ''
  #end: Error | undefined

  private constructor(socket: Socket, onEnd: () => void) {
    this.#socket = socket
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => this.#take(chunk))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => {
      this.#fail(new Error('the connection was closed'))
      onEnd()
    })
  }

  /** Rejects with ProxyError PROXY_UNREACHABLE. `onEnd`: called once when it is over, whoever ended it. */
  static async open(path: string, onEnd: () => void = () => {}): Promise<RuntimeSocket> {
    const socket = connect(path)
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', (cause) =>
        reject(new ProxyError('PROXY_UNREACHABLE', `HAProxy does not answer at ${path}: ${cause.message}`, { cause })),
      )
    })
    const opened = new RuntimeSocket(socket, onEnd)
    await opened.ask({ line: 'prompt' })
    return opened
  }

  get isOpen(): boolean {
    return this.#end === undefined
  }

  /**
   * The answer, without the lines' ends around it. Rejects with PROXY_UNREACHABLE: then nobody knows if it was done; with
   * PROXY_REFUSED where HAProxy has no room for it.
   */
  ask({ line, payload }: Pick<Command, 'line' | 'payload'>): Promise<string> {
    if (this.#end) return Promise.reject(this.#end)
    // What follows would be another command.
    if (/[\r\n]/.test(line) || (payload !== undefined && /\r|^\n|\n\n/.test(payload)))
      return Promise.reject(new ProxyError('PLAN_INVALID', `a command is more than a line: ${JSON.stringify(line)}`))
    const said = payload === undefined ? `${line}\n` : `${line} <<\n${payload}\n\n`
    const octets = Buffer.byteLength(said)
    if (octets > MOST_OCTETS)
      return Promise.reject(
        new ProxyError('PROXY_REFUSED', `HAProxy has no room for "${line.slice(0, 60)}…": it is ${octets} octets`),
      )
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#socket.write(said)
    })
  }

  /** Rejects with PROXY_REFUSED where the answer is another than the command's. */
  async run(command: Command): Promise<string> {
    const answer = await this.ask(command)
    if (command.done ? command.done.test(answer) : answer === '') return answer
    throw new ProxyError('PROXY_REFUSED', `HAProxy refused "${command.line}": ${sentence(answer)}`)
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: string): void {
    this.#text += chunk
    // An answer that is long comes in many parts: what was looked through is not looked through again.
    for (;;) {
      const end = this.#text.startsWith('> ') ? 0 : this.#text.indexOf(PROMPT, this.#taken)
      if (end < 0) {
        this.#taken = Math.max(0, this.#text.length - PROMPT.length)
        return
      }
      const answer = this.#text.slice(0, end)
      this.#text = this.#text.slice(end + (this.#text.startsWith('> ') ? 2 : PROMPT.length))
      this.#taken = 0
      const asked = this.#waiting.shift()
      // Then no answer is for whom it seems to be.
      if (asked === undefined) {
        this.#fail(new Error('it answers what nobody has asked'))
        return
      }
      // For each line that belongs to a command, a sign of its own comes first.
      asked.resolve(answer.replace(/^(?:\+ )+/, '').replace(/^\n+|\n+$/g, ''))
    }
  }

  #fail(cause: Error): void {
    this.#socket.destroy()
    this.#end ??= new ProxyError('PROXY_UNREACHABLE', `HAProxy's runtime interface: ${cause.message}`, { cause })
    for (const { reject } of this.#waiting.splice(0)) reject(this.#end)
  }
}

/** HAProxy's words in one line. */
const sentence = (answer: string): string =>
  answer.startsWith('Unknown command') ? 'unknown command' : answer.trim().replace(/\s*\n\s*/g, '; ') || 'no answer'

const SPECIAL = /[\\; ]/g

/** A word of a command, as HAProxy reads it again. */
export const word = (text: string): string => text.replace(SPECIAL, '\\$&')
