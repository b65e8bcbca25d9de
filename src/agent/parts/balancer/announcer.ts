import type { PlannedAddress } from '#pools/announcement-plan.ts'

export interface AnnouncerStatus {
  /** Addresses that this node announces now. */
  readonly announced: readonly string[]
  /** What is wrong, in words; the rest is announced. */
  readonly faults: readonly string[]
}

/** One way in which a node says that addresses are reached by it: on the link, or to BGP peers. */
export interface Announcer {
  readonly name: 'layer2' | 'bgp'
  /** All addresses of the balancer, each with what this node has to do with it; what is not among them is withdrawn. */
  set(planned: ReadonlyMap<string, PlannedAddress>): void
  status(): AnnouncerStatus
  /** Lets go of all, so that nobody's traffic is lost by it: others follow first, or the next agent of the node goes on. */
  stop(): Promise<void>
}

/** What an announcer tells of: this node has begun to announce the address. */
export type OnAnnounced = (address: PlannedAddress, protocol: Announcer['name']) => void
