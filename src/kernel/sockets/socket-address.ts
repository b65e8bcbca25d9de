import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import { AF_INET6, inetAddress } from '../inet.ts'

/** struct sockaddr_in or sockaddr_in6. Throws KernelError ADDRESS_MALFORMED. */
export function socketAddress(host: string, port: number): { readonly family: number; readonly bytes: Uint8Array } {
  const { family, bytes: address } = inetAddress(host)
  const bytes = new Uint8Array(family === AF_INET6 ? 28 : 16)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, family, LITTLE_ENDIAN)
  view.setUint16(2, port)
  bytes.set(address, family === AF_INET6 ? 8 : 4)
  return { family, bytes }
}
