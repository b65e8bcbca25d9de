import { matchesLabels } from '#objects/label-requirement.ts'
import type { Labels } from '#objects/object.ts'
import { isNamespaceOf, type Peer } from './peer.ts'

type Pods = Extract<Peer, { readonly kind: 'pods' }>
type Nodes = Extract<Peer, { readonly kind: 'nodes' }>
type Blocks = Extract<Peer, { readonly kind: 'block' | 'blocks' }>

interface Held<User> {
  readonly peer: Peer
  readonly users: Set<User>
}

/** The peers that policies in use speak of, each once however many do, and who uses them. */
export class PeerIndex<User> {
  readonly #held = new Map<string, Held<User>>()
  readonly #nodes = new Set<Nodes>()
  readonly #namespaces = new Map<string, Labels>()
  /** Of each namespace, the peers that may have pods there. */
  readonly #byNamespace = new Map<string, Set<Pods>>()

  /** Who speaks of it. */
  usersOf({ key }: Peer): Iterable<User> {
    return this.#held.get(key)?.users ?? []
  }

  /** Whether nobody used it before. */
  use(peer: Peer, user: User): boolean {
    const known = this.#held.get(peer.key)
    if (known !== undefined) {
      known.users.add(user)
      return false
    }
    this.#held.set(peer.key, { peer, users: new Set([user]) })
    if (peer.kind === 'nodes') this.#nodes.add(peer)
    if (peer.kind === 'pods') for (const namespace of this.#holding(peer)) this.#of(namespace).add(peer)
    return true
  }

  /** The peer that is used no more by it, where nobody else does either. */
  drop({ key }: Peer, user: User): Peer | undefined {
    const held = this.#held.get(key)
    if (held === undefined || !held.users.delete(user) || held.users.size > 0) return undefined
    const { peer } = held
    this.#held.delete(key)
    if (peer.kind === 'nodes') this.#nodes.delete(peer)
    if (peer.kind === 'pods') for (const namespace of this.#holding(peer)) this.#of(namespace).delete(peer)
    return peer
  }

  /** A namespace has these labels now; undefined: it is gone. */
  setNamespace(name: string, labels: Labels | undefined): void {
    if (labels === undefined) this.#namespaces.delete(name)
    else this.#namespaces.set(name, labels)
    this.#byNamespace.delete(name)
  }

  labelsOf(namespace: string): Labels | undefined {
    return this.#namespaces.get(namespace)
  }

  /** The peers that a pod is one of. */
  ofPod(namespace: string, labels: Labels): readonly Pods[] {
    return [...this.#of(namespace)].filter(({ pods }) => matchesLabels(pods, labels))
  }

  get blocks(): readonly Blocks[] {
    return [...this.#held.values()].flatMap(({ peer }) =>
      peer.kind === 'block' || peer.kind === 'blocks' ? [peer] : [],
    )
  }

  /** The peers that a node with these labels is one of. */
  ofNode(labels: Labels): readonly Peer[] {
    return [...this.#nodes].filter(({ nodes }) => matchesLabels(nodes, labels))
  }

  /** The namespaces that have been asked for, and that a peer may have pods in. */
  *#holding({ namespaces }: Pods): Iterable<string> {
    if ('name' in namespaces) yield namespaces.name
    else
      for (const name of this.#byNamespace.keys())
        if (isNamespaceOf(namespaces, name, this.#namespaces.get(name))) yield name
  }

  #of(namespace: string): Set<Pods> {
    const known = this.#byNamespace.get(namespace)
    if (known !== undefined) return known
    const labels = this.#namespaces.get(namespace)
    const made = new Set<Pods>()
    for (const { peer } of this.#held.values())
      if (peer.kind === 'pods' && isNamespaceOf(peer.namespaces, namespace, labels)) made.add(peer)
    this.#byNamespace.set(namespace, made)
    return made
  }
}
