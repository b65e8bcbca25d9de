import type { Clock } from '#clock/clock.ts'
import { Rcode } from '#names/record.ts'
import { DnsFormatError } from '../decode-name.ts'
import type { DnsCounts } from '../dns-counts.ts'
import { type Exchange, exchangeTcp, exchangeUdp } from './exchange.ts'
import { type UpstreamAddress, upstreamText } from './upstream-address.ts'
import { type Asked, upstreamQuery } from './upstream-query.ts'
import { readReply, type UpstreamReply } from './upstream-reply.ts'
import { type UpstreamPolicy, UpstreamServers } from './upstream-servers.ts'

/** How long one server has to answer before the next is asked, and how long all of them together, milliseconds. */
const TIMEOUT_MS = 2_000
const DEADLINE_MS = 5_000
/** Where there is but one server, a datagram that was lost is sent again. */
const LEAST_ATTEMPTS = 2

interface ForwarderOptions {
  readonly servers: readonly UpstreamAddress[]
  readonly policy: UpstreamPolicy
  readonly clock: Clock
  readonly random: () => number
  readonly counts: DnsCounts
  /** The number that the first of the servers has in `counts`. */
  readonly firstSlot: number
  readonly timeoutMs?: number
  readonly udp?: Exchange
  readonly tcp?: Exchange
}

type Server = ReturnType<UpstreamServers['order']>[number]

/** Of this server nothing is to be had: another may do better. */
const isOfNoUse = ({ rcode, questionEnd }: UpstreamReply): boolean =>
  rcode === Rcode.SERVFAIL || rcode === Rcode.REFUSED || rcode === Rcode.NOTIMP || questionEnd === 12

/** Asks nameservers that know the same, one after the other, until one of them answers. */
export class Forwarder {
  readonly #options: ForwarderOptions
  readonly #servers: UpstreamServers

  constructor(options: ForwarderOptions) {
    this.#options = options
    this.#servers = new UpstreamServers(options)
  }

  /** What the first of them says that answers; a refusal or failure where none says better. Rejects where none answers. */
  async ask(asked: Asked): Promise<UpstreamReply> {
    const { clock, counts, firstSlot } = this.#options
    const order = this.#servers.order()
    const attempts = order.length === 1 ? Array.from({ length: LEAST_ATTEMPTS }, () => order[0]!) : order
    const began = clock.now()
    let worse: UpstreamReply | undefined
    for (const server of attempts) {
      const left = DEADLINE_MS - (clock.now() - began)
      if (left <= 0) break
      const asking = clock.now()
      try {
        const reply = await this.#askOne(server, asked, left)
        this.#servers.answered(server)
        counts.upstream(firstSlot + server.index, reply.rcode, (clock.now() - asking) / 1000)
        if (!isOfNoUse(reply)) return reply
        if (reply.questionEnd > 12) worse = reply
      } catch {
        // The next one may answer; the last failure is told below.
        counts.upstreamFailed(firstSlot + server.index)
        this.#servers.failed(server)
      }
    }
    if (worse !== undefined) return worse
    const names = this.#options.servers.map(upstreamText).join(', ')
    throw new Error(`no upstream nameserver answered (asked ${names || 'none'})`)
  }

  async #askOne({ server }: Server, asked: Asked, left: number): Promise<UpstreamReply> {
    const { clock, random, udp = exchangeUdp, tcp = exchangeTcp, timeoutMs = TIMEOUT_MS } = this.#options
    const options = { clock, timeoutMs: Math.min(timeoutMs, left) }
    const query = upstreamQuery(asked, random)
    const first = await udp(server, query, options)
    // Letters in another case are those of a server that folds them, or of somebody who guesses: whom TCP keeps out.
    const overTcp = async (): Promise<UpstreamReply> => readWhole((await tcp(server, query, options)).reply)
    if (first.match === 'case') return overTcp()
    const reply = readReply(first.reply)
    if (reply.isTruncated) return overTcp().catch(() => reply)
    // A server from before EDNS (RFC 6891 section 7).
    if (reply.rcode !== Rcode.FORMERR) return reply
    const plain = await udp(server, upstreamQuery(asked, random, false), options)
    return readReply(plain.reply)
  }
}

const readWhole = (bytes: Uint8Array): UpstreamReply => {
  const reply = readReply(bytes)
  if (reply.isTruncated) throw new DnsFormatError('an answer over TCP is truncated')
  return reply
}
