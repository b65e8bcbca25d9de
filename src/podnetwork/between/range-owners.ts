import { type Cidr, containsCidr, parseCidr } from '#net/cidr.ts'
import { familyBits, type IpFamily } from '#net/ip-address.ts'

interface Length {
  readonly family: IpFamily
  readonly prefix: number
  /** By the bits before the prefix's end: who has that range. */
  readonly owners: Map<bigint, Set<string>>
}

const bitsOf = ({ address: { family, value } }: Cidr, prefix: number): bigint =>
  value >> BigInt(familyBits(family) - prefix)

/**
 * Who has which ranges, and whose overlap. Clusters give ranges of one length or a few: a look costs as many steps as there
 * are lengths, and only where a longer one is there than is asked for, all of that.
 */
export class RangeOwners {
  readonly #lengths = new Map<string, Length>()

  add(name: string, text: string): void {
    const cidr = parseCidr(text)
    const { family } = cidr.address
    const key = `${family} ${cidr.prefix}`
    const length = this.#lengths.get(key) ?? { family, prefix: cidr.prefix, owners: new Map() }
    this.#lengths.set(key, length)
    const bits = bitsOf(cidr, cidr.prefix)
    length.owners.set(bits, (length.owners.get(bits) ?? new Set()).add(name))
  }

  delete(name: string, text: string): void {
    const cidr = parseCidr(text)
    const key = `${cidr.address.family} ${cidr.prefix}`
    const length = this.#lengths.get(key)
    const bits = bitsOf(cidr, cidr.prefix)
    const owners = length?.owners.get(bits)
    owners?.delete(name)
    if (owners?.size === 0) length?.owners.delete(bits)
    if (length?.owners.size === 0) this.#lengths.delete(key)
  }

  /** All who have a range that overlaps this one. */
  overlapping(text: string): ReadonlySet<string> {
    const cidr = parseCidr(text)
    const found = new Set<string>()
    for (const { family, prefix, owners } of this.#lengths.values()) {
      if (family !== cidr.address.family) continue
      if (prefix <= cidr.prefix) for (const name of owners.get(bitsOf(cidr, prefix)) ?? []) found.add(name)
      else
        for (const [bits, names] of owners) {
          const value = bits << BigInt(familyBits(family) - prefix)
          if (containsCidr(cidr, { address: { family, value }, prefix })) for (const name of names) found.add(name)
        }
    }
    return found
  }
}
