import { constants } from 'node:os'
import { KernelError } from '#kernel/kernel-error.ts'
import type { NetlinkRequest } from '#kernel/netlink/netlink-message.ts'
import { deleteForwardingEntry, newForwardingEntry } from '#kernel/rtnetlink/forwarding-entry.ts'
import { deleteNeighbour, newNeighbour } from '#kernel/rtnetlink/neighbour.ts'
import { addRoute, BETWEEN_PROTOCOL, deleteRouteOf } from '#kernel/rtnetlink/route.ts'
import type { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { type Entry, nameOf } from '#podnetwork/between/entries.ts'
import { VXLAN_LINKS } from '#podnetwork/between/vxlan.ts'

const { ENODEV, ENOENT, ESRCH, EEXIST } = constants.errno
/** RTN_UNREACHABLE: it has a link of its own with IPv6, and leads nowhere. */
const UNREACHABLE = 7
const VXLAN_NAMES: readonly string[] = Object.values(VXLAN_LINKS)

/**
 * What the kernel holds between nodes, ours by its protocol and its links, under the names of entries.
 */
export function readEntries(rtnetlink: Rtnetlink): Map<string, Entry> {
  const links = rtnetlink.links()
  const names = new Map(links.map(({ index, name }) => [index, name]))
  const found = new Map<string, Entry>()
  const note = (entry: Entry) => found.set(nameOf(entry), entry)
  for (const { destination, type, nextHops } of rtnetlink.routesOf(BETWEEN_PROTOCOL)) {
    const [hop] = nextHops
    if (type === UNREACHABLE) note({ kind: 'route', destination })
    else if (hop?.gateway !== undefined)
      note({ kind: 'route', destination, link: names.get(hop.link ?? 0) ?? '', gateway: hop.gateway })
  }
  const vxlan = links.filter(({ name }) => VXLAN_NAMES.includes(name))
  if (vxlan.length === 0) return found
  for (const { link, address, mac, permanent } of rtnetlink.neighbours()) {
    const name = names.get(link) ?? ''
    if (permanent && VXLAN_NAMES.includes(name)) note({ kind: 'neighbour', link: name, address, mac })
  }
  for (const { index, name } of vxlan)
    for (const { mac, remote } of rtnetlink.forwardingEntries(index))
      note({ kind: 'forwarding', link: name, mac, remote })
  return found
}

/** How entries are written in one turn: links are looked up once. */
export class EntryRequests {
  readonly #rtnetlink: Rtnetlink
  readonly #indexes = new Map<string, number | undefined>()

  constructor(rtnetlink: Rtnetlink) {
    this.#rtnetlink = rtnetlink
  }

  /** Undefined where its link is not there. */
  add(entry: Entry): NetlinkRequest | undefined {
    if (entry.kind === 'route') {
      const { destination, link: name, gateway } = entry
      if (name === undefined) return addRoute({ destination, nextHops: [], protocol: BETWEEN_PROTOCOL })
      const link = this.#index(name)
      const onlink = VXLAN_NAMES.includes(name)
      return link === undefined
        ? undefined
        : addRoute({ destination, nextHops: [{ link, gateway: gateway ?? '', onlink }], protocol: BETWEEN_PROTOCOL })
    }
    const link = this.#index(entry.link)
    if (link === undefined) return undefined
    return entry.kind === 'neighbour'
      ? newNeighbour(link, entry.address, entry.mac)
      : newForwardingEntry({ ...entry, link })
  }

  /** Undefined where it has gone with its link. */
  remove(entry: Entry): NetlinkRequest | undefined {
    if (entry.kind === 'route') return deleteRouteOf(BETWEEN_PROTOCOL, entry.destination)
    const link = this.#index(entry.link)
    if (link === undefined) return undefined
    return entry.kind === 'neighbour' ? deleteNeighbour(link, entry.address) : deleteForwardingEntry({ ...entry, link })
  }

  #index(name: string): number | undefined {
    if (!this.#indexes.has(name)) this.#indexes.set(name, this.#rtnetlink.link(name)?.index)
    return this.#indexes.get(name)
  }
}

/** What was to go is not there. */
export const isGone = (errno: number): boolean => [ENODEV, ENOENT, ESRCH].includes(errno)

/** Why an entry is not there. */
export function refusalOf(entry: Entry, errno: number, message: string | undefined): KernelError {
  const object = nameOf(entry)
  if (entry.kind !== 'route' || errno !== EEXIST)
    return new KernelError('RTNETLINK_FAILED', { operation: 'add', errno, object, ...(message && { message }) })
  return new KernelError('ROUTE_TAKEN', {
    operation: 'add',
    errno,
    object,
    message: `another program has one, which stays: ip route show ${entry.destination}`,
  })
}
