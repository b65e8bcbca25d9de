import { type Cidr, containsAddress } from '#net/cidr.ts'
import { familyBits, type IpAddress, type IpFamily } from '#net/ip-address.ts'

/** Pods of a node share a network: a bucket holds about those of one. */
const BUCKET_PREFIX: { readonly [family in IpFamily]: number } = { IPv4: 24, IPv6: 64 }

interface Bucket<T> {
  readonly network: Cidr
  readonly all: Map<T, IpAddress>
}

/** Who has an address in a network, found without a look at all others. Each is one that has one address of a family. */
export class Neighbourhoods<T> {
  readonly #buckets: { readonly [family in IpFamily]: Map<bigint, Bucket<T>> } = { IPv4: new Map(), IPv6: new Map() }

  add(address: IpAddress, one: T): void {
    const { family } = address
    const bits = BigInt(familyBits(family) - BUCKET_PREFIX[family])
    const place = address.value >> bits
    const known = this.#buckets[family].get(place)
    if (known !== undefined) {
      known.all.set(one, address)
      return
    }
    const network = { address: { family, value: place << bits }, prefix: BUCKET_PREFIX[family] }
    this.#buckets[family].set(place, { network, all: new Map([[one, address]]) })
  }

  remove({ family, value }: IpAddress, one: T): void {
    const place = value >> BigInt(familyBits(family) - BUCKET_PREFIX[family])
    const bucket = this.#buckets[family].get(place)
    bucket?.all.delete(one)
    if (bucket?.all.size === 0) this.#buckets[family].delete(place)
  }

  *in(network: Cidr): Iterable<T> {
    for (const bucket of this.#buckets[network.address.family].values()) {
      if (network.prefix <= bucket.network.prefix) {
        if (containsAddress(network, bucket.network.address)) yield* bucket.all.keys()
      } else if (containsAddress(bucket.network, network.address))
        for (const [one, address] of bucket.all) if (containsAddress(network, address)) yield one
    }
  }
}
