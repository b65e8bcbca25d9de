import type { IpFamily } from '#net/ip-address.ts'

/** One link for each family that the underlay has: the kernel's are of one. 15 bytes is what a name can have. */
export const VXLAN_LINKS: Readonly<Record<IpFamily, string>> = { IPv4: 'fairlead-vxlan', IPv6: 'fairlead-vxlan6' }

/**
 * VXLAN network identifier and UDP port, where nothing else is asked for. Not those of others, beside whom we may run: Flannel
 * 1 at 8472, Calico 4096 at 4789, Cilium any at 8472, Docker's overlay at 4789. Below the ranges of NodePorts and of
 * ports that connections are given.
 */
export const VXLAN_ID = 4797
export const VXLAN_PORT = 4797

/** What VXLAN adds to a packet: IP, UDP and VXLAN headers, and the inner Ethernet header. Bytes; RFC 7348, 5. */
export const VXLAN_OVERHEAD: Readonly<Record<IpFamily, number>> = { IPv4: 50, IPv6: 70 }

const FNV_PRIME = 0x100000001b3n
const FNV_START = 0xcbf29ce484222325n
const BITS_64 = (1n << 64n) - 1n

/**
 * The MAC of a node's VXLAN links, by its name alone (FNV-1a): everybody knows it without being told. 46 bits of it are the
 * name's; the other two say that it is one machine's, and not its maker's (IEEE 802).
 */
export function nodeMac(name: string): string {
  let hash = FNV_START
  for (let at = 0; at < name.length; at++) hash = ((hash ^ BigInt(name.charCodeAt(at))) * FNV_PRIME) & BITS_64
  const first = (Number((hash >> 40n) & 0xffn) & 0xfc) | 0x02
  const rest = [32n, 24n, 16n, 8n, 0n].map((shift) => Number((hash >> shift) & 0xffn))
  return [first, ...rest].map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}
