import { isIPv6 } from 'node:net'
import { KernelError } from './kernel-error.ts'
import { libc } from './libc.ts'

export const AF_UNSPEC = 0
export const AF_INET = 2
export const AF_INET6 = 10

const INET_PTON = 'int inet_pton(int family, str text, void *bytes)'
const ADDRESS_LENGTH = { [AF_INET]: 4, [AF_INET6]: 16 } as const

export type Family = typeof AF_INET | typeof AF_INET6

/** An address as the kernel has it: 4 or 16 bytes in network order. */
export interface InetAddress {
  readonly family: Family
  readonly bytes: Uint8Array
}

/** A prefix as the kernel has it. */
export interface InetPrefix extends InetAddress {
  readonly length: number
}

/** Throws KernelError ADDRESS_MALFORMED. */
export function inetAddress(text: string): InetAddress {
  const family: Family = isIPv6(text) ? AF_INET6 : AF_INET
  const bytes = new Uint8Array(ADDRESS_LENGTH[family])
  if (Number(libc(INET_PTON)(family, text, bytes)) !== 1) {
    throw new KernelError('ADDRESS_MALFORMED', { operation: 'inet_pton', object: text })
  }
  return { family, bytes }
}

/** `10.244.1.0/24`, `fd00::1` (a whole address), `default` is not one: give `0.0.0.0/0` or `::/0`. Throws KernelError ADDRESS_MALFORMED. */
export function inetPrefix(text: string): InetPrefix {
  const slash = text.indexOf('/')
  const address = inetAddress(slash < 0 ? text : text.slice(0, slash))
  const whole = address.bytes.length * 8
  const length = slash < 0 ? whole : Number(text.slice(slash + 1))
  if (!Number.isInteger(length) || length < 0 || length > whole || text.endsWith('/')) {
    throw new KernelError('ADDRESS_MALFORMED', { operation: 'inet_pton', object: text })
  }
  return { ...address, length }
}

/** Canonical text: dotted IPv4, IPv6 by RFC 5952. */
export function inetText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0))
  let best = { at: -1, length: 1 }
  for (let at = 0; at < 8; at++) {
    let length = 0
    while (at + length < 8 && groups[at + length] === 0) length++
    if (length > best.length) best = { at, length }
  }
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':')
  return best.at < 0 ? hex(groups) : `${hex(groups.slice(0, best.at))}::${hex(groups.slice(best.at + best.length))}`
}
