import type { Server, Socket } from 'node:net'
import { ExtendedError } from '#names/extended-error.ts'
import { answerOutside, plainAnswer } from '#names/outside.ts'
import { type Answer, Rcode, RecordType } from '#names/record.ts'
import type { HostsTable } from '#names/settings/hosts-table.ts'
import type { Zone } from '#names/zone.ts'
import type { ZoneAnswer } from '#names/zone-answers.ts'
import type { Datagram, DatagramSource } from '#net/datagram.ts'
import { AnswerCache } from './answer-cache.ts'
import { decodeQuery } from './decode.ts'
import { DnsFormatError } from './decode-name.ts'
import { DnsCounts, PLUGINS, type Plugin } from './dns-counts.ts'
import { encodeAnswer, encodeFailure } from './encode.ts'
import type { Outside } from './forward/outside.ts'
import type { Query } from './message.ts'
import { serveTcp } from './tcp.ts'
import { TcpClients } from './tcp-clients.ts'

/** Bound by the caller, each in the network namespace that it serves. */
export interface DnsSockets<Udp extends DatagramSource = DatagramSource> {
  readonly udp: readonly Udp[]
  readonly tcp: readonly Server[]
}

interface DnsServerOptions extends DnsSockets {
  readonly zone: Zone
  /** Where names outside the zone are asked; absent: they are refused, with the reason, or do not exist. */
  readonly outside?: Outside
  /** Names of the configuration's own, before the zone's. */
  readonly hosts?: HostsTable
  readonly random: () => number
  readonly log: (message: string) => void
  /** Called for each datagram. */
  readonly onDatagram?: () => void
  readonly counts?: DnsCounts
  /** Whether this is a name that we have asked somebody else for, to see whether it comes back. */
  readonly isProbe?: (name: string) => boolean
}

type Transport = 'udp' | 'tcp'

/** TCP connections at a time, of all nodes: a resolver asks so for few answers, and most of them close at once. */
const MOST_CONNECTIONS = 1024

const CLASS_IN = 1
const CLASS_ANY = 255
/** The low four bits of the fourth octet (RFC 1035 section 4.1.1). */
const rcodeOf = (message: Uint8Array, at = 0): number => message[at + 3]! & 0xf

const numberOf = (plugin: Plugin): number => PLUGINS.indexOf(plugin)
const KUBERNETES = numberOf('kubernetes')
const FORWARD = numberOf('forward')
const CACHE = numberOf('cache')
const HOSTS = numberOf('hosts')
const SERVER = numberOf('server')
/** How a question comes, as DnsCounts has it. */
const formOf = (transport: Transport, isIpv6: boolean): number => (transport === 'udp' ? 0 : 2) + (isIpv6 ? 1 : 0)

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

/** What answers beside the zone. */
type Beside = Pick<DnsServerOptions, 'outside' | 'hosts'>

/** Answers DNS queries from the zone, and from upstreams for the rest. Counts what it answers, for metrics. */
export class DnsServer {
  readonly #options: DnsServerOptions
  readonly #clients = new TcpClients(MOST_CONNECTIONS)
  readonly #counts: DnsCounts
  readonly #sockets = new Set<DnsSockets>()
  #beside: Beside
  #cache: AnswerCache
  #isUdpPaused = false
  #pending = 0
  /** The answer that was made last is the zone's: it stands as long as the zone does. */
  #isZones = false

  constructor(options: DnsServerOptions) {
    this.#options = options
    this.#beside = options
    this.#cache = new AnswerCache(options.random)
    this.#counts = options.counts ?? new DnsCounts()
    this.add(options)
  }

  /** Asks these from now on; what is under way is answered by those before. */
  configure(beside: Beside): void {
    this.#beside = beside
    this.#cache = new AnswerCache(this.#options.random)
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

  /** Queries that wait for an upstream. */
  get pending(): number {
    return this.#pending
  }

  /** What was answered so far, from the zone or by an upstream: `NOERROR` → 12. */
  answeredByName(): ReadonlyMap<string, number> {
    return this.#counts.byRcode()
  }

  close(): void {
    for (const { udp, tcp } of this.#sockets) {
      for (const source of udp) source.close()
      for (const server of tcp) server.close()
    }
    this.#sockets.clear()
  }

  #serve(udp: DnsSockets['udp']): void {
    for (const source of udp) {
      const form = formOf('udp', source.type === 'udp6')
      source.serve(
        (datagram) => this.#answerDatagram(datagram, form),
        (error) => this.#options.log(error.message),
      )
    }
  }

  #serveTcp(connection: Socket): void {
    const place = this.#clients.admit(connection.remoteAddress ?? '', () => connection.destroy())
    const form = formOf('tcp', connection.remoteFamily === 'IPv6')
    connection.on('close', () => place.end())
    serveTcp(
      connection,
      (message, send) => {
        const answer = this.#respond(message, 'tcp', form)
        if (answer instanceof Promise) answer.then(send)
        else send(answer)
      },
      { onQuestion: place.active },
    )
  }

  #answerDatagram(datagram: Datagram, form: number): number {
    const { bytes, start, end, at } = datagram
    this.#options.onDatagram?.()
    const known = this.#cache.find(this.#options.zone.revision, bytes, start, end, datagram.answer, at)
    if (known > 0) {
      this.#counts.request(this.#cache.type, form)
      this.#counts.response(KUBERNETES, rcodeOf(datagram.answer, at))
      this.#counts.instant()
      return known
    }
    // A copy: an upstream may be asked with it when these octets hold another one.
    const answer = this.#respond(bytes.slice(start, end), 'udp', form)
    if (!answer) return 0
    if (answer instanceof Promise) {
      answer.then(datagram.later())
      return 0
    }
    if (this.#isZones) this.#cache.keep(answer)
    datagram.answer.set(answer, at)
    return answer.length
  }

  /** The answer, at once where the zone knows it; none to what is no query. Neither throws nor rejects. */
  #respond(message: Uint8Array, transport: Transport, form: number): Uint8Array | Promise<Uint8Array> | undefined {
    const began = performance.now()
    const done = (answer: Uint8Array, plugin: number, rcode = rcodeOf(answer)): Uint8Array => {
      this.#counts.response(plugin, rcode)
      this.#counts.duration((performance.now() - began) / 1000)
      return answer
    }
    this.#isZones = false
    try {
      const query = decodeQuery(message)
      if (!query) return undefined
      this.#counts.request(query.question.type, form)
      const write = (answer: Answer | Uint8Array, plugin: number): Uint8Array => {
        if (answer instanceof Uint8Array) return done(answer, plugin)
        const recursionAvailable = this.#beside.outside !== undefined
        return done(encodeAnswer(query, answer, { transport, recursionAvailable }), plugin, answer.rcode)
      }
      const { answer, plugin } = this.#answer(query, message, transport)
      if (!(answer instanceof Promise)) {
        this.#isZones = plugin === KUBERNETES
        return write(answer, plugin)
      }
      this.#pending++
      return answer
        .finally(() => this.#pending--)
        .then((found) => write(found, plugin))
        .catch((error: Error) => {
          const reason = { code: ExtendedError.NO_AUTHORITY, text: error.message }
          return write(plainAnswer(Rcode.SERVFAIL, reason), plugin)
        })
    } catch (error) {
      const failure = this.#failure(message, error)
      return failure && done(failure, SERVER)
    }
  }

  /** One query fails, and nothing else: what cannot be read is the client's fault, all other ours. */
  #failure(message: Uint8Array, error: unknown): Uint8Array | undefined {
    const isTheirs = error instanceof DnsFormatError
    if (!isTheirs) this.#options.log(`a query could not be answered: ${error instanceof Error ? error.stack : error}`)
    if (message.length < 2) return undefined
    return encodeFailure((message[0]! << 8) | message[1]!, isTheirs ? Rcode.FORMERR : Rcode.SERVFAIL)
  }

  #answer(query: Query, message: Uint8Array, transport: Transport): Found {
    const { zone, random } = this.#options
    const { outside, hosts } = this.#beside
    const { question } = query
    const refusal = refusalOf(query)
    if (refusal) return { answer: refusal, plugin: SERVER }
    if (this.#options.isProbe?.(question.name)) return { answer: plainAnswer(Rcode.REFUSED), plugin: SERVER }
    if (outside?.isStub(question.name) && !zone.owns(question.name)) return ask(outside, query, message, transport)
    const host = hosts?.answer(question)
    if (host) return { answer: host, plugin: HOSTS }
    const answer = zone.answer(question, random)
    if (answer?.follow === undefined || !outside) {
      if (answer) return { answer, plugin: KUBERNETES }
      if (outside) return ask(outside, query, message, transport)
      return { answer: answerOutside(question, zone), plugin: KUBERNETES }
    }
    return { answer: this.#follow(query, answer, outside).catch(() => answer), plugin: KUBERNETES }
  }

  /** An ExternalName Service: the CNAME of ours, and behind it what the upstream says of its target. */
  async #follow(query: Query, answer: ZoneAnswer, outside: Outside): Promise<Answer> {
    if (query.question.type === RecordType.CNAME) return answer
    const records = await outside.resolve(answer.follow!, query.question.type, query)
    return { ...answer, answers: [...answer.answers, ...records] }
  }
}

interface Found {
  readonly answer: Answer | Uint8Array | Promise<Answer | Uint8Array>
  readonly plugin: number
}

const ask = (outside: Outside, query: Query, message: Uint8Array, transport: Transport): Found => {
  const answer = outside.answer(query, message, transport)
  return { answer, plugin: answer instanceof Promise ? FORWARD : CACHE }
}
