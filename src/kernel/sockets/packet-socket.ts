import { closeSync } from 'node:fs'
import { Socket } from 'node:net'
import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import { AF_INET6, inetAddress } from '../inet.ts'
import { KernelError } from '../kernel-error.ts'
import { call, errno, koffi, libc } from '../libc.ts'
import { withNamespace } from '../namespaces/namespace.ts'
import {
  AF_UNIX,
  BIND,
  MSG_DONTWAIT,
  SEND,
  SETSOCKOPT,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOCK_STREAM,
  SOCKET,
  SOL_SOCKET,
} from '../socket-calls.ts'

const DUP3 = 'int dup3(int from, int to, int flags)'
// linux/socket.h, linux/if_ether.h, linux/filter.h, linux/in6.h
const AF_PACKET = 17
const ETHERTYPES = { arp: 0x0806, ndp: 0x86dd }
const SO_ATTACH_FILTER = 26
const IPPROTO_IPV6 = 41
const IPV6_ADD_MEMBERSHIP = 20
const IPV6_DROP_MEMBERSHIP = 21
const FRAME = 2048

/** struct sock_filter: code, where to go if true and if false, operand. */
type Instruction = readonly [code: number, yes: number, no: number, operand: number]
const LOAD_BYTE = 0x30
const JUMP_EQUAL = 0x15
const RETURN = 0x06
/** Of IPv6: neighbour solicitations and advertisements, right behind the header; all else is no business of ours. */
const NDP_ONLY: readonly Instruction[] = [
  [LOAD_BYTE, 0, 0, 20],
  [JUMP_EQUAL, 0, 4, 58],
  [LOAD_BYTE, 0, 0, 54],
  [JUMP_EQUAL, 1, 0, 135],
  [JUMP_EQUAL, 0, 1, 136],
  [RETURN, 0, 0, FRAME],
  [RETURN, 0, 0, 0],
]

interface PacketSocketOptions {
  /** Network namespace. */
  readonly path: string
  /** Index of the link; frames of no other come. */
  readonly link: number
  readonly linkName: string
  readonly kind: keyof typeof ETHERTYPES
  /** One call a frame, the bytes valid during the call alone. */
  readonly onFrame: (frame: Uint8Array) => void
  /** It gives nothing more: the link went down, or away. */
  readonly onEnd: (error: Error | undefined) => void
}

/**
 * Ethernet frames of one link that carry ARP, or neighbour discovery; the kernel drops all others before they get here.
 * Throws KernelError SOCKET_FAILED, NAMESPACE_UNKNOWN.
 */
export class PacketSocket {
  readonly #fd: number
  readonly #socket: Socket
  readonly #name: string

  constructor({ path, link, linkName, kind, onFrame, onEnd }: PacketSocketOptions) {
    this.#name = linkName
    const open = (family: number, type: number) =>
      call('SOCKET_FAILED', 'socket', linkName, SOCKET, family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)
    // With no protocol nothing comes before the filter stands and the link is told.
    this.#fd = withNamespace(path, () => open(AF_PACKET, SOCK_RAW))
    try {
      if (kind === 'ndp') attachFilter(this.#fd, linkName, NDP_ONLY)
      const address = linkAddress(link, ETHERTYPES[kind])
      call('SOCKET_FAILED', 'bind', linkName, BIND, this.#fd, address, address.length)
      // Node.js takes over stream sockets alone: see connectSeqpacket().
      const fd = open(AF_UNIX, SOCK_STREAM)
      this.#socket = new Socket({
        fd,
        readable: true,
        onread: {
          buffer: Buffer.alloc(FRAME),
          callback: (length, buffer) => {
            onFrame(buffer.subarray(0, length))
            return true
          },
        },
      })
      call('SOCKET_FAILED', 'dup3', linkName, DUP3, this.#fd, fd, SOCK_CLOEXEC)
    } catch (error) {
      closeSync(this.#fd)
      throw error
    }
    let fault: Error | undefined
    this.#socket.on('error', (error) => {
      fault = error
    })
    this.#socket.on('close', () => onEnd(fault))
  }

  /** A whole frame. One that the link does not take (it is down, its queue is full) is lost, as on any wire. */
  send(frame: Uint8Array): boolean {
    return Number(libc(SEND)(this.#fd, frame, frame.length, MSG_DONTWAIT)) === frame.length
  }

  /** The kernel's word for why the last frame was not sent. */
  lastRefusal(): KernelError {
    return new KernelError('SOCKET_FAILED', { operation: 'send', errno: errno(), object: this.#name })
  }

  close(): void {
    this.#socket.removeAllListeners('close').destroy()
    closeSync(this.#fd)
  }
}

/** struct sockaddr_ll. */
const linkAddress = (link: number, ethertype: number): Uint8Array => {
  const bytes = new Uint8Array(20)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, AF_PACKET, LITTLE_ENDIAN)
  view.setUint16(2, ethertype)
  view.setInt32(4, link, LITTLE_ENDIAN)
  return bytes
}

const attachFilter = (fd: number, name: string, program: readonly Instruction[]): void => {
  const code = new Uint8Array(program.length * 8)
  const view = new DataView(code.buffer)
  for (const [index, [operation, yes, no, operand]] of program.entries()) {
    view.setUint16(index * 8, operation, LITTLE_ENDIAN)
    view.setUint8(index * 8 + 2, yes)
    view.setUint8(index * 8 + 3, no)
    view.setUint32(index * 8 + 4, operand, LITTLE_ENDIAN)
  }
  // struct sock_fprog: a number of 16 bits, and a pointer at its own alignment.
  const header = new Uint8Array(16)
  const fields = new DataView(header.buffer)
  fields.setUint16(0, program.length, LITTLE_ENDIAN)
  fields.setBigUint64(8, BigInt(koffi().address(code)), LITTLE_ENDIAN)
  call('SOCKET_FAILED', 'SO_ATTACH_FILTER', name, SETSOCKOPT, fd, SOL_SOCKET, SO_ATTACH_FILTER, header, header.length)
}

/**
 * Groups of IPv6 that are listened to on one link: the kernel tells switches of them (MLD), and lets their frames in.
 * Throws KernelError SOCKET_FAILED, NAMESPACE_UNKNOWN.
 */
export class MulticastGroups {
  readonly #fd: number
  readonly #link: number
  readonly #name: string

  constructor(path: string, link: number, linkName: string) {
    this.#link = link
    this.#name = linkName
    this.#fd = withNamespace(path, () =>
      call('SOCKET_FAILED', 'socket', linkName, SOCKET, AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0),
    )
  }

  join(group: string): void {
    this.#set(IPV6_ADD_MEMBERSHIP, group)
  }

  leave(group: string): void {
    this.#set(IPV6_DROP_MEMBERSHIP, group)
  }

  close(): void {
    closeSync(this.#fd)
  }

  /** struct ipv6_mreq. */
  #set(option: number, group: string): void {
    const request = new Uint8Array(20)
    request.set(inetAddress(group).bytes)
    new DataView(request.buffer).setInt32(16, this.#link, LITTLE_ENDIAN)
    const object = `${group} on ${this.#name}`
    call('SOCKET_FAILED', 'membership', object, SETSOCKOPT, this.#fd, IPPROTO_IPV6, option, request, request.length)
  }
}
