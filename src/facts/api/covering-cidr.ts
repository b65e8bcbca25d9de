import { type Cidr, containsAddress } from '#net/cidr.ts'
import { familyBits, type IpAddress, type IpFamily } from '#net/ip-address.ts'

/** The smallest network that holds all of these addresses, which are of one family; undefined where there is none. */
const coveringCidr = ([first, ...more]: readonly IpAddress[]): Cidr | undefined => {
  if (first === undefined) return undefined
  const bits = familyBits(first.family)
  const differing = more.reduce((all, { value }) => all | (value ^ first.value), 0n)
  const hostBits = differing === 0n ? 0 : differing.toString(2).length
  const shift = BigInt(hostBits)
  return { address: { family: first.family, value: (first.value >> shift) << shift }, prefix: bits - hostBits }
}

/** Wider is no range of Services: there are several, and this is what lies between them. */
const WIDEST: Readonly<Record<IpFamily, number>> = { IPv4: 8, IPv6: 32 }

/**
 * What is surely of the Services' range where no API tells it: a range that holds two addresses holds all between them.
 * `others`, addresses of pods and nodes, lie outside of it; where one does not, or it is too wide, nothing is known.
 */
export const rangeOfServices = (clusterIps: readonly IpAddress[], others: readonly IpAddress[]): readonly Cidr[] =>
  (['IPv4', 'IPv6'] as const).flatMap((family) => {
    const cidr = coveringCidr(clusterIps.filter((one) => one.family === family))
    if (cidr === undefined || cidr.prefix < WIDEST[family]) return []
    return others.some((one) => containsAddress(cidr, one)) ? [] : [cidr]
  })
