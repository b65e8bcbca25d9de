import { formatCidr, tryParseCidr } from '#net/cidr.ts'
import { canonicalAddress } from '#net/ip-address.ts'
import { familyOfText } from '#net/per-family.ts'
import type { Underlay } from './cluster-node.ts'

interface FoundLink {
  readonly index: number
  readonly name: string
  readonly mtu: number
}

interface FoundAddress {
  readonly link: number
  /** With prefix length. */
  readonly address: string
}

/** The links that have this node's addresses, one of each family; those that no link has are left out. */
export const underlaysOf = (
  own: readonly string[],
  links: readonly FoundLink[],
  addresses: readonly FoundAddress[],
): readonly Underlay[] =>
  own.flatMap((address) => {
    const found = addresses.find((one) => one.address.slice(0, one.address.indexOf('/')) === canonicalAddress(address))
    const link = links.find(({ index }) => index === found?.link)
    const subnet = found && tryParseCidr(found.address, { hostBitsAllowed: true })
    if (link === undefined || subnet === undefined) return []
    return [{ family: familyOfText(address), link: link.name, mtu: link.mtu, address, subnet: formatCidr(subnet) }]
  })
