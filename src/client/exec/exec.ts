import type { Duplex } from 'node:stream'
import type { Status } from '#api/meta/status.ts'
import { ApiError } from '../client.ts'
import { type Transport, TransportError, unreachable } from '../wire/transport.ts'
import { controlFrame, FrameReader, OPCODE, WebSocketFrameError } from './frames.ts'
import { openWebSocket } from './upgrade.ts'

/** The best first; the second is that of servers before Kubernetes 1.30. */
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io']
/** k8s.io/apimachinery/pkg/util/remotecommand */
const CHANNEL = { STDOUT: 1, STDERR: 2, ERROR: 3 } as const
/** Of stderr the rest is thrown away: it is there for a sentence. */
const MOST_STDERR = 64 << 10
/** Servers send some 32 KiB at once. */
const MOST_MESSAGE = 16 << 20

export interface ExecRequest {
  readonly namespace: string
  readonly pod: string
  /** Left out: the pod's only one, or its default. */
  readonly container?: string
  readonly command: readonly string[]
  /** Milliseconds, from the first octet of the request to the end of the program. */
  readonly timeoutMs: number
  /** Octets of the standard output; more is an error. */
  readonly limit: number
  readonly signal?: AbortSignal
}

interface ExecResult {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

/** A program in a container, by `pods/exec` over a WebSocket, without a standard input.
 * Rejects with the server's ApiError (403: forbidden; 404: no such pod; 500: it cannot be run), TransportError, or ExecError. */
export const execInPod = async (transport: Transport, request: ExecRequest): Promise<ExecResult> => {
  const { namespace, pod, container, command, timeoutMs, limit } = request
  const query = new URLSearchParams([
    ...command.map((word) => ['command', word] as [string, string]),
    ...(container === undefined ? [] : [['container', container] as [string, string]]),
    ['stdout', 'true'],
    ['stderr', 'true'],
  ])
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/exec?${query}`
  const deadline = AbortSignal.timeout(timeoutMs)
  const signal = request.signal ? AbortSignal.any([deadline, request.signal]) : deadline
  const object = `${namespace}/${pod}`
  try {
    const { socket, head } = await openWebSocket(transport, path, PROTOCOLS, signal)
    return await new Session(transport, socket, object, limit).result(head, signal)
  } catch (error) {
    if (deadline.aborted)
      throw new ExecError('EXEC_TIMEOUT', object, `no end within ${timeoutMs / 1000} s`, { cause: error })
    throw error
  }
}

/** A program in a pod that did not come to its end, or whose output cannot be taken. */
class ExecError extends Error {
  override readonly name = 'ExecError'
  readonly code: 'EXEC_TIMEOUT' | 'EXEC_TOO_MUCH' | 'EXEC_CUT_OFF'
  /** `namespace/pod` */
  readonly object: string
  constructor(code: ExecError['code'], object: string, message: string, options?: ErrorOptions) {
    super(`exec in pod ${object}: ${message}`, options)
    this.code = code
    this.object = object
  }
}

class Session {
  readonly #transport: Transport
  readonly #socket: Duplex
  readonly #object: string
  readonly #limit: number
  readonly #out: Buffer[] = []
  readonly #err: Buffer[] = []
  #outLength = 0
  #errLength = 0
  #status: Status | undefined

  constructor(transport: Transport, socket: Duplex, object: string, limit: number) {
    this.#transport = transport
    this.#socket = socket
    this.#object = object
    this.#limit = limit
  }

  result(head: Buffer, signal: AbortSignal): Promise<ExecResult> {
    const socket = this.#socket
    const reader = new FrameReader(MOST_MESSAGE)
    const { promise, resolve, reject } = Promise.withResolvers<ExecResult>()
    const end = (): void => {
      try {
        resolve(this.#ended())
      } catch (error) {
        reject(error)
      }
      socket.destroy()
    }
    const fail = (error: unknown): void => {
      reject(error)
      socket.destroy()
    }
    const take = (bytes: Buffer): void => {
      try {
        for (const { opcode, payload } of reader.read(bytes)) {
          if (opcode === OPCODE.PING) socket.write(controlFrame(OPCODE.PONG, payload))
          else if (opcode === OPCODE.CLOSE) {
            socket.write(controlFrame(OPCODE.CLOSE, payload.subarray(0, 2)))
            end()
            return
          } else if (opcode !== OPCODE.PONG) this.#message(payload)
        }
      } catch (error) {
        fail(error instanceof WebSocketFrameError ? unreadable(this.#transport, error.message, error) : error)
      }
    }
    const abort = (): void => fail(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    socket.on('data', take)
    socket.on('error', (error) => fail(unreachable(this.#transport, error)))
    socket.on('close', end)
    if (head.length > 0) take(head)
    if (signal.aborted) abort()
    return promise.finally(() => signal.removeEventListener('abort', abort))
  }

  #message(payload: Buffer): void {
    const [channel] = payload
    const rest = payload.subarray(1)
    if (channel === CHANNEL.STDOUT) {
      this.#outLength += rest.length
      if (this.#outLength > this.#limit)
        throw new ExecError('EXEC_TOO_MUCH', this.#object, `it writes more than ${this.#limit} octets`)
      this.#out.push(rest)
    } else if (channel === CHANNEL.STDERR) {
      if (this.#errLength < MOST_STDERR) this.#err.push(rest)
      this.#errLength += rest.length
    } else if (channel === CHANNEL.ERROR) this.#status = statusOf(this.#transport, rest)
  }

  #ended(): ExecResult {
    const status = this.#status
    if (status === undefined)
      throw new ExecError('EXEC_CUT_OFF', this.#object, 'the connection ended before the program did')
    return {
      stdout: Buffer.concat(this.#out).toString(),
      stderr: Buffer.concat(this.#err).toString(),
      exitCode: exitCodeOf(status),
    }
  }
}

const statusOf = (transport: Transport, bytes: Buffer): Status => {
  try {
    return JSON.parse(bytes.toString()) as Status
  } catch (cause) {
    throw unreadable(transport, 'the end of a program was told by what is no Status', cause)
  }
}

const unreadable = ({ target }: Transport, message: string, cause: unknown): TransportError =>
  new TransportError('API_ANSWER_UNREADABLE', `${target}: ${message}`, { cause })

/** k8s.io/client-go/tools/remotecommand: the exit code of a program that ran; throws what kept it from that. */
const exitCodeOf = (status: Status): number => {
  if (status.status === 'Success') return 0
  const causes = status.details?.causes ?? []
  const code = Number(causes.find(({ reason }) => reason === 'ExitCode')?.message)
  if (status.reason === 'NonZeroExitCode' && Number.isInteger(code)) return code
  throw new ApiError(status)
}
