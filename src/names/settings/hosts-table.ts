import { addressBytes, canonicalAddress, formatAddress, fromBytes } from '#net/ip-address.ts'
import { foldName, reverseAddress } from '../dns-name.ts'
import { type Answer, type Question, Rcode, type RecordData } from '../record.ts'
import { pick } from '../record-data.ts'

/** A line of a hosts file. */
export interface HostsEntry {
  readonly address: string
  readonly names: readonly string[]
}

/** Names that a configuration gives by itself, as CoreDNS's plugin `hosts` does; what it does not know others may. */
export class HostsTable {
  readonly #addresses = new Map<string, RecordData[]>()
  readonly #names = new Map<string, RecordData[]>()
  readonly #ttl: number

  /** `ttl` in seconds. */
  constructor(entries: readonly HostsEntry[], ttl: number) {
    this.#ttl = ttl
    const add = (map: Map<string, RecordData[]>, key: string, data: RecordData): void =>
      void map.set(key, [...(map.get(key) ?? []), data])
    for (const { address, names } of entries)
      for (const name of names) {
        const type = address.includes(':') ? 'AAAA' : 'A'
        add(this.#addresses, foldName(name), { type, address: addressBytes(address) })
        add(this.#names, canonicalAddress(address), { type: 'PTR', target: name })
      }
  }

  /** Undefined where the name is not here. */
  answer({ name, type }: Question): Answer | undefined {
    const address = reverseAddress(foldName(name))
    const data = address ? this.#names.get(formatAddress(fromBytes(address))) : this.#addresses.get(foldName(name))
    if (data === undefined) return undefined
    const answers = pick(data, type).map((found) => ({ name, ttl: this.#ttl, data: found }))
    return { rcode: Rcode.NOERROR, authoritative: true, answers, authority: [], additional: [] }
  }
}
