import { overlaps, parseCidr } from '#net/cidr.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { familyOfText } from '#net/per-family.ts'
import type { BetweenMode, ClusterNode, Underlay } from './cluster-node.ts'
import {
  type Entry,
  entriesTo,
  ownEntries,
  type VxlanLink,
  type VxlanNumbers,
  vxlanLink,
  vxlanUses,
} from './entries.ts'
import { RangeOwners } from './range-owners.ts'
import { VXLAN_ID, VXLAN_OVERHEAD, VXLAN_PORT } from './vxlan.ts'
import { type Here, wayTo } from './way.ts'

/** What of a node's own is neither another node's: its links, and its own ranges. No node has such a name. */
export const OWN = ''

export interface WaysOptions extends Partial<VxlanNumbers> {
  /** This node. */
  readonly name: string
  readonly mode: BetweenMode
  /** Bytes of a packet on pods' links; left out: as large as the way of any pair allows. */
  readonly mtu?: number | undefined
}

const FAMILIES = ['IPv4', 'IPv6'] as const

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/**
 * The ways from this node to the pods of all others, as nodes come, change and go. Under a node's name stands what leads
 * to it, under `OWN` what does not depend on one: a change tells which of them are others now, mostly one.
 */
export class ClusterWays {
  readonly #options: WaysOptions
  readonly #nodes = new Map<string, ClusterNode>()
  readonly #owners = new RangeOwners()
  /** By a node's name, where VXLAN leads to it: in which families of the underlay. */
  readonly #uses = new Map<string, readonly IpFamily[]>()
  readonly #used: Record<IpFamily, number> = { IPv4: 0, IPv6: 0 }
  /** Whose ranges, or a part of them, are another's. */
  readonly #doubtful = new Set<string>()
  #underlays: readonly Underlay[] = []

  constructor(options: WaysOptions) {
    this.#options = options
  }

  /** This node; undefined while it is not known. */
  get own(): ClusterNode | undefined {
    return this.#nodes.get(this.#options.name)
  }

  get nodes(): ReadonlyMap<string, ClusterNode> {
    return this.#nodes
  }

  /** How many nodes VXLAN leads to. */
  get vxlanNodes(): number {
    return this.#uses.size
  }

  keys(): readonly string[] {
    return [OWN, ...[...this.#nodes.keys()].filter((name) => name !== this.#options.name)]
  }

  /** A node is there, or is another than before. Gives the keys of what has changed. */
  set(node: ClusterNode): readonly string[] {
    const before = this.#nodes.get(node.name)
    if (before !== undefined && isSame(before, node)) return []
    const touched = new Set(before === undefined ? [] : this.#release(before))
    this.#nodes.set(node.name, node)
    for (const cidr of node.podCidrs) {
      for (const other of this.#owners.overlapping(cidr)) touched.add(other)
      this.#owners.add(node.name, cidr)
    }
    return this.#changed(node.name, touched)
  }

  delete(name: string): readonly string[] {
    const before = this.#nodes.get(name)
    if (before === undefined) return []
    const touched = this.#release(before)
    this.#nodes.delete(name)
    return this.#changed(name, touched)
  }

  /** These are the links by which this node talks with the others now. */
  setUnderlays(underlays: readonly Underlay[]): readonly string[] {
    if (isSame(this.#underlays, underlays)) return []
    this.#underlays = underlays
    return this.#all()
  }

  /** What shall lead to a node's pods; of `OWN`, what becomes of packets for pods that are not there. */
  entries(key: string): readonly Entry[] {
    const here = this.#here()
    if (here === undefined) return []
    if (key === OWN) return ownEntries(here.own.podCidrs.filter((cidr) => !this.#swallowsUnderlay(cidr)))
    const node = this.#nodes.get(key)
    if (node === undefined || key === here.own.name) return []
    return entriesTo(here, node, this.owned(key))
  }

  /** A node's ranges that are no other's. */
  owned(name: string): readonly string[] {
    const node = this.#nodes.get(name)
    return node?.podCidrs.filter((cidr) => this.#objection(node, cidr) === undefined) ?? []
  }

  vxlanLinks(): readonly VxlanLink[] {
    const here = this.#here()
    if (here === undefined) return []
    const { id = VXLAN_ID, port = VXLAN_PORT, mtu } = this.#options
    return this.#vxlanUnderlays().map((underlay) => {
      const link = vxlanLink(here.own, underlay, { id, port })
      return { ...link, mtu: mtu ?? link.mtu }
    })
  }

  /** Bytes of the largest packet that gets to every pod; undefined while nothing is known of the links. */
  podMtu(): number | undefined {
    if (this.#options.mtu !== undefined) return this.#options.mtu
    if (this.#underlays.length === 0) return undefined
    const vxlan = this.#vxlanUnderlays().map(({ mtu, family }) => mtu - VXLAN_OVERHEAD[family])
    return Math.min(...this.#underlays.map(({ mtu }) => mtu), ...vxlan)
  }

  /** What is wrong with nodes as the API tells of them, in words. */
  faults(): readonly string[] {
    const here = this.#here()
    if (here === undefined) return []
    const missing = here.own.addresses
      .filter((address) => !this.#underlays.some((one) => one.address === address))
      .map((address) => `no link of this machine has ${address}, the InternalIP of Node ${here.own.name}`)
    const own = here.own.podCidrs.filter((cidr) => this.#swallowsUnderlay(cidr))
    const lost = own.map((cidr) => `${cidr} of Node ${here.own.name} holds addresses of nodes`)
    const others = [...this.#doubtful].toSorted().flatMap((name) => {
      const node = this.#nodes.get(name)
      return node?.podCidrs.flatMap((cidr) => this.#objection(node, cidr) ?? []) ?? []
    })
    return [...new Set([...missing, ...lost, ...others])]
  }

  #here(): Here | undefined {
    const own = this.own
    return own && { own, underlays: this.#underlays, mode: this.#options.mode }
  }

  #vxlanUnderlays(): readonly Underlay[] {
    return this.#underlays.filter(({ family }) => this.#used[family] > 0)
  }

  #release(node: ClusterNode): Set<string> {
    const touched = new Set<string>()
    for (const cidr of node.podCidrs) {
      this.#owners.delete(node.name, cidr)
      for (const other of this.#owners.overlapping(cidr)) touched.add(other)
    }
    return touched
  }

  /** Of a change of one node, which has touched others that have, or had, the same ranges. */
  #changed(name: string, touched: ReadonlySet<string>): readonly string[] {
    if (name === this.#options.name) return this.#all()
    const before = this.#usedText()
    const names = [...new Set([name, ...touched])].filter((one) => one !== this.#options.name)
    for (const one of names) this.#review(one)
    return this.#usedText() === before ? names : [OWN, ...names]
  }

  #all(): readonly string[] {
    const keys = this.keys()
    for (const key of keys) if (key !== OWN) this.#review(key)
    return keys
  }

  #usedText(): string {
    return FAMILIES.filter((family) => this.#used[family] > 0).join()
  }

  /** Of a node that has changed, or has gone, or from which we are elsewhere now. */
  #review(name: string): void {
    for (const family of this.#uses.get(name) ?? []) this.#used[family]--
    const [here, node] = [this.#here(), this.#nodes.get(name)]
    const uses = here && node ? vxlanUses(here, node) : []
    for (const family of uses) this.#used[family]++
    if (uses.length > 0) this.#uses.set(name, uses)
    else this.#uses.delete(name)
    if (node?.podCidrs.some((cidr) => this.#objection(node, cidr) !== undefined)) this.#doubtful.add(name)
    else this.#doubtful.delete(name)
  }

  #swallowsUnderlay(cidr: string): boolean {
    return this.#underlays.some(({ subnet }) => overlaps(parseCidr(subnet), parseCidr(cidr)))
  }

  /** Why nothing leads to the pods of a node's range, in words. */
  #objection(node: ClusterNode, cidr: string): string | undefined {
    if (this.#swallowsUnderlay(cidr)) return `${cidr} of Node ${node.name} holds addresses of nodes`
    const rivals = [...this.#owners.overlapping(cidr)].flatMap((name) => this.#nodes.get(name) ?? [])
    const first = rivals.filter(({ name }) => name !== node.name).find((one) => this.#goesBefore(one, node))
    if (first !== undefined) return `${cidr} of Node ${node.name} is, at least in part, Node ${first.name}’s already`
    const here = this.#here()
    if (here === undefined || this.#underlays.length === 0 || node.addresses.length === 0) return undefined
    const way = wayTo(here, node, familyOfText(cidr))
    return way.kind === 'none' ? `Node ${node.name} has no address of a family that this node has` : undefined
  }

  /** Whose range it is: this node's own, whose pods are here, then the older node's. */
  #goesBefore(one: ClusterNode, other: ClusterNode): boolean {
    if (one.name === this.#options.name) return true
    return one.created === other.created ? one.name < other.name : one.created < other.created
  }
}
