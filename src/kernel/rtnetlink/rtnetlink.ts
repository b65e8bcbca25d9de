import { constants } from 'node:os'
import { AF_INET, AF_INET6 } from '../inet.ts'
import { KernelError } from '../kernel-error.ts'
import type { NetlinkRequest } from '../netlink/netlink-message.ts'
import { NetlinkSocket, type Refusal } from '../netlink/netlink-socket.ts'
import { dumpAddresses, type InterfaceAddress, RTM_NEWADDR, readAddress } from './address.ts'
import { dumpForwardingEntries, type ForwardingEntry, readForwardingEntry } from './forwarding-entry.ts'
import { dumpLinks, getLink, type Link, RTM_NEWLINK, readLink } from './link.ts'
import { dumpNeighbours, type Neighbour, RTM_NEWNEIGH, readNeighbour } from './neighbour.ts'
import {
  dumpRoutes,
  dumpRoutesOf,
  type ListedRoute,
  lookUpRoute,
  ROUTE_PROTOCOL,
  RT_TABLE_MAIN,
  RTM_NEWROUTE,
  readRoute,
} from './route.ts'
import { dumpRules, type RoutingRule, RTM_NEWRULE, readRule } from './rule.ts'

const NETLINK_ROUTE = 0
const { ENODEV, ENOENT } = constants.errno

/**
 * Links, addresses, routes and neighbours of one network namespace, written and read synchronously. Errors are
 * KernelError RTNETLINK_FAILED.
 */
export class Rtnetlink {
  readonly #socket: NetlinkSocket
  readonly #most: number | undefined

  /**
   * Opens in the network namespace at `path`, or in the present one. `most`: a list of more is refused with E2BIG, and
   * then it must be opened anew: for namespaces that somebody else may fill.
   */
  static open(path?: string, most?: number): Rtnetlink {
    return new Rtnetlink(NetlinkSocket.open(NETLINK_ROUTE, 'RTNETLINK_FAILED', path), most)
  }

  private constructor(socket: NetlinkSocket, most: number | undefined) {
    this.#socket = socket
    this.#most = most
  }

  /**
   * Works all requests off in order, and throws for the first refusal whose errno is not in `tolerated`; those after it
   * were tried too.
   */
  apply(requests: readonly NetlinkRequest[], tolerated: readonly number[] = []): void {
    this.#socket.apply(requests, tolerated)
  }

  /** Works all requests off in order and gives what was refused. */
  send(requests: readonly NetlinkRequest[]): readonly Refusal[] {
    return this.#socket.send(requests)
  }

  /**
   * One link by name; undefined where there is none. Since Linux 6.8 this also makes the kernel act on a pending change
   * of carrier.
   */
  link(name: string): Link | undefined {
    try {
      const [message] = this.#socket.query(getLink(name))
      return message === undefined ? undefined : readLink(message)
    } catch (error) {
      if (error instanceof KernelError && error.errno === ENODEV) return undefined
      throw error
    }
  }

  /** The index of a link that must be there. */
  linkIndex(name: string): number {
    const link = this.link(name)
    if (link === undefined) {
      throw new KernelError('RTNETLINK_FAILED', { operation: 'RTM_GETLINK', errno: ENODEV, object: `link ${name}` })
    }
    return link.index
  }

  links(): readonly Link[] {
    return this.#dump(dumpLinks(), RTM_NEWLINK).map(readLink)
  }

  addresses(): readonly InterfaceAddress[] {
    return this.#dump(dumpAddresses(), RTM_NEWADDR).map(readAddress)
  }

  /** Those that go by a mark. */
  rules(): readonly RoutingRule[] {
    return this.#dump(dumpRules(), RTM_NEWRULE).flatMap((message) => readRule(message) ?? [])
  }

  neighbours(): readonly Neighbour[] {
    return this.#dump(dumpNeighbours(), RTM_NEWNEIGH).flatMap((message) => readNeighbour(message) ?? [])
  }

  /** Routes of all tables, the kernel's own (local, broadcast) among them: see `table` and `protocol`. */
  routes(): readonly ListedRoute[] {
    return this.#dump(dumpRoutes(), RTM_NEWROUTE).map(readRoute)
  }

  /** The main table's routes of a protocol; left out: ours. */
  routesOf(protocol = ROUTE_PROTOCOL): readonly ListedRoute[] {
    return ([AF_INET, AF_INET6] as const)
      .flatMap((family) => this.#routesOf(protocol, family))
      .filter((route) => route.protocol === protocol && route.table === RT_TABLE_MAIN)
  }

  /** Where a VXLAN link sends frames to, by their MAC. */
  forwardingEntries(link: number): readonly ForwardingEntry[] {
    return this.#dump(dumpForwardingEntries(link), RTM_NEWNEIGH).flatMap((message) => {
      const entry = readForwardingEntry(message)
      return entry?.link === link ? [entry] : []
    })
  }

  /** The one that a packet of this machine to an address takes. Throws with the kernel's errno where there is none. */
  routeTo(address: string): ListedRoute | undefined {
    const [message] = this.#socket.query(lookUpRoute(address))
    return message === undefined ? undefined : readRoute(message)
  }

  close(): void {
    this.#socket.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #dump(request: NetlinkRequest, type: number) {
    return this.#socket.query(request, this.#most).filter((message) => message.type === type)
  }

  #routesOf(protocol: number, family: typeof AF_INET | typeof AF_INET6): readonly ListedRoute[] {
    try {
      return this.#dump(dumpRoutesOf(protocol, family), RTM_NEWROUTE).map(readRoute)
    } catch (error) {
      // Before its first route the table is not there.
      if (error instanceof KernelError && error.errno === ENOENT) return []
      throw error
    }
  }
}
