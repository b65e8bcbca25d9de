import { type Cidr, overlaps, parseCidr } from '#net/cidr.ts'

/**
 * Addresses that no pod, node or Service can have: kernels give them another meaning, and the API takes none of them for
 * an endpoint (RFC 6890, RFC 4291).
 */
const RESERVED = (
  [
    ['0.0.0.0/8', 'addresses of no machine'],
    ['127.0.0.0/8', 'loopback addresses'],
    ['169.254.0.0/16', 'link-local addresses'],
    ['224.0.0.0/4', 'multicast addresses'],
    ['255.255.255.255/32', 'the broadcast address'],
    ['::/127', 'the loopback address'],
    ['::ffff:0:0/96', 'IPv4 addresses in IPv6 form'],
    ['fe80::/10', 'link-local addresses'],
    ['ff00::/8', 'multicast addresses'],
  ] as const
).map(([text, what]) => ({ range: parseCidr(text), what }))

/** What a range holds that it must not, in words; undefined where nothing. */
export const reservedIn = (range: Cidr): string | undefined => RESERVED.find((one) => overlaps(one.range, range))?.what
