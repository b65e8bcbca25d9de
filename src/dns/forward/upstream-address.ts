import { formatAddress, tryParseAddress } from '#net/ip-address.ts'

/** A nameserver: an IP address in its canonical text, and a port. */
export interface UpstreamAddress {
  readonly address: string
  readonly port: number
}

const DNS_PORT = 53

/** `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:5353`, each also behind `dns://`; else undefined. */
export const parseUpstream = (text: string): UpstreamAddress | undefined => {
  const bare = text.replace(/^dns:\/\//, '')
  const [, inBrackets, bracketPort, host, hostPort] = /^\[([^\]]*)\](?::(\d+))?$|^([^:]*)(?::(\d+))?$/.exec(bare) ?? []
  const parsed = tryParseAddress(inBrackets ?? host ?? bare)
  const port = Number(bracketPort ?? hostPort ?? DNS_PORT)
  if (parsed === undefined || port < 1 || port > 65_535) return undefined
  return { address: formatAddress(parsed), port }
}

/** `192.0.2.1:53`, `[2001:db8::1]:53`: as CoreDNS's metrics call it. */
export const upstreamText = ({ address, port }: UpstreamAddress): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`
