import { type Cidr, containsAddress, containsCidr, tryParseCidr } from '#net/cidr.ts'
import { addressBytes, fromBytes } from '#net/ip-address.ts'
import { foldName, labelsBelow, reverseAddress, reverseKind } from '../dns-name.ts'

const ZONES = [
  { zone: 'in-addr.arpa', bits: 8, family: 'IPv4' },
  { zone: 'ip6.arpa', bits: 4, family: 'IPv6' },
] as const

/** What a name below `in-addr.arpa` or `ip6.arpa` stands for: a network, of one address where it is whole. */
const networkOf = (name: string): Cidr | undefined => {
  const address = reverseAddress(name)
  if (address !== undefined) return { address: fromBytes(address), prefix: address.length * 8 }
  if (reverseKind(name) !== 'prefix') return undefined
  for (const { zone, bits, family } of ZONES) {
    const labels = labelsBelow(name, zone)?.toReversed()
    if (labels === undefined) continue
    if (labels.length === 0) return undefined
    const text =
      family === 'IPv4' ? [...labels, '0', '0', '0'].slice(0, 4).join('.') : groups(labels.join('').padEnd(32, '0'))
    return { address: fromBytes(addressBytes(text)), prefix: labels.length * bits }
  }
  return undefined
}

const groups = (nibbles: string): string => nibbles.match(/.{4}/g)!.join(':')

/** The reverse names of ranges that belong to the cluster: nobody else can say what they are. */
export class ReverseRanges {
  readonly #ranges: readonly Cidr[]

  /** CIDRs; what is none is passed over. */
  constructor(ranges: readonly string[]) {
    this.#ranges = ranges.flatMap((range) => tryParseCidr(range, { hostBitsAllowed: true }) ?? [])
  }

  /**
   * The zone of the cluster that a name lies in: the largest that is wholly in the range, `97.10.in-addr.arpa` in
   * 10.96.0.0/12. `isAddress`: the name stands for one address. Undefined where the name is none of the cluster's.
   */
  find(name: string): { readonly apex: string; readonly isAddress: boolean } | undefined {
    if (this.#ranges.length === 0) return undefined
    const folded = foldName(name)
    const network = networkOf(folded)
    if (network === undefined) return undefined
    const range = this.#ranges.find((one) => containsCidr(one, network) && containsAddress(one, network.address))
    if (range === undefined) return undefined
    const bits = network.address.family === 'IPv4' ? 8 : 4
    const labels = folded.split('.')
    const kept = Math.ceil(range.prefix / bits) + 2
    return { apex: labels.slice(-kept).join('.'), isAddress: reverseKind(folded) === 'address' }
  }
}
