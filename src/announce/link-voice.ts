import { type ArpPacket, arpAnnouncements, arpProbe, arpReply, decodeArp } from './arp.ts'
import { decodeNeighbour, type NeighbourMessage, neighbourAnnouncement, neighbourProbe, neighbourReply } from './ndp.ts'

/** A link as it is spoken on. */
interface VoiceLink {
  readonly name: string
  readonly mac: string
  /** Absent: no IPv6 is spoken there. */
  readonly linkLocal: string | undefined
  readonly isRouter: boolean
}

interface Heard {
  /** To be sent there. */
  readonly reply?: Uint8Array
  /** Somebody else says that an address that was asked about is theirs. */
  readonly answer?: { readonly address: string; readonly mac: string }
}

const NOTHING: Heard = {}
const isV6 = (address: string): boolean => address.includes(':')

/**
 * What is said on one link about addresses. `isOurs` says for which of them this node answers. Frames are Ethernet's, as
 * they come and as they are sent.
 */
export class LinkVoice {
  readonly link: VoiceLink
  readonly #isOurs: (address: string) => boolean

  constructor(link: VoiceLink, isOurs: (address: string) => boolean) {
    this.link = link
    this.#isOurs = isOurs
  }

  hear(frame: Uint8Array): Heard {
    const arp = decodeArp(frame)
    if (arp) return this.#arp(arp)
    const neighbour = decodeNeighbour(frame)
    return neighbour ? this.#neighbour(neighbour) : NOTHING
  }

  /** None where the link does not speak the address's family. */
  announce(address: string): readonly Uint8Array[] {
    if (!isV6(address)) return arpAnnouncements(address, this.link.mac)
    const { linkLocal } = this.link
    return linkLocal === undefined ? [] : [neighbourAnnouncement(address, { ...this.link, linkLocal })]
  }

  /** Asks everybody who has the address, or the one that was heard to have it. */
  probe(address: string, to: string | undefined): readonly Uint8Array[] {
    if (!isV6(address)) return [arpProbe(address, this.link.mac, to)]
    const { linkLocal } = this.link
    return linkLocal === undefined ? [] : [neighbourProbe(address, { ...this.link, linkLocal }, to)]
  }

  #arp(packet: ArpPacket): Heard {
    const { mac } = this.link
    if (packet.senderMac === mac) return NOTHING
    const isAsked = packet.operation === 'request' && packet.senderAddress !== packet.targetAddress
    if (isAsked) return this.#isOurs(packet.targetAddress) ? { reply: arpReply(packet, mac) } : NOTHING
    return { answer: { address: packet.senderAddress, mac: packet.senderMac } }
  }

  #neighbour(message: NeighbourMessage): Heard {
    const { mac, linkLocal } = this.link
    if (message.sourceMac === mac || linkLocal === undefined) return NOTHING
    if (message.type === 'advertisement')
      return { answer: { address: message.target, mac: message.linkAddress ?? message.sourceMac } }
    return this.#isOurs(message.target) ? { reply: neighbourReply(message, { ...this.link, linkLocal }) } : NOTHING
  }
}
