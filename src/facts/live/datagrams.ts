/** What the echo image answers with its name; any other program is as welcome to be silent. */
const DATAGRAM = 'hostname'
const DNS_PORT = 53
/** There a program is asked in its own words too: a query for the name servers of the root, RFC 1035: whoever speaks DNS answers it, if only by a refusal. */
const DNS_QUERY = Buffer.from('464c01000001000000000000' + '00' + '0002' + '0001', 'hex')

/** What is sent by UDP to a port of which nobody knows what listens there. */
export const datagramsFor = (port: number): readonly (string | Buffer)[] =>
  port === DNS_PORT ? [DNS_QUERY, DATAGRAM] : [DATAGRAM]
