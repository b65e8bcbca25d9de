import { type Rcode, RecordType } from '#names/record.ts'
import { addressBytes } from '#net/ip-address.ts'
import { decodeName } from '../../decode-name.ts'
import { MessageWriter } from '../../message-writer.ts'
import type { Exchange } from '../exchange.ts'
import type { UpstreamAddress } from '../upstream-address.ts'
import { matchReply } from '../upstream-reply.ts'

interface Said {
  readonly rcode?: (typeof Rcode)[keyof typeof Rcode]
  /** Of the name that was asked for, with a TTL in seconds. */
  readonly addresses?: readonly (readonly [address: string, ttl: number])[]
  readonly soa?: { readonly ttl: number; readonly minimum: number }
  readonly isTruncated?: boolean
  /** Its letters are folded. */
  readonly foldsCase?: boolean
  readonly withOpt?: boolean
}

/** What a nameserver that says this sends as an answer to a query. */
const replyTo = (query: Uint8Array, said: Said): Uint8Array => {
  const { name, end } = decodeName(query, 12)
  const writer = new MessageWriter()
  writer.octets(query.subarray(0, 2))
  writer.u16(0x8180 | (said.isTruncated ? 0x200 : 0) | (said.rcode ?? 0))
  const addresses = said.addresses ?? []
  for (const count of [1, addresses.length, said.soa ? 1 : 0, said.withOpt ? 1 : 0]) writer.u16(count)
  writer.name(said.foldsCase ? name.toLowerCase() : name)
  writer.octets(query.subarray(end, end + 4))
  for (const [address, ttl] of addresses)
    writer.record({ name, ttl, data: { type: address.includes(':') ? 'AAAA' : 'A', address: addressBytes(address) } })
  if (said.soa)
    writer.record({
      name: 'example.org',
      ttl: said.soa.ttl,
      data: {
        type: 'SOA',
        primary: 'ns.example.org',
        mailbox: 'root.example.org',
        serial: 1,
        refresh: 1,
        retry: 1,
        expire: 1,
        minimum: said.soa.minimum,
      },
    })
  if (said.withOpt) {
    writer.u8(0)
    for (const word of [RecordType.OPT, 1232, 0, 0, 0]) writer.u16(word)
  }
  return writer.bytes.slice(0, writer.length)
}

/** Nameservers that say what a test has them say. */
export class FakeUpstream {
  /** Who was asked for what, in order: `192.0.2.1:53 udp www.example.org`. */
  readonly asked: string[] = []
  readonly queries: Uint8Array[] = []
  /** Nobody answers, and nobody gives up. */
  isSlow = false
  /** What a server says; undefined: it is silent. */
  says: (server: UpstreamAddress, transport: 'udp' | 'tcp') => Said | undefined = () => ({})

  exchange(transport: 'udp' | 'tcp'): Exchange {
    return async (server, query) => {
      this.asked.push(`${server.address} ${transport} ${decodeName(query, 12).name.toLowerCase()}`)
      this.queries.push(query)
      if (this.isSlow) await new Promise(() => undefined)
      const said = this.says(server, transport)
      if (said === undefined) throw new Error('silent')
      const reply = replyTo(query, said)
      return { reply, match: matchReply(reply, query) }
    }
  }
}
