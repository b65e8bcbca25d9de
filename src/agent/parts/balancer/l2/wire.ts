import type { NodeLink } from '#announce/link-choice.ts'
import { hasIpv6 } from '#kernel/namespaces/ipv6.ts'
import { readSysctl } from '#kernel/namespaces/sysctl.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { MulticastGroups, PacketSocket } from '#kernel/sockets/packet-socket.ts'

/** An open link: frames come by what it was opened with. */
export interface WireLink {
  send(frame: Uint8Array): boolean
  /** Listens to a group of IPv6, or no more. */
  join(group: string): void
  leave(group: string): void
  close(): void
}

interface Listening {
  readonly onFrame: (frame: Uint8Array) => void
  /** The link went down, or away. */
  readonly onEnd: () => void
}

/** The links of a node, and what is said on them. */
export interface Wire {
  links(): readonly NodeLink[]
  /** Whether the kernel forwards IPv6 that comes in there. */
  isRouter(link: NodeLink): boolean
  /** Throws KernelError SOCKET_FAILED. */
  open(link: NodeLink, listening: Listening): WireLink
}

/** Those of the network namespace at `path`. */
export const kernelWire = (path: string): Wire => ({
  links() {
    using netlink = Rtnetlink.open(path)
    const addresses = netlink.addresses()
    return netlink.links().map(({ index, name, mac, operational, master, kind }) => ({
      index,
      name,
      mac,
      isUp: operational,
      isPort: master !== undefined,
      kind,
      addresses: addresses.filter(({ link }) => link === index).map(({ address }) => address),
    }))
  },
  isRouter: ({ name }) => readSysctl(`ipv6/conf/${name}/forwarding`, path) === '1',
  open(link, { onFrame, onEnd }) {
    const open = (kind: 'arp' | 'ndp') =>
      new PacketSocket({ path, link: link.index, linkName: link.name, kind, onFrame, onEnd })
    const closers: (() => void)[] = []
    try {
      const arp = open('arp')
      closers.push(() => arp.close())
      if (!hasIpv6()) return { send: (frame) => arp.send(frame), join() {}, leave() {}, close: () => arp.close() }
      const ndp = open('ndp')
      closers.push(() => ndp.close())
      const groups = new MulticastGroups(path, link.index, link.name)
      return {
        // By the socket of its kind: the kernel goes by what the socket is for.
        send: (frame) => (frame[12] === 0x86 ? ndp : arp).send(frame),
        join: (group) => groups.join(group),
        leave: (group) => groups.leave(group),
        close() {
          for (const close of closers) close()
          groups.close()
        },
      }
    } catch (error) {
      for (const close of closers) close()
      throw error
    }
  },
})
