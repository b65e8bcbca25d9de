import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { quantile, round } from '../dataplane/measure.ts'
import { type Answer, Connection } from './connection.ts'

/** A request, on whichever connection is free. */
type Call = (connection: Connection) => Promise<Answer>

export interface Figures {
  /** Where the load is as much as the server can take. */
  readonly per_s?: number
  /** Processor time of the server's for each, which a busy machine changes least, microseconds. */
  readonly cpu_us?: number
  readonly p50_ms: number
  readonly p99_ms: number
}

/** Of all threads of a process, milliseconds. */
export const processorTime = (pid: number): number => {
  const [user, kernel] = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /, '').split(' ').slice(11, 13)
  // The kernel tells it in hundredths of a second.
  return (Number(user) + Number(kernel)) * 10
}

export const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const HEAD = 'HTTP/1.1\r\nHost: bench\r\nUser-Agent: bench/1\r\n'

/** Throws where it is another answer than that all is well. */
export const requireDone = (answer: Answer): void => {
  if (answer.status >= 200 && answer.status < 300) return
  throw new Error(`${answer.status}: ${answer.body.toString().slice(0, 500)}`)
}

/** So many clients, each with one connection, and each with one request at a time. */
export class Load {
  readonly connections: readonly Connection[]
  /** Of the server. */
  readonly #pid: number

  private constructor(connections: readonly Connection[], pid: number) {
    this.connections = connections
    this.#pid = pid
  }

  static async open(target: ConnectionOptions, clients: number, pid: number): Promise<Load> {
    return new Load(await Promise.all(Array.from({ length: clients }, () => Connection.open(target))), pid)
  }

  /** The calls 0 to `count` - 1, as fast as the clients go. Throws where one is answered with an error. */
  async each(count: number, callOf: (index: number) => Call): Promise<Required<Figures>> {
    const times: number[] = []
    let next = 0
    const [began, spent] = [performance.now(), processorTime(this.#pid)]
    await Promise.all(
      this.connections.map(async (connection) => {
        while (next < count) {
          const call = callOf(next++)
          const sent = performance.now()
          const answer = await call(connection)
          times.push(performance.now() - sent)
          requireDone(answer)
        }
      }),
    )
    const took = performance.now() - began
    return {
      per_s: round((count * 1000) / took, 0),
      cpu_us: round(((processorTime(this.#pid) - spent) * 1000) / count, 0),
      p50_ms: round(quantile(times, 0.5), 2),
      p99_ms: round(quantile(times, 0.99), 2),
    }
  }

  post(path: string, object: object): Call {
    const body = JSON.stringify(object)
    return (connection) => connection.request(`POST ${path} ${HEAD}Content-Type: application/json\r\n`, body)
  }

  /** An object in its envelope, answered in kind, as client-go and newer kubectl send it. */
  postProtobuf(path: string, enveloped: Uint8Array): Call {
    const head = `POST ${path} ${HEAD}Content-Type: ${PROTOBUF}\r\nAccept: ${PROTOBUF}\r\n`
    return (connection) => connection.request(head, enveloped)
  }

  patch(path: string, patch: object): Call {
    const body = JSON.stringify(patch)
    const type = 'application/merge-patch+json'
    return (connection) => connection.request(`PATCH ${path} ${HEAD}Content-Type: ${type}\r\n`, body)
  }

  get(path: string, accept: string): Call {
    return (connection) => connection.request(`GET ${path} ${HEAD}Accept: ${accept}\r\n`)
  }

  close(): void {
    for (const connection of this.connections) connection.close()
  }
}
