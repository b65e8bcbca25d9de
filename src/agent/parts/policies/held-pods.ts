import { objectKey } from '#objects/object-key.ts'
import type { NodePolicy } from '#policy/node-policy.ts'
import { type HeldAddress, heldAddress, type PolicyPod } from '#policy/peer.ts'
import type { PolicyListener } from '../../sources/policy-feed.ts'

/** A pod as its network knows it. */
export interface NamedPod {
  readonly uid: string
  readonly namespace: string
  readonly name: string
}

interface Holding {
  readonly uid: string
  readonly addresses: readonly HeldAddress[]
  readonly since: number
}

/**
 * Pods of this node have addresses before the API tells of them, and none any more before it has forgotten them: what the
 * network says of its pods goes before what it says.
 */
export class HeldPods {
  readonly #node: string
  readonly #policy: NodePolicy
  readonly #now: () => number
  readonly #held = new Map<string, Holding>()
  /** Keys of pods whose network has gone, of which the API may still tell. */
  readonly #gone = new Set<string>()
  /** As the API last told of this node's pods. */
  readonly #told = new Map<string, PolicyPod>()

  constructor(node: string, policy: NodePolicy, now: () => number) {
    this.#node = node
    this.#policy = policy
    this.#now = now
  }

  /** It has these addresses now, whatever is told of it. */
  hold({ uid, namespace, name }: NamedPod, addresses: readonly string[]): void {
    const key = objectKey(namespace, name)
    const holding = { uid, addresses: addresses.flatMap((text) => heldAddress(text) ?? []), since: this.#now() }
    this.#held.set(key, holding)
    this.#gone.delete(key)
    const told = this.#told.get(key) ?? {
      namespace,
      name,
      labels: {},
      addresses: [],
      ports: [],
      node: this.#node,
      since: 0,
    }
    this.#policy.setPod(merged(told, holding))
    const taken = new Set(holding.addresses.map(({ text }) => text))
    for (const [other, pod] of this.#told)
      if (!this.#held.has(other) && !this.#gone.has(other) && pod.addresses.some(({ text }) => taken.has(text)))
        this.#policy.setPod(this.#left(pod))
  }

  /** It has none any more. */
  release({ uid, namespace, name }: NamedPod): void {
    const key = objectKey(namespace, name)
    if (this.#held.get(key)?.uid !== uid) return
    this.#held.delete(key)
    this.#gone.add(key)
    this.#policy.removePod(namespace, name)
  }

  /** Passes on what is told, but for pods of this node. */
  get listener(): PolicyListener {
    const policy = this.#policy
    return {
      together: (changes) => policy.together(changes),
      setNode: (node) => policy.setNode(node),
      removeNode: (name) => policy.removeNode(name),
      setNamespace: (name, labels) => policy.setNamespace(name, labels),
      setPolicy: (one) => policy.setPolicy(one),
      removePolicy: (one) => policy.removePolicy(one),
      setPod: (pod) => this.#tell(pod),
      removePod: (namespace, name) => this.#forget(namespace, name),
    }
  }

  #tell(pod: PolicyPod): void {
    if (pod.node !== this.#node) {
      this.#policy.setPod(pod)
      return
    }
    const key = objectKey(pod.namespace, pod.name)
    this.#told.set(key, pod)
    if (this.#gone.has(key)) return
    const holding = this.#held.get(key)
    this.#policy.setPod(holding === undefined ? this.#left(pod) : merged(pod, holding))
  }

  /** A pod without a network of its own, as it is told, but for the addresses that another has by now: what is said of it must not be said of that one. */
  #left(pod: PolicyPod): PolicyPod {
    const held = [...this.#held.values()].flatMap(({ addresses }) => addresses)
    const isTaken = ({ text }: HeldAddress) => held.some((one) => one.text === text)
    return pod.addresses.some(isTaken) ? { ...pod, addresses: pod.addresses.filter((one) => !isTaken(one)) } : pod
  }

  #forget(namespace: string, name: string): void {
    const key = objectKey(namespace, name)
    this.#told.delete(key)
    this.#gone.delete(key)
    // Its network goes by itself, and says so.
    if (!this.#held.has(key)) this.#policy.removePod(namespace, name)
  }
}

const merged = (pod: PolicyPod, { addresses, since }: Holding): PolicyPod => ({ ...pod, addresses, since })
