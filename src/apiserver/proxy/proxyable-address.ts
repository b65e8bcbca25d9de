import { containsAddress, parseCidr } from '#net/cidr.ts'
import { isIpv4Mapped, tryParseAddress } from '#net/ip-address.ts'
import { badRequest } from '../errors.ts'

/** Unspecified, loopback, link-local, multicast and broadcast: what Go calls no global unicast. */
const REFUSED = [
  '0.0.0.0/32',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '255.255.255.255/32',
  '::/127',
  'fe80::/10',
  'ff00::/8',
].map(parseCidr)

/**
 * Whether the API server may connect there. What is refused means another machine on each machine, and here ours:
 * whoever can write a pod's status must not be led to what listens on it.
 */
export const isProxyable = (text: string): boolean => {
  const address = tryParseAddress(text)
  return address !== undefined && !isIpv4Mapped(address) && !REFUSED.some((range) => containsAddress(range, address))
}

/** Throws 400 for an address that isProxyable() refuses. */
export const checkProxyable = (address: string): void => {
  if (!isProxyable(address)) throw badRequest(`address not allowed: ${address} is none that a pod or a node can have`)
}

/** A port as text, 1 to 65535. Throws 400. */
export const parsePort = (text: string): number => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535) throw badRequest(`${JSON.stringify(text)} is no port: one is from 1 to 65535`)
  return port
}
