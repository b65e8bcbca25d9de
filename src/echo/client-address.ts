/**
 * The peer's address and port as one text, Go's way: `10.244.1.5:40112`, `[fd00:10:244:1::5]:40112`. A dual-stack
 * socket shows IPv4 peers as `::ffff:10.244.1.5`; the prefix is no part of the address that the peer has.
 */
export const clientAddress = (address: string, port: number): string => {
  const bare = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
  return bare.includes(':') ? `[${bare}]:${port}` : `${bare}:${port}`
}
