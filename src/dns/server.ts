import type { Server, Socket } from 'node:net'
import { ExtendedError } from '#names/extended-error.ts'
import { answerOutside, plainAnswer } from '#names/outside.ts'
import { type Answer, Rcode, RecordType } from '#names/record.ts'
import type { Zone } from '#names/zone.ts'
import type { ZoneAnswer } from '#names/zone-answers.ts'
import type { Datagram, DatagramSource } from '#net/datagram.ts'
import { AnswerCache } from './answer-cache.ts'
import { decodeQuery } from './decode.ts'
import { DnsFormatError } from './decode-name.ts'
import { encodeAnswer, encodeFailure } from './encode.ts'
import type { Query } from './message.ts'
import { serveTcp } from './tcp.ts'
import { TcpClients } from './tcp-clients.ts'
import type { Upstream } from './upstream.ts'

/** Bound by the caller, each in the network namespace that it serves. */
export interface DnsSockets<Udp extends DatagramSource = DatagramSource> {
  readonly udp: readonly Udp[]
  readonly tcp: readonly Server[]
}

interface DnsServerOptions extends DnsSockets {
  readonly zone: Zone
  /** Where names outside the zone are asked; absent: they are refused, with the reason, or do not exist. */
  readonly upstream?: Upstream
  readonly random: () => number
  readonly log: (message: string) => void
  /** Called for each datagram; answers are counted, by rcode, in `counts` (of RCODES numbers), where there is one. */
  readonly onDatagram?: () => void
  readonly counts?: Float64Array
}

type Transport = 'udp' | 'tcp'

/** TCP connections at a time, of all nodes: a resolver asks so for few answers, and most of them close at once. */
const MOST_CONNECTIONS = 1024

const CLASS_IN = 1
const CLASS_ANY = 255
/** As many as there may be, BADVERS being the highest that is given. */
export const RCODES = Rcode.BADVERS + 1
/** The low four bits of the fourth octet (RFC 1035 section 4.1.1). */
const rcodeOf = (message: Uint8Array, at = 0): number => message[at + 3]! & 0xf

/** Counts of answers by rcode, by its name: `NOERROR` → 12. */
export const countsByName = (counts: Float64Array): ReadonlyMap<string, number> => {
  const names = new Map<number, string>(Object.entries(Rcode).map(([name, rcode]) => [rcode, name]))
  const found = [...counts.entries()].filter(([, count]) => count > 0)
  return new Map(found.map(([rcode, count]) => [names.get(rcode) ?? String(rcode), count]))
}

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
  readonly #options: DnsServerOptions
  readonly #cache: AnswerCache
  readonly #clients = new TcpClients(MOST_CONNECTIONS)
  /** Answers by rcode. */
  readonly #answered: Float64Array
  readonly #sockets = new Set<DnsSockets>()
  #isUdpPaused = false

  constructor(options: DnsServerOptions) {
    this.#options = options
    this.#cache = new AnswerCache(options.random)
    this.#answered = options.counts ?? new Float64Array(RCODES)
    this.add(options)
  }

  /** Answers at these too. What is given closes them. */
  add(sockets: DnsSockets): () => void {
    this.#sockets.add(sockets)
    if (!this.#isUdpPaused) this.#serve(sockets.udp)
    for (const server of sockets.tcp) server.on('connection', (connection) => this.#serveTcp(connection))
    return () => {
      if (!this.#sockets.delete(sockets)) return
      for (const source of sockets.udp) source.close()
      for (const server of sockets.tcp) server.close()
    }
  }

  serveUdp(): void {
    this.#isUdpPaused = false
    for (const { udp } of this.#sockets) this.#serve(udp)
  }

  /** Another one answers what comes by UDP. */
  pauseUdp(): void {
    this.#isUdpPaused = true
    for (const { udp } of this.#sockets) for (const source of udp) source.pause()
  }

  /** What was answered so far, from the zone or by an upstream: `NOERROR` → 12. */
  answeredByName(): ReadonlyMap<string, number> {
    return countsByName(this.#answered)
  }

  close(): void {
    for (const { udp, tcp } of this.#sockets) {
      for (const source of udp) source.close()
      for (const server of tcp) server.close()
    }
    this.#sockets.clear()
  }

  #serve(udp: DnsSockets['udp']): void {
    for (const source of udp)
      source.serve(
        (datagram) => this.#answerDatagram(datagram),
        (error) => this.#options.log(error.message),
      )
  }

  #serveTcp(connection: Socket): void {
    const place = this.#clients.admit(connection.remoteAddress ?? '', () => connection.destroy())
    connection.on('close', () => place.end())
    serveTcp(
      connection,
      (message, send) => {
        const answer = this.#respond(message, 'tcp')
        if (answer instanceof Promise) answer.then(send)
        else send(answer)
      },
      { onQuestion: place.active },
    )
  }

  #answerDatagram(datagram: Datagram): number {
    const { bytes, start, end, at } = datagram
    this.#options.onDatagram?.()
    const known = this.#cache.find(this.#options.zone.revision, bytes, start, end, datagram.answer, at)
    if (known > 0) {
      this.#answered[rcodeOf(datagram.answer, at)]!++
      return known
    }
    // A copy: an upstream may be asked with it when these octets hold another one.
    const answer = this.#respond(bytes.slice(start, end), 'udp')
    if (!answer) return 0
    if (answer instanceof Promise) {
      answer.then(datagram.later())
      return 0
    }
    this.#cache.keep(answer)
    datagram.answer.set(answer, at)
    return answer.length
  }

  /** The answer, at once where the zone knows it; none to what is no query. Neither throws nor rejects. */
  #respond(message: Uint8Array, transport: Transport): Uint8Array | Promise<Uint8Array> | undefined {
    try {
      const query = decodeQuery(message)
      if (!query) return undefined
      const finish = (answer: Answer | Uint8Array): Uint8Array => this.#finish(query, answer, transport)
      const answer = this.#answer(query, message, transport)
      if (!(answer instanceof Promise)) return finish(answer)
      return answer.then(finish).catch((error: Error) => {
        const reason = { code: ExtendedError.NO_AUTHORITY, text: error.message }
        return finish(plainAnswer(Rcode.SERVFAIL, reason))
      })
    } catch (error) {
      return this.#failure(message, error)
    }
  }

  #finish(query: Query, answer: Answer | Uint8Array, transport: Transport): Uint8Array {
    const recursionAvailable = this.#options.upstream !== undefined
    const isMessage = answer instanceof Uint8Array
    const message = isMessage ? answer : encodeAnswer(query, answer, { transport, recursionAvailable })
    this.#answered[isMessage ? rcodeOf(answer) : answer.rcode]!++
    return message
  }

  /** One query fails, and nothing else: what cannot be read is the client's fault, all other ours. */
  #failure(message: Uint8Array, error: unknown): Uint8Array | undefined {
    const isTheirs = error instanceof DnsFormatError
    if (!isTheirs) this.#options.log(`a query could not be answered: ${error instanceof Error ? error.stack : error}`)
    if (message.length < 2) return undefined
    const rcode = isTheirs ? Rcode.FORMERR : Rcode.SERVFAIL
    this.#answered[rcode]!++
    return encodeFailure((message[0]! << 8) | message[1]!, rcode)
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
}
