/** Transport protocols that a Service can carry, in the API's spelling. */
export type Protocol = 'TCP' | 'UDP' | 'SCTP'

const protocols: readonly Protocol[] = ['TCP', 'UDP', 'SCTP']

/** IANA's protocol numbers, as in an IP header. */
const protocolNumbers: { readonly [P in Protocol]: number } = { TCP: 6, UDP: 17, SCTP: 132 }

/** The protocol of an IP header’s number; undefined for one that no Service carries. */
export const protocolOfNumber = (number: number): Protocol | undefined =>
  protocols.find((protocol) => protocolNumbers[protocol] === number)

/** 1 to 65535. */
export const isPort = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= 65535

/** An address or a name as it stands in a URL: an IPv6 address in brackets, `[fd00::5]`. */
export const urlHost = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/** `10.244.1.5:80`; an IPv6 address in brackets, `[fd00::5]:80` (RFC 3986, 3.2.2). A name stands as it is. */
export const socketText = (host: string, port: number): string => `${urlHost(host)}:${port}`
