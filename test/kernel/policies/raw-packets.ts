import { addressBytes } from '#net/ip-address.ts'
import type { Traffic } from '../../contract/policies/model.ts'
import { checksum, crc32c, RawSocket } from '../sctp.ts'

type Protocol = Traffic['protocol']
export const PROTOCOLS: readonly Protocol[] = ['TCP', 'UDP', 'SCTP', 'ICMP']

const NUMBERS: Readonly<Record<Protocol, readonly [number, number]>> = {
  TCP: [6, 6],
  UDP: [17, 17],
  SCTP: [132, 132],
  ICMP: [1, 58],
}
const ECHO_REQUESTS = [8, 128]
const [SYN, RST] = [0x02, 0x04]
/** More than a link takes at once. */
const BIG = 3000

const isIpv6 = (address: string): boolean => address.includes(':')
const numberOf = (protocol: Protocol, six: boolean): number => NUMBERS[protocol][six ? 1 : 0]

/** RFC 9293 and 768: over addresses, protocol, length and all of the packet. */
function transportSum(packet: Uint8Array, source: string, destination: string, protocol: number): number {
  const [from, to] = [addressBytes(source), addressBytes(destination)]
  const pseudo = new Uint8Array(from.length + to.length + 8 + packet.length)
  const view = new DataView(pseudo.buffer)
  pseudo.set(from)
  pseudo.set(to, from.length)
  view.setUint32(from.length * 2, packet.length)
  view.setUint32(from.length * 2 + 4, protocol)
  pseudo.set(packet, from.length * 2 + 8)
  return checksum(pseudo)
}

/** The first packet of what the traffic is, from port `tag`, or with that identifier; `isBig`: it goes in fragments. */
function firstPacket({ source, destination, protocol, port }: Traffic, tag: number, isBig: boolean): Uint8Array {
  const six = isIpv6(source)
  const lengths = { TCP: 20, UDP: isBig ? BIG : 16, SCTP: 32, ICMP: isBig ? BIG : 8 }
  const packet = new Uint8Array(lengths[protocol])
  const view = new DataView(packet.buffer)
  if (protocol === 'ICMP') {
    view.setUint8(0, ECHO_REQUESTS[six ? 1 : 0] as number)
    view.setUint16(4, tag)
    view.setUint16(2, six ? transportSum(packet, source, destination, 58) : checksum(packet))
    return packet
  }
  view.setUint16(0, tag)
  view.setUint16(2, port)
  if (protocol === 'SCTP') {
    view.setUint8(12, 1)
    view.setUint16(14, 20)
    view.setUint32(16, tag)
    view.setUint32(20, 65536)
    view.setUint16(24, 1)
    view.setUint16(26, 1)
    view.setUint32(28, 1)
    view.setUint32(8, crc32c(packet), true)
    return packet
  }
  if (protocol === 'TCP') {
    view.setUint32(4, tag)
    packet.set([5 << 4, SYN, 0xff, 0xff], 12)
  } else view.setUint16(4, packet.length)
  view.setUint16(protocol === 'TCP' ? 16 : 6, transportSum(packet, source, destination, numberOf(protocol, six)))
  return packet
}

/** What came to a namespace: the first packet of some traffic, or the refusal that answers one, by the tag of that. */
interface Came {
  readonly kind: 'first' | 'reset'
  readonly protocol: Protocol
  readonly tag: number
}

/** Sends and receives whole packets in one network namespace, of both families. */
export class RawPackets {
  readonly #senders: ReadonlyMap<string, RawSocket>
  readonly #receivers: readonly (readonly [Protocol, boolean, RawSocket])[]

  constructor(path: string) {
    const all = PROTOCOLS.flatMap((protocol) => [false, true].map((six) => [protocol, six] as const))
    const open = (protocol: Protocol, six: boolean) => new RawSocket(path, six, numberOf(protocol, six))
    this.#senders = new Map(all.map(([protocol, six]) => [`${protocol} ${six}`, open(protocol, six)]))
    this.#receivers = all.map(([protocol, six]) => [protocol, six, open(protocol, six)])
  }

  /** Throws KernelError where the kernel does not let it out. */
  send(traffic: Traffic, tag: number, isBig = false): void {
    const { source, destination, protocol } = traffic
    const socket = this.#senders.get(`${protocol} ${isIpv6(source)}`)
    socket?.bind(source)
    socket?.send(destination, firstPacket(traffic, tag, isBig))
  }

  *received(): Generator<Came> {
    for (const [protocol, six, socket] of this.#receivers)
      for (const { payload } of socket.received()) {
        const view = new DataView(payload.buffer, payload.byteOffset)
        if (protocol === 'ICMP') {
          if (payload[0] === ECHO_REQUESTS[six ? 1 : 0]) yield { kind: 'first', protocol, tag: view.getUint16(4) }
        } else if (protocol !== 'TCP' || ((payload[13] as number) & (SYN | RST)) === SYN)
          yield { kind: 'first', protocol, tag: view.getUint16(0) }
        else yield { kind: 'reset', protocol, tag: view.getUint16(2) }
      }
  }

  close(): void {
    for (const socket of this.#senders.values()) socket.close()
    for (const [, , socket] of this.#receivers) socket.close()
  }
}
