import { type Cidr, containsAddress } from '#net/cidr.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { matchesLabels } from '#objects/label-requirement.ts'
import type { Labels } from '#objects/object.ts'
import { Neighbourhoods } from './addresses/neighbourhoods.ts'
import { Owners } from './addresses/owners.ts'
import { blocksOf, Cells, networksOf } from './cells.ts'
import { Identities, type Identity, type Traits } from './identities.ts'
import { type HeldAddress, isSelected, type Peer, type PolicyNode, type PolicyPod } from './peer.ts'
import { PeerIndex } from './peer-index.ts'
import { NONE } from './traffic.ts'

const FAMILIES: readonly IpFamily[] = ['IPv4', 'IPv6']

/** An address of a pod or a node, and what it counts as. */
interface Held extends HeldAddress {
  readonly since: number
  identity: Identity | undefined
}
interface Entry<Owner> {
  readonly owner: Owner
  readonly addresses: readonly Held[]
}

/** Addresses of nobody whom the cluster knows, and the number that they have. */
export interface NumberedNetwork {
  readonly family: IpFamily
  readonly network: Cidr
  readonly number: number
}

/** Told whenever it is so, and perhaps more often. */
interface AddressBookEvents<User> {
  /** An address has another number. */
  readonly address: (address: string) => void
  /** The cells, or their numbers, are others. */
  readonly cells: () => void
  /** What is said by this user must be said again: a class of whom it speaks has come or gone. */
  readonly user: (user: User) => void
}

/** Which identity each address has, by the peers that policies in use speak of. */
export class AddressBook<User> {
  readonly #events: AddressBookEvents<User>
  readonly #index = new PeerIndex<User>()
  readonly #identities: Identities
  readonly #pods = new Map<string, Entry<PolicyPod>>()
  readonly #podsOf = new Map<string, Set<Entry<PolicyPod>>>()
  readonly #nodes = new Map<string, Entry<PolicyNode>>()
  readonly #places = new Neighbourhoods<Entry<PolicyPod>>(() => this.#pods.values())
  /** Pods that are to be looked at, and whose addresses are held until then: of the same pod, as it is or as it was. */
  readonly #waiting = new Map<Entry<PolicyPod>, Entry<PolicyPod> | undefined>()
  readonly #owners = new Owners<Held>()
  /** Names of ports that are asked for, and by whom. */
  readonly #names = new Map<string, Set<User>>()
  #cells: { readonly [family in IpFamily]: Cells } = { IPv4: new Cells('IPv4', []), IPv6: new Cells('IPv6', []) }
  /** Each cell's identity, in the cells' order. */
  #ofCells: { readonly [family in IpFamily]: readonly (Identity | undefined)[] } = { IPv4: [], IPv6: [] }

  /** Peers and names that have come into use, or out of it, and whom nobody has been looked at for yet. */
  #unsettled: { readonly peers: Set<Peer>; readonly names: Set<string> } = { peers: new Set(), names: new Set() }

  constructor(events: AddressBookEvents<User>) {
    this.#events = events
    this.#identities = new Identities((identity) => {
      for (const peer of [...identity.peers, ...identity.limited])
        for (const user of this.#index.usersOf(peer)) events.user(user)
      for (const { name } of identity.ports) for (const user of this.#names.get(name) ?? []) events.user(user)
    })
  }

  pod(key: string): PolicyPod | undefined {
    return this.#pods.get(key)?.owner
  }

  setPod(key: string, pod: PolicyPod): void {
    const before = this.#pods.get(key)
    const entry = { owner: pod, addresses: heldOf(pod.addresses, pod.since) }
    this.#pods.set(key, entry)
    const all = this.#podsOf.get(pod.namespace)
    if (all === undefined) this.#podsOf.set(pod.namespace, new Set([entry]))
    else all.add(entry)
    this.#places.add(entry)
    this.#waiting.set(entry, before && this.#forget(before))
  }

  removePod(key: string): void {
    const entry = this.#pods.get(key)
    if (entry === undefined) return
    this.#pods.delete(key)
    const held = this.#forget(entry)
    if (held !== undefined) this.#giveBack(held)
  }

  setNode(node: PolicyNode): void {
    const before = this.#nodes.get(node.name)
    const entry = { owner: node, addresses: heldOf(node.addresses, 0) }
    this.#nodes.set(node.name, entry)
    this.#identifyNode(entry)
    if (before !== undefined) this.#giveBack(before)
  }

  removeNode(name: string): void {
    const entry = this.#nodes.get(name)
    if (entry === undefined) return
    this.#nodes.delete(name)
    this.#giveBack(entry)
  }

  setNamespace(name: string, labels: Labels | undefined): void {
    this.#index.setNamespace(name, labels)
    for (const entry of this.#podsOf.get(name) ?? []) this.#lookAgain(entry)
    // Those that stand for a pod there.
    for (const entry of this.#nodes.values()) if (entry.owner.serves?.namespace === name) this.#identifyNode(entry)
  }

  namespaceLabels(name: string): Labels | undefined {
    return this.#index.labelsOf(name)
  }

  /** Somebody speaks of these peers now, and asks others for ports of these names. */
  use(user: User, peers: readonly Peer[], names: readonly string[]): void {
    const fresh = peers.filter((peer) => this.#index.use(peer, user))
    const asked = names.filter((name) => {
      const users = this.#names.get(name)
      users?.add(user)
      if (users === undefined) this.#names.set(name, new Set([user]))
      return users === undefined
    })
    this.#unsettle(fresh, asked)
  }

  /** It does no more. */
  leave(user: User, peers: readonly Peer[], names: readonly string[]): void {
    const left = peers.map((peer) => this.#index.drop(peer, user)).filter((peer) => peer !== undefined)
    const dropped = names.filter((name) => {
      const users = this.#names.get(name)
      return users?.delete(user) && users.size === 0 && this.#names.delete(name)
    })
    this.#unsettle(left, dropped)
  }

  #unsettle(peers: readonly Peer[], names: readonly string[]): void {
    for (const peer of peers) this.#unsettled.peers.add(peer)
    for (const name of names) this.#unsettled.names.add(name)
  }

  /**
   * Looks at the pods that have changed, and at everybody who may be one of the peers that have come into use, or out of it.
   * Before that identities may be of before.
   */
  settle(): void {
    const { peers, names } = this.#unsettled
    if (peers.size + names.size > 0) {
      this.#unsettled = { peers: new Set(), names: new Set() }
      this.#regroup([...peers], names)
    }
    for (const [entry, held] of this.#waiting) {
      this.#identify(entry)
      // Behind it: what stays as it was is not told as gone.
      if (held !== undefined && held !== entry) this.#giveBack(held)
    }
    this.#waiting.clear()
  }

  #lookAgain(entry: Entry<PolicyPod>): void {
    if (!this.#waiting.has(entry)) this.#waiting.set(entry, entry)
  }

  /** Of an address of a pod or a node; undefined: it has none, and what counts is its cell's. */
  identityOf(address: string): Identity | undefined {
    return this.#owners.now(address)?.identity
  }

  /** What any address counts as: 0 where nothing is said of it. */
  numberOf({ text, address }: HeldAddress): number {
    const own = this.identityOf(text)
    if (own !== undefined) return own.number
    const { family } = address
    const at = this.#cells[family].indexOf(address)
    return at === undefined ? 0 : (this.#ofCells[family][at]?.number ?? 0)
  }

  /** All other addresses that blocks speak of: networks that do not overlap. */
  *cells(): Iterable<NumberedNetwork> {
    for (const family of FAMILIES)
      for (const [index, { first, last }] of this.#cells[family].all.entries()) {
        const number = this.#ofCells[family][index]?.number
        if (number === undefined) continue
        for (const network of networksOf(family, first, last)) yield { family, network, number }
      }
  }

  /** The identities that are one of the peer with this key, for all or for a part of their traffic. */
  of(key: string): Iterable<Identity> {
    return this.#identities.of(key)
  }

  /** Those that have ports with names that somebody asks for. */
  get named(): Iterable<Identity> {
    return this.#identities.named
  }

  /** How many there are. */
  get size(): number {
    return this.#identities.size
  }

  /** These peers or names have come into use, or out of it: whoever may be meant is looked at again. */
  #regroup(peers: readonly Peer[], names: ReadonlySet<string>): void {
    const blocks = peers.flatMap(blocksOf).map(({ block }) => block)
    if (blocks.length > 0) this.#cut()
    // Of those who wait already, as all do at a start, nobody need be looked for.
    if (this.#waiting.size < this.#pods.size) {
      for (const peer of peers) if (peer.kind === 'pods') for (const entry of this.#podsIn(peer)) this.#lookAgain(entry)
      for (const block of blocks) for (const entry of this.#places.in(block)) this.#lookAgain(entry)
      if (names.size > 0)
        for (const entry of this.#pods.values())
          if (entry.owner.ports.some(({ name }) => names.has(name))) this.#lookAgain(entry)
    }
    const isAsked = ({ owner, addresses }: Entry<PolicyNode>) =>
      (names.size > 0 && owner.serves !== undefined) ||
      blocks.some((block) => addresses.some(({ address }) => containsAddress(block, address)))
    for (const entry of this.#nodes.values())
      if (isAsked(entry) || peers.some((peer) => this.#mayMean(peer, entry.owner))) this.#identifyNode(entry)
  }

  #mayMean(peer: Peer, { labels, serves }: PolicyNode): boolean {
    if (peer.kind === 'nodes') return matchesLabels(peer.nodes, labels)
    if (peer.kind !== 'pods' || serves === undefined) return false
    return isSelected(peer, serves.namespace, this.#index.labelsOf(serves.namespace), serves.labels)
  }

  *#podsIn(peer: Extract<Peer, { readonly kind: 'pods' }>): Iterable<Entry<PolicyPod>> {
    const names = 'name' in peer.namespaces ? [peer.namespaces.name] : [...this.#podsOf.keys()]
    for (const name of names)
      for (const entry of this.#podsOf.get(name) ?? [])
        if (isSelected(peer, name, this.#index.labelsOf(name), entry.owner.labels)) yield entry
  }

  #identify({ owner, addresses }: Entry<PolicyPod>): void {
    if (addresses.length === 0) return
    const peers = this.#index.ofPod(owner.namespace, owner.labels)
    const ports = this.#names.size === 0 ? [] : owner.ports.filter(({ name }) => this.#names.has(name))
    for (const held of addresses) this.#hold(held, { peers, limited: [], limit: NONE, ports })
  }

  #identifyNode({ owner: { labels, serves }, addresses }: Entry<PolicyNode>): void {
    const limited = serves === undefined ? [] : this.#index.ofPod(serves.namespace, serves.labels)
    const peers = this.#index.ofNode(labels)
    const ports = (serves?.ports ?? []).filter(({ name }) => this.#names.has(name))
    for (const held of addresses) this.#hold(held, { peers, limited, limit: serves?.traffic ?? NONE, ports })
  }

  #hold(held: Held, traits: Omit<Traits, 'family'>): void {
    const { family } = held.address
    const blocks = this.#cells[family].at(held.address)
    const peers = blocks.size === 0 ? traits.peers : [...traits.peers, ...blocks]
    const before = held.identity
    held.identity = this.#identities.take({ ...traits, family, peers })
    this.#identities.giveBack(before)
    this.#owners.add(held)
    if (before !== held.identity) this.#events.address(held.text)
  }

  #cut(): void {
    const before = FAMILIES.flatMap((family) => this.#ofCells[family])
    const { blocks } = this.#index
    this.#cells = { IPv4: new Cells('IPv4', blocks), IPv6: new Cells('IPv6', blocks) }
    const of = (family: IpFamily) =>
      this.#cells[family].all.map(({ peers }) =>
        this.#identities.take({ family, peers: [...peers], limited: [], limit: NONE, ports: [] }),
      )
    this.#ofCells = { IPv4: of('IPv4'), IPv6: of('IPv6') }
    for (const identity of before) this.#identities.giveBack(identity)
    this.#events.cells()
  }

  /** Gives whose addresses are held for it now: its own, or, where it has not been looked at yet, those of before. */
  #forget(entry: Entry<PolicyPod>): Entry<PolicyPod> | undefined {
    const all = this.#podsOf.get(entry.owner.namespace)
    all?.delete(entry)
    if (all?.size === 0) this.#podsOf.delete(entry.owner.namespace)
    const held = this.#waiting.has(entry) ? this.#waiting.get(entry) : entry
    this.#waiting.delete(entry)
    this.#places.remove(entry)
    return held
  }

  #giveBack({ addresses }: Entry<unknown>): void {
    for (const held of addresses) {
      this.#owners.remove(held)
      this.#identities.giveBack(held.identity)
      if (this.#owners.now(held.text)?.identity !== held.identity) this.#events.address(held.text)
    }
  }
}

const heldOf = (addresses: readonly HeldAddress[], since: number): readonly Held[] =>
  addresses.map(({ text, address }) => ({ text, address, since, identity: undefined }))
