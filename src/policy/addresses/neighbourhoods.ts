import { type Cidr, containsAddress } from '#net/cidr.ts'
import { familyBits, type IpAddress, type IpFamily } from '#net/ip-address.ts'

/** Pods of a node share a network: a bucket holds about those of one. */
const BUCKET_PREFIX: { readonly [family in IpFamily]: number } = { IPv4: 24, IPv6: 64 }

interface Dweller {
  readonly addresses: readonly { readonly address: IpAddress }[]
}
interface Bucket<T> {
  readonly network: Cidr
  readonly all: Set<T>
}

/** Who has an address in a network, found without a look at all others. */
export class Neighbourhoods<T extends Dweller> {
  readonly #everybody: () => Iterable<T>
  /** Made when it is first asked: a start asks for nobody. */
  #buckets: { readonly [family in IpFamily]: Map<bigint, Bucket<T>> } | undefined

  /** `everybody`: all of whom it has been told. */
  constructor(everybody: () => Iterable<T>) {
    this.#everybody = everybody
  }

  add(one: T): void {
    if (this.#buckets !== undefined) for (const { address } of one.addresses) this.#add(address, one)
  }

  remove(one: T): void {
    for (const { address } of one.addresses) {
      const buckets = this.#buckets?.[address.family]
      const bucket = buckets?.get(placeOf(address))
      bucket?.all.delete(one)
      if (bucket?.all.size === 0) buckets?.delete(placeOf(address))
    }
  }

  *in(network: Cidr): Iterable<T> {
    if (this.#buckets === undefined) {
      this.#buckets = { IPv4: new Map(), IPv6: new Map() }
      for (const one of this.#everybody()) this.add(one)
    }
    const isIn = ({ address }: { readonly address: IpAddress }) => containsAddress(network, address)
    for (const bucket of this.#buckets[network.address.family].values()) {
      if (network.prefix <= bucket.network.prefix) {
        if (isIn(bucket.network)) yield* bucket.all
      } else if (containsAddress(bucket.network, network.address))
        for (const one of bucket.all) if (one.addresses.some(isIn)) yield one
    }
  }

  #add(address: IpAddress, one: T): void {
    const { family } = address
    const place = placeOf(address)
    const known = this.#buckets?.[family].get(place)
    if (known !== undefined) {
      known.all.add(one)
      return
    }
    const network = { address: { family, value: place << bitsOf(family) }, prefix: BUCKET_PREFIX[family] }
    this.#buckets?.[family].set(place, { network, all: new Set([one]) })
  }
}

const bitsOf = (family: IpFamily): bigint => BigInt(familyBits(family) - BUCKET_PREFIX[family])
const placeOf = ({ family, value }: IpAddress): bigint => value >> bitsOf(family)
