import { closeSync } from 'node:fs'
import { call, libc } from '#kernel/libc.ts'
import { withNamespace } from '#kernel/namespace.ts'

const AF_INET = 2
const SOCK_RAW_NONBLOCK = 3 | 0o4000 | 0o2000000
const IPPROTO_ICMP = 1
const IPPROTO_SCTP = 132
const CHUNK_NAMES: Readonly<Record<number, string>> = { 1: 'INIT', 6: 'ABORT' }

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc >>> 0
})

/** RFC 9260, appendix A: Castagnoli. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 255] as number) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

/** SCTP by hand over a raw IPv4 socket: kernels are built without it. */
export class SctpSocket {
  readonly #fd: number

  static open(path: string): SctpSocket {
    return new SctpSocket(path, IPPROTO_SCTP)
  }

  static openIcmp(path: string): SctpSocket {
    return new SctpSocket(path, IPPROTO_ICMP)
  }

  private constructor(path: string, protocol: number) {
    const socket = 'int socket(int domain, int type, int protocol)'
    this.#fd = withNamespace(path, () => call('SOCKET', 'socket', path, socket, AF_INET, SOCK_RAW_NONBLOCK, protocol))
  }

  sendInit(to: string, sourcePort: number, port: number): void {
    const packet = new Uint8Array(32)
    const view = new DataView(packet.buffer)
    view.setUint16(0, sourcePort)
    view.setUint16(2, port)
    view.setUint8(12, 1)
    view.setUint16(14, 20)
    // Initiate tag, window, streams out and in, first sequence number.
    view.setUint32(16, sourcePort)
    view.setUint32(20, 65536)
    view.setUint16(24, 1)
    view.setUint16(26, 1)
    view.setUint32(28, 1)
    view.setUint32(8, crc32c(packet), true)
    const address = new Uint8Array(16)
    new DataView(address.buffer).setUint16(0, AF_INET, true)
    address.set(to.split('.').map(Number), 4)
    const sendto = 'int64 sendto(int fd, void *bytes, size_t length, int flags, void *address, uint32 size)'
    call('SOCKET', 'sendto', to, sendto, this.#fd, packet, packet.length, 0, address, address.length)
  }

  *#packets(): Generator<Uint8Array> {
    const buffer = new Uint8Array(2048)
    for (;;) {
      const recv = libc('int64 recv(int fd, void *bytes, size_t length, int flags)')
      const length = Number(recv(this.#fd, buffer, buffer.length, 0))
      if (length < 0) return
      yield buffer.slice(0, length)
    }
  }

  /** What has come, with its IPv4 header read. */
  received() {
    return [...this.#packets()].map((packet) => {
      const view = new DataView(packet.buffer, ((packet[0] as number) & 15) * 4)
      return {
        source: packet.slice(12, 16).join('.'),
        sourcePort: view.getUint16(0),
        port: view.getUint16(2),
        chunk: CHUNK_NAMES[view.getUint8(12)] ?? 'other',
      }
    })
  }

  receivedIcmp() {
    return [...this.#packets()].map((packet) => {
      const at = ((packet[0] as number) & 15) * 4
      return { type: packet[at], code: packet[at + 1] }
    })
  }

  close(): void {
    closeSync(this.#fd)
  }
}
