import { tryParseCidr } from '#net/cidr.ts'
import { toBytes, tryParseAddress } from '#net/ip-address.ts'

/** `10.1.0.0/16`, as a server's key may be, is `1.10.in-addr.arpa`; undefined where it is no range, or ends amid a label. */
export const reverseZone = (key: string): string | undefined => {
  const cidr = tryParseCidr(key.replace(/(\/\d+):\d+$/, '$1'), { hostBitsAllowed: true })
  if (cidr === undefined) return undefined
  const isIpv4 = cidr.address.family === 'IPv4'
  const bits = isIpv4 ? 8 : 4
  if (cidr.prefix % bits !== 0) return undefined
  const bytes = [...toBytes(cidr.address)]
  const labels = isIpv4
    ? bytes.map(String)
    : bytes.flatMap((byte) => [(byte >> 4).toString(16), (byte & 15).toString(16)])
  return [...labels.slice(0, cidr.prefix / bits).reverse(), isIpv4 ? 'in-addr' : 'ip6', 'arpa'].join('.')
}

/** An address, with a port or none, in brackets or not. */
export const isServer = (text: string): boolean => {
  const bare = text.replace(/^dns:\/\//, '')
  const host = /^\[([^\]]+)\](?::\d+)?$/.exec(bare)?.[1] ?? /^([^:]+)(?::\d+)?$/.exec(bare)?.[1] ?? bare
  return tryParseAddress(host) !== undefined
}
