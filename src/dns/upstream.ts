import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { connect, isIPv6 } from 'node:net'
import type { ResourceRecord } from '#names/record.ts'
import { parseResolvConf } from '#names/resolv-conf.ts'
import { decodeRecords } from './decode.ts'
import { encodeQuestion } from './encode.ts'

/** How long one server has to answer before the next is asked, milliseconds. */
const TIMEOUT_MS = 2_000
/** Questions under way at a time, each a socket of this process: kubeadm's CoreDNS has the same (max_concurrent). */
const MOST_UNDER_WAY = 1000

/**
 * The nameservers of a resolv.conf, in its order; those of loopback serve the machine alone but do answer us, who run
 * on it. The machine's own where the file names none, or is not there (resolv.conf(5)).
 */
export const readNameservers = (path: string): readonly string[] => {
  const { nameservers } = parseResolvConf(readText(path))
  return nameservers.length > 0 ? nameservers : ['127.0.0.1']
}

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

const HEADER = 12
/** Whether it is a message at all, and has the id of the question. */
const answers = (reply: Uint8Array, question: Uint8Array): boolean =>
  reply.length >= HEADER && reply[0] === question[0] && reply[1] === question[1]

/** Asks other servers for names outside the cluster, from the network that this process lives in. */
export class Upstream {
  readonly #servers: readonly string[]
  readonly #port: number
  readonly #timeoutMs: number
  #underWay = 0

  constructor(servers: readonly string[], { port = 53, timeoutMs = TIMEOUT_MS } = {}) {
    this.#servers = servers
    this.#port = port
    this.#timeoutMs = timeoutMs
  }

  /** Sends the client's own message on, and gives back the answer as it came. Rejects where no server answered. */
  async forward(message: Uint8Array, transport: 'udp' | 'tcp'): Promise<Uint8Array> {
    if (this.#underWay >= MOST_UNDER_WAY)
      throw new Error(`${MOST_UNDER_WAY} questions wait for the upstream nameservers`)
    this.#underWay++
    try {
      return await this.#ask(message, transport)
    } finally {
      this.#underWay--
    }
  }

  async #ask(message: Uint8Array, transport: 'udp' | 'tcp'): Promise<Uint8Array> {
    for (const server of this.#servers) {
      try {
        return transport === 'udp' ? await this.#overUdp(server, message) : await this.#overTcp(server, message)
      } catch {
        // The next one may answer; the last failure is told below.
      }
    }
    throw new Error(`no upstream nameserver answered (asked ${this.#servers.join(', ') || 'none'})`)
  }

  /** The records of `name`, for a CNAME that led out of the cluster; none where the upstream has none. */
  async resolve(name: string, type: number): Promise<readonly ResourceRecord[]> {
    return decodeRecords(await this.forward(encodeQuestion(name, type), 'tcp'))
  }

  #overUdp(server: string, message: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const socket = createSocket(isIPv6(server) ? 'udp6' : 'udp4')
      const finish = (act: () => void): void => {
        clearTimeout(timer)
        socket.close()
        act()
      }
      const timer = setTimeout(() => finish(() => reject(new Error(`${server} did not answer`))), this.#timeoutMs)
      socket.on('error', (error) => finish(() => reject(error)))
      // Connected, so that only this server's answers arrive; the id tells them apart from late ones.
      socket.connect(this.#port, server, () => socket.send(message))
      socket.on('message', (reply) => {
        if (answers(reply, message)) finish(() => resolve(reply))
      })
    })
  }

  #overTcp(server: string, message: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const connection = connect(this.#port, server)
      let received = Buffer.alloc(0)
      connection.setTimeout(this.#timeoutMs, () => connection.destroy(new Error(`${server} did not answer`)))
      connection.on('error', reject)
      connection.on('close', () => reject(new Error(`${server} closed the connection`)))
      connection.on('connect', () => {
        const size = Buffer.alloc(2)
        size.writeUInt16BE(message.length)
        connection.write(Buffer.concat([size, message]))
      })
      connection.on('data', (chunk) => {
        received = Buffer.concat([received, chunk])
        if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
        const reply = received.subarray(2, 2 + received.readUInt16BE(0))
        if (answers(reply, message)) {
          resolve(reply)
          connection.end()
        } else connection.destroy(new Error(`${server} answered something else`))
      })
    })
  }
}
