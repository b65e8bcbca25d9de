import type { Node } from '#api/core/node/message.ts'
import { type Cidr, formatCidr, nthSubnet, overlaps, parseCidr, tryParseCidr } from '#net/cidr.ts'
import { familyBits, type IpFamily } from '#net/ip-address.ts'

/** As kube-controller-manager has them in --cluster-cidr, --node-cidr-mask-size-ipv4 and -ipv6, --service-cluster-ip-range. */
export interface NodeIpamOptions {
  /** One, or one of each family; nodes get a range of each, in this order. */
  readonly clusterCidrs: readonly string[]
  /** Left out: 24 and 64. */
  readonly maskSizes?: Partial<Readonly<Record<IpFamily, number>>>
  /** No node gets a range that holds Services. */
  readonly serviceCidrs?: readonly string[]
}

const MASK_SIZES: Readonly<Record<IpFamily, number>> = { IPv4: 24, IPv6: 64 }
/** As Kubernetes: a cluster with more nodes has other limits first. */
const MOST_BITS = 16

/** The ranges of nodes within one range of the cluster, and how often each is taken. */
class Pool {
  readonly #cidr: Cidr
  readonly #prefix: number
  readonly #size: number
  /** By its place in the cluster's range: how many have it, or a part of it. */
  readonly #taken = new Map<number, number>()
  #next = 0

  constructor(cidr: Cidr, prefix: number) {
    this.#cidr = cidr
    this.#prefix = prefix
    this.#size = 2 ** (prefix - cidr.prefix)
  }

  /** Of a range that somebody has, of whatever size: `by` more, or fewer, have what it touches. */
  note(range: Cidr, by: 1 | -1): void {
    if (!overlaps(this.#cidr, range)) return
    const [first, last] = range.prefix <= this.#cidr.prefix ? [0, this.#size - 1] : this.#placesOf(range)
    for (let place = first; place <= last; place++) {
      const count = (this.#taken.get(place) ?? 0) + by
      if (count > 0) this.#taken.set(place, count)
      else this.#taken.delete(place)
    }
  }

  /** The next free one, going round: what has just come free is given last. Undefined where all are taken. */
  free(): string | undefined {
    if (this.#taken.size >= this.#size) return undefined
    for (let step = 0; step < this.#size; step++) {
      const place = (this.#next + step) % this.#size
      if (this.#taken.has(place)) continue
      this.#next = place + 1
      return formatCidr(nthSubnet(this.#cidr, this.#prefix, place))
    }
    return undefined
  }

  get text(): string {
    return formatCidr(this.#cidr)
  }

  #placesOf(range: Cidr): readonly [first: number, last: number] {
    const bits = BigInt(familyBits(range.address.family) - this.#prefix)
    const first = Number((range.address.value - this.#cidr.address.value) >> bits)
    const count = range.prefix < this.#prefix ? 2 ** (this.#prefix - range.prefix) : 1
    return [first, first + count - 1]
  }
}

/** What a node that has no ranges may have, or which range of the cluster has none left. */
type Given = { readonly podCidrs: readonly string[] } | { readonly exhausted: string }

/** Which ranges nodes have, and which are free. It takes what it finds for given, and gives what nobody has. */
export class NodeRanges {
  readonly #pools: readonly Pool[]
  /** By a node's name. */
  readonly #held = new Map<string, readonly string[]>()

  /** Throws RangeError where ranges and sizes do not fit together, NetError where a text is no CIDR. */
  constructor({ clusterCidrs, maskSizes, serviceCidrs = [] }: NodeIpamOptions) {
    const families = new Set<IpFamily>()
    this.#pools = clusterCidrs.map((text) => {
      const cidr = parseCidr(text)
      const { family } = cidr.address
      if (families.has(family)) throw new RangeError(`--cluster-cidr ${clusterCidrs.join(',')} names ${family} twice`)
      families.add(family)
      const size = maskSizes?.[family] ?? MASK_SIZES[family]
      const flag = `--node-cidr-mask-size-${family.toLowerCase()} ${size}`
      if (size < cidr.prefix || size > familyBits(family))
        throw new RangeError(`${flag} is no size of a range within ${text}`)
      if (size - cidr.prefix > MOST_BITS)
        throw new RangeError(
          `${flag} is more than ${MOST_BITS} bits longer than ${text}; make it at most ${cidr.prefix + MOST_BITS}`,
        )
      return new Pool(cidr, size)
    })
    for (const text of serviceCidrs) for (const pool of this.#pools) pool.note(parseCidr(text), 1)
  }

  /** These are a node's now, whoever gave them; none where it is gone. */
  hold(name: string, podCidrs: readonly string[]): void {
    const note = (texts: readonly string[], by: 1 | -1) => {
      for (const text of texts) {
        const cidr = tryParseCidr(text, { hostBitsAllowed: true })
        if (cidr !== undefined) for (const pool of this.#pools) pool.note(cidr, by)
      }
    }
    note(podCidrs, 1)
    note(this.#held.get(name) ?? [], -1)
    if (podCidrs.length > 0) this.#held.set(name, podCidrs)
    else this.#held.delete(name)
  }

  held(name: string): readonly string[] {
    return this.#held.get(name) ?? []
  }

  /** A free range of each of the cluster's, which are then the node's. One that has some keeps them. */
  give(name: string): Given {
    const held = this.#held.get(name)
    if (held !== undefined) return { podCidrs: held }
    const podCidrs: string[] = []
    for (const pool of this.#pools) {
      const text = pool.free()
      if (text === undefined) return { exhausted: pool.text }
      podCidrs.push(text)
    }
    this.hold(name, podCidrs)
    return { podCidrs }
  }
}

/** The ranges that a Node says it has. */
export const podCidrsOf = ({ spec }: Node): readonly string[] => {
  const { podCIDRs = [], podCIDR } = spec ?? {}
  return podCIDRs.length > 0 ? podCIDRs : podCIDR ? [podCIDR] : []
}
