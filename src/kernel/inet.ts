import { formatBytes, tryAddressBytes } from '#net/ip-address.ts'
import { KernelError } from './kernel-error.ts'

export const AF_UNSPEC = 0
export const AF_INET = 2
export const AF_INET6 = 10

type Family = typeof AF_INET | typeof AF_INET6

/** An address as the kernel has it: 4 or 16 bytes in network order. */
interface InetAddress {
  readonly family: Family
  readonly bytes: Uint8Array
}

/** A prefix as the kernel has it. */
export interface InetPrefix extends InetAddress {
  readonly length: number
}

/** Throws KernelError ADDRESS_MALFORMED. */
export function inetAddress(text: string): InetAddress {
  const bytes = tryAddressBytes(text)
  if (bytes === undefined) throw new KernelError('ADDRESS_MALFORMED', { operation: 'parse', object: text })
  return { family: bytes.length === 4 ? AF_INET : AF_INET6, bytes }
}

/**
 * `10.244.1.0/24`, `fd00::1` (a whole address), `default` is not one: give `0.0.0.0/0` or `::/0`. Throws KernelError
 * ADDRESS_MALFORMED.
 */
export function inetPrefix(text: string): InetPrefix {
  const slash = text.indexOf('/')
  const address = inetAddress(slash < 0 ? text : text.slice(0, slash))
  const whole = address.bytes.length * 8
  const length = slash < 0 ? whole : Number(text.slice(slash + 1))
  if (!Number.isInteger(length) || length < 0 || length > whole || text.endsWith('/')) {
    throw new KernelError('ADDRESS_MALFORMED', { operation: 'parse', object: text })
  }
  return { ...address, length }
}

/** Canonical text of an address. */
export function inetText(bytes: Uint8Array): string {
  return formatBytes(bytes)
}
