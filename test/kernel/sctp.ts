import { closeSync } from 'node:fs'
import { call, libc } from '#kernel/libc.ts'
import { withNamespace } from '#kernel/namespaces/namespace.ts'
import { addressBytes, formatAddress, fromBytes } from '#net/ip-address.ts'

const AF_INET = 2
const AF_INET6 = 10
const SOCK_RAW_NONBLOCK = 3 | 0o4000 | 0o2000000
const IPPROTO_ICMP = 1
const IPPROTO_ICMPV6 = 58
const IPPROTO_SCTP = 132
const IPV6_HEADER = 40
const INIT = 1
const ABORT = 6
const CHUNK_NAMES: Readonly<Record<number, string>> = { [INIT]: 'INIT', [ABORT]: 'ABORT' }

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc >>> 0
})

/** RFC 9260, appendix A: Castagnoli. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 255] as number) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

/** struct sockaddr_in or sockaddr_in6 without a port. */
function socketAddress(address: string): Uint8Array {
  const bytes = addressBytes(address)
  const isIpv6 = bytes.length === 16
  const made = new Uint8Array(isIpv6 ? 28 : 16)
  new DataView(made.buffer).setUint16(0, isIpv6 ? AF_INET6 : AF_INET, true)
  made.set(bytes, isIpv6 ? 8 : 4)
  return made
}

/** RFC 1071. */
export function checksum(bytes: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

interface Received {
  readonly source: string
  /** What follows the IP header. */
  readonly payload: Uint8Array
}

/** A raw socket of one family: an IPv4 one gives the IP header too, an IPv6 one does not. */
export class RawSocket {
  readonly #fd: number
  readonly #isIpv6: boolean
  readonly #bytes = new Uint8Array(2048)
  readonly #from = new Uint8Array(28)

  constructor(path: string, isIpv6: boolean, protocol: number) {
    const socket = 'int socket(int domain, int type, int protocol)'
    const domain = isIpv6 ? AF_INET6 : AF_INET
    this.#isIpv6 = isIpv6
    this.#fd = withNamespace(path, () => call('SOCKET', 'socket', path, socket, domain, SOCK_RAW_NONBLOCK, protocol))
  }

  bind(address: string): void {
    const bind = 'int bind(int fd, void *address, uint32 size)'
    const own = socketAddress(address)
    call('SOCKET', 'bind', address, bind, this.#fd, own, own.length)
  }

  send(to: string, packet: Uint8Array): void {
    const sendto = 'int64 sendto(int fd, void *bytes, size_t length, int flags, void *address, uint32 size)'
    const target = socketAddress(to)
    call('SOCKET', 'sendto', to, sendto, this.#fd, packet, packet.length, 0, target, target.length)
  }

  *received(): Generator<Received> {
    const recvfrom = libc(
      'int64 recvfrom(int fd, void *bytes, size_t length, int flags, void *address, _Inout_ uint32 *size)',
    )
    for (;;) {
      const length = Number(recvfrom(this.#fd, this.#bytes, this.#bytes.length, 0, this.#from, [this.#from.length]))
      if (length < 0) return
      const address = this.#isIpv6 ? this.#from.slice(8, 24) : this.#from.slice(4, 8)
      const header = this.#isIpv6 ? 0 : ((this.#bytes[0] as number) & 15) * 4
      yield { source: formatAddress(fromBytes(address)), payload: this.#bytes.slice(header, length) }
    }
  }

  close(): void {
    closeSync(this.#fd)
  }
}

/** SCTP by hand over a raw socket: kernels are built without it. */
export class SctpSocket {
  readonly #socket: RawSocket

  /** Sends from this address of the namespace, and receives what comes to it. */
  static open(path: string, address: string): SctpSocket {
    return new SctpSocket(path, address)
  }

  private constructor(path: string, address: string) {
    this.#socket = new RawSocket(path, address.includes(':'), IPPROTO_SCTP)
    this.#socket.bind(address)
  }

  /** Throws KernelError with the kernel's `errno`. */
  sendInit(to: string, sourcePort: number, port: number): void {
    const packet = new Uint8Array(32)
    const view = new DataView(packet.buffer)
    view.setUint16(0, sourcePort)
    view.setUint16(2, port)
    view.setUint8(12, INIT)
    view.setUint16(14, 20)
    // Initiate tag (the port), window, streams out and in, first sequence number.
    view.setUint32(16, sourcePort)
    view.setUint32(20, 65536)
    view.setUint16(24, 1)
    view.setUint16(26, 1)
    view.setUint32(28, 1)
    view.setUint32(8, crc32c(packet), true)
    this.#socket.send(to, packet)
  }

  /** Ends an association, which need not be: then it belongs to no connection that a kernel knows. */
  sendAbort(to: string, sourcePort: number, port: number): void {
    const packet = new Uint8Array(16)
    const view = new DataView(packet.buffer)
    view.setUint16(0, sourcePort)
    view.setUint16(2, port)
    view.setUint32(4, sourcePort)
    view.setUint8(12, ABORT)
    view.setUint16(14, 4)
    view.setUint32(8, crc32c(packet), true)
    this.#socket.send(to, packet)
  }

  /** What has come. */
  received() {
    return [...this.#socket.received()].map(({ source, payload }) => {
      const view = new DataView(payload.buffer)
      return {
        source,
        sourcePort: view.getUint16(0),
        port: view.getUint16(2),
        /** The client's own port, whatever a translation made of it on the way. */
        tag: payload.length >= 20 ? view.getUint32(16) : 0,
        chunk: CHUNK_NAMES[view.getUint8(12)] ?? 'other',
      }
    })
  }

  close(): void {
    this.#socket.close()
  }
}

/** Hears the refusals that come to a namespace by ICMP. */
export class IcmpSocket {
  readonly #socket: RawSocket
  readonly #isIpv6: boolean

  static open(path: string, family: 4 | 6): IcmpSocket {
    return new IcmpSocket(path, family === 6)
  }

  private constructor(path: string, isIpv6: boolean) {
    this.#isIpv6 = isIpv6
    this.#socket = new RawSocket(path, isIpv6, isIpv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP)
  }

  /** An echo request. */
  sendEcho(to: string): void {
    // The kernel writes the checksum of ICMPv6.
    this.#socket.send(to, Uint8Array.of(...(this.#isIpv6 ? [128, 0, 0, 0] : [8, 0, 0xf7, 0xfd]), 0, 1, 0, 1))
  }

  /** Says that a TCP packet, of which it quotes the start, was too big to be passed on. IPv4 alone. */
  sendTooBig(
    to: string,
    quoted: { readonly from: string; readonly to: string; readonly ports: readonly [number, number] },
  ): void {
    const packet = new Uint8Array(8 + 28)
    const view = new DataView(packet.buffer)
    packet.set([3, 4])
    view.setUint16(6, 1400)
    // The quoted header: version, lengths, time to live, protocol, addresses; then ports.
    packet.set([0x45, 0, 0x05, 0xdc, 0, 1, 0x40, 0, 63, 6], 8)
    packet.set(addressBytes(quoted.from), 20)
    packet.set(addressBytes(quoted.to), 24)
    view.setUint16(28, quoted.ports[0])
    view.setUint16(30, quoted.ports[1])
    view.setUint16(18, checksum(packet.subarray(8, 28)))
    view.setUint16(2, checksum(packet))
    this.#socket.send(to, packet)
  }

  /** Of each "port unreachable" the packet that it quotes. */
  portUnreachables() {
    const [type, code] = this.#isIpv6 ? [1, 4] : [3, 3]
    return [...this.#socket.received()].flatMap(({ payload }) => {
      if (payload[0] !== type || payload[1] !== code) return []
      const quoted = payload.slice(8)
      const protocol = quoted[this.#isIpv6 ? 6 : 9]
      const view = new DataView(quoted.buffer, this.#isIpv6 ? IPV6_HEADER : ((quoted[0] as number) & 15) * 4)
      return [{ protocol, sourcePort: view.getUint16(0), port: view.getUint16(2) }]
    })
  }

  close(): void {
    this.#socket.close()
  }
}
