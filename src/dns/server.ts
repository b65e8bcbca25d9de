import type { Socket as UdpSocket } from 'node:dgram'
import type { Server, Socket } from 'node:net'
import { DnsFormatError, decodeQuery } from './decode.ts'
import { encodeAnswer, encodeFormatError } from './encode.ts'
import { ExtendedError } from './extended-error.ts'
import { type Answer, type Query, Rcode, RecordType } from './message.ts'
import { answerOutside, plainAnswer } from './outside.ts'
import type { Upstream } from './upstream.ts'
import type { Zone, ZoneAnswer } from './zone.ts'

/** A TCP client that says nothing for this long is closed, milliseconds (RFC 7766 asks for seconds, not minutes). */
const TCP_IDLE_MS = 10_000

export interface DnsServerOptions {
  readonly zone: Zone
  /** Bound by the caller, each in the network namespace that it serves. */
  readonly udp: readonly UdpSocket[]
  readonly tcp: readonly Server[]
  /** Where names outside the zone are asked; absent: they are refused, with the reason. */
  readonly upstream?: Upstream
  readonly random: () => number
  readonly log: (message: string) => void
}

type Transport = 'udp' | 'tcp'

const CLASS_IN = 1
const CLASS_ANY = 255

/** What no server of this kind answers, whoever asks. */
const refusalOf = ({ opcode, edns, question }: Query): Answer | undefined => {
  const code = ExtendedError.NOT_SUPPORTED
  if (opcode !== 0) return plainAnswer(Rcode.NOTIMP, { code, text: 'only queries are answered' })
  if (edns && edns.version > 0) return plainAnswer(Rcode.BADVERS, { code, text: 'EDNS version 0 only' })
  if (question.class !== CLASS_IN && question.class !== CLASS_ANY)
    return plainAnswer(Rcode.REFUSED, { code, text: 'class IN only' })
  if (question.type === RecordType.AXFR || question.type === RecordType.IXFR)
    return plainAnswer(Rcode.REFUSED, { code, text: 'zones are not transferred' })
  return undefined
}

/** Answers DNS queries from the zone, and from an upstream for the rest. Counts what it answers, for metrics. */
export class DnsServer {
  readonly answered = new Map<number, number>()
  readonly #options: DnsServerOptions

  constructor(options: DnsServerOptions) {
    this.#options = options
    for (const socket of options.udp) {
      socket.on('message', (message, peer) => {
        this.#respond(message, 'udp', (reply) => socket.send(reply, peer.port, peer.address))
      })
      socket.on('error', (error) => options.log(`dns: ${error.message}`))
    }
    for (const server of options.tcp) server.on('connection', (connection) => this.#serveTcp(connection))
  }

  /** What was answered so far, from the zone or by an upstream: `NOERROR` → 12. */
  answeredByName(): ReadonlyMap<string, number> {
    const names = new Map<number, string>(Object.entries(Rcode).map(([name, rcode]) => [rcode, name]))
    return new Map([...this.answered].map(([rcode, count]) => [names.get(rcode) ?? String(rcode), count]))
  }

  close(): void {
    for (const socket of this.#options.udp) socket.close()
    for (const server of this.#options.tcp) server.close()
  }

  #count(rcode: number): void {
    this.answered.set(rcode, (this.answered.get(rcode) ?? 0) + 1)
  }

  /** Calls `send` with the reply, in the same tick where the zone knows it; not at all for what is no query. */
  #respond(message: Uint8Array, transport: Transport, send: (reply: Uint8Array) => void): void {
    let query: Query | undefined
    try {
      query = decodeQuery(message)
    } catch (error) {
      if (!(error instanceof DnsFormatError) || error.id === undefined) return
      this.#count(Rcode.FORMERR)
      send(encodeFormatError(error.id))
      return
    }
    if (!query) return
    const asked = query
    const finish = (answer: Answer | Uint8Array): void => {
      // RFC 1035 section 4.1.1: the low four bits of the fourth byte.
      this.#count(answer instanceof Uint8Array ? (answer[3] ?? 0) & 0xf : answer.rcode)
      if (answer instanceof Uint8Array) {
        send(answer)
        return
      }
      send(encodeAnswer(asked, answer, { transport, recursionAvailable: this.#options.upstream !== undefined }))
    }
    const answer = this.#answer(asked, message, transport)
    if (answer instanceof Promise)
      answer.then(finish, (error: Error) =>
        finish(plainAnswer(Rcode.SERVFAIL, { code: ExtendedError.NO_AUTHORITY, text: error.message })),
      )
    else finish(answer)
  }

  #answer(query: Query, message: Uint8Array, transport: Transport): Answer | Promise<Answer | Uint8Array> {
    const { upstream, zone, random } = this.#options
    const { question } = query
    const refusal = refusalOf(query)
    if (refusal) return refusal
    const answer = zone.answer(question, random)
    if (answer && !answer.follow) return answer
    if (answer) return upstream ? this.#follow(query, answer, upstream).catch(() => answer) : answer
    if (upstream) return upstream.forward(message, transport)
    return answerOutside(question, zone)
  }

  /** An ExternalName Service: the CNAME of ours, and behind it what the upstream says of its target. */
  async #follow(query: Query, answer: ZoneAnswer, upstream: Upstream): Promise<Answer> {
    if (query.question.type === RecordType.CNAME) return answer
    const records = await upstream.resolve(answer.follow!, query.question.type)
    return { ...answer, answers: [...answer.answers, ...records] }
  }

  /** Messages behind a 16-bit length each (RFC 1035 section 4.2.2); answers may overtake each other. */
  #serveTcp(connection: Socket): void {
    let pending = Buffer.alloc(0)
    connection.setTimeout(TCP_IDLE_MS, () => connection.destroy())
    connection.on('error', () => connection.destroy())
    connection.on('data', (chunk) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const end = 2 + pending.readUInt16BE(0)
        this.#respond(pending.subarray(2, end), 'tcp', (reply) => {
          const size = Buffer.alloc(2)
          size.writeUInt16BE(reply.length)
          if (connection.writable) connection.write(Buffer.concat([size, reply]))
        })
        pending = pending.subarray(end)
      }
    })
  }
}
