import type { Labels } from '#objects/object.ts'
import { objectKey } from '#objects/object-key.ts'
import type { NodePolicy } from '#policy/node-policy.ts'
import { type HeldAddress, heldAddress, type PolicyPod } from '#policy/peer.ts'
import type { Policy } from '#policy/rule.ts'
import type { PolicyListener } from '../../sources/policy-feed.ts'

/** A pod as its network knows it. */
export interface NamedPod {
  readonly uid: string
  readonly namespace: string
  readonly name: string
}

interface Holding extends NamedPod {
  readonly addresses: readonly HeldAddress[]
  readonly since: number
  /** As the API last told of this very pod; undefined: it has told nothing of it, perhaps of another of its name. */
  pod: PolicyPod | undefined
}

/** As what policies know a pod. */
type Place = Pick<PolicyPod, 'namespace' | 'name'>

/** Where pods stand of which, or of whose namespace, the API has told nothing: no namespace is called so. */
const UNKNOWN = '?'
/** Nobody can say who they are, and so what they may: they talk with nobody until they are taken away. */
const NOTHING: Policy = {
  kind: 'NetworkPolicy',
  name: `${UNKNOWN}/nothing`,
  tier: 'NetworkPolicy',
  priority: 0,
  subject: { namespaces: { name: UNKNOWN }, pods: [] },
  rules: { ingress: [], egress: [] },
  faults: [],
}

/**
 * Pods of this node have addresses before the API tells of them, and none any more before it has forgotten them: what the
 * network says of its pods goes before what it says. One that was deleted by force still runs, and is what it was, when
 * another has its name already, here or at another node.
 */
export class HeldPods {
  readonly #node: string
  readonly #policy: NodePolicy
  readonly #now: () => number
  /** By key, the one that was attached last at the end: of one name there are several while one goes and another comes. */
  readonly #held = new Map<string, readonly Holding[]>()
  /** Keys of pods whose network has gone, of which the API may still tell. */
  readonly #gone = new Set<string>()
  /** Those whose labels are known. */
  readonly #namespaces = new Set<string>()
  /** As the API last told of this node's pods, and of others that have the name of one that is held here. */
  readonly #told = new Map<string, PolicyPod>()

  constructor(node: string, policy: NodePolicy, now: () => number) {
    this.#node = node
    this.#policy = policy
    this.#now = now
    policy.setPolicy(NOTHING)
  }

  /** It has these addresses now, whatever is told of it. Gives the key under which policies know it. */
  hold({ uid, namespace, name }: NamedPod, addresses: readonly string[]): string {
    const key = objectKey(namespace, name)
    const told = this.#told.get(key)
    const holding: Holding = {
      uid,
      namespace,
      name,
      addresses: addresses.flatMap((text) => heldAddress(text) ?? []),
      since: this.#now(),
      pod: told !== undefined && isOf(told, uid) ? told : undefined,
    }
    const before = this.#held.get(key) ?? []
    this.#gone.delete(key)
    this.#place(key, [...before.filter((one) => one.uid !== uid), holding])
    const taken = new Set(holding.addresses.map(({ text }) => text))
    for (const [other, pod] of this.#told)
      if (!this.#held.has(other) && !this.#gone.has(other) && pod.addresses.some(({ text }) => taken.has(text)))
        this.#policy.setPod(this.#left(other, pod))
    return keyOf(this.#placeOf(key, holding))
  }

  /** It has none any more. */
  release({ uid, namespace, name }: NamedPod): void {
    const key = objectKey(namespace, name)
    const before = this.#held.get(key) ?? []
    const rest = before.filter((one) => one.uid !== uid)
    if (rest.length === before.length) return
    const told = this.#told.get(key)
    if (rest.length === 0 && (told === undefined || isOf(told, uid))) this.#gone.add(key)
    this.#place(key, rest)
  }

  /** Passes on what is told, but for pods of this node. */
  get listener(): PolicyListener {
    const policy = this.#policy
    return {
      together: (changes) => policy.together(changes),
      setNode: (node) => policy.setNode(node),
      removeNode: (name) => policy.removeNode(name),
      setNamespace: (name, labels) => policy.together(() => this.#setNamespace(name, labels)),
      setPolicy: (one) => policy.setPolicy(one),
      removePolicy: (one) => policy.removePolicy(one),
      setPod: (pod) => this.#tell(pod),
      removePod: (namespace, name) => this.#forget(namespace, name),
    }
  }

  /** Pods of a namespace are told by another watch than it is, and may be there first. */
  #setNamespace(name: string, labels: Labels | undefined): void {
    this.#policy.setNamespace(name, labels)
    if (this.#namespaces.has(name) === (labels !== undefined)) return
    const keys = [...this.#held].flatMap(([key, [one]]) => (one?.namespace === name ? [key] : []))
    const places = keys.map((key) => this.#placesOf(key))
    if (labels === undefined) this.#namespaces.delete(name)
    else this.#namespaces.add(name)
    for (const [index, key] of keys.entries()) this.#place(key, this.#held.get(key) ?? [], places[index])
  }

  #tell(pod: PolicyPod): void {
    const key = objectKey(pod.namespace, pod.name)
    const held = this.#held.get(key)
    if (held === undefined) {
      if (pod.node === this.#node) this.#told.set(key, pod)
      else this.#told.delete(key)
      if (pod.node !== this.#node) this.#policy.setPod(pod)
      else if (!this.#gone.has(key)) this.#policy.setPod(this.#left(key, pod))
      return
    }
    const places = this.#placesOf(key)
    this.#told.set(key, pod)
    for (const one of held) if (pod.node === this.#node && isOf(pod, one.uid)) one.pod = pod
    this.#place(key, held, places)
  }

  /**
   * Says of all that have one name what they are: last of who has the name itself, so that nobody is without what is said of
   * him meanwhile. `before`: where those stood that there were.
   */
  #place(key: string, now: readonly Holding[], before = this.#placesOf(key)): void {
    if (now.length === 0) this.#held.delete(key)
    else this.#held.set(key, now)
    const told = this.#told.get(key)
    const all = now.map((one): PolicyPod => {
      const { addresses, since } = one
      return { ...NOBODY, ...one.pod, node: this.#node, addresses, since, ...this.#placeOf(key, one) }
    })
    const isThere = new Set(all.map(keyOf))
    if (told !== undefined && !this.#gone.has(key) && !isThere.has(key)) all.push(this.#left(key, told))
    if (told !== undefined && now.length === 0 && told.node !== this.#node) this.#told.delete(key)
    this.#policy.together(() => {
      for (const pod of all.toSorted((one, other) => Number(keyOf(one) === key) - Number(keyOf(other) === key)))
        this.#policy.setPod(pod)
      for (const { namespace, name } of before)
        if (!all.some((one) => keyOf(one) === objectKey(namespace, name))) this.#policy.removePod(namespace, name)
    })
  }

  #placesOf(key: string): readonly Place[] {
    return (this.#held.get(key) ?? []).map((one) => this.#placeOf(key, one))
  }

  /** Its own, unless the API tells of another by that name, or of none and another was attached after it. */
  #placeOf(key: string, { uid, namespace, name, pod }: Holding): Place {
    if (pod === undefined || !this.#namespaces.has(namespace)) return { namespace: UNKNOWN, name: `${key} ${uid}` }
    const told = this.#told.get(key)
    const isLast = this.#held.get(key)?.at(-1)?.uid === uid
    const isIts = told?.uid === undefined ? isLast : told.node === this.#node && told.uid === uid
    return { namespace, name: isIts ? name : `${name} ${uid}` }
  }

  /** A pod as it is told, without the addresses that another has by now: what is said of it must not be said of that one. */
  #left(key: string, pod: PolicyPod): PolicyPod {
    if (pod.node !== this.#node) return pod
    const others = [...this.#held].flatMap(([other, all]) =>
      all.flatMap((one) => (other === key && isOf(pod, one.uid) ? [] : one.addresses)),
    )
    const isTaken = ({ text }: HeldAddress) => others.some((one) => one.text === text)
    return pod.addresses.some(isTaken) ? { ...pod, addresses: pod.addresses.filter((one) => !isTaken(one)) } : pod
  }

  #forget(namespace: string, name: string): void {
    const key = objectKey(namespace, name)
    this.#gone.delete(key)
    const held = this.#held.get(key)
    // Its network goes by itself, and says so.
    if (held !== undefined) {
      const places = [{ namespace, name }, ...this.#placesOf(key)]
      this.#told.delete(key)
      this.#place(key, held, places)
      return
    }
    this.#told.delete(key)
    this.#policy.removePod(namespace, name)
  }
}

/** Whether what is told is of the pod with that uid. */
const isOf = (pod: PolicyPod, uid: string): boolean => pod.uid === undefined || pod.uid === uid
const keyOf = ({ namespace, name }: Place): string => objectKey(namespace, name)
const NOBODY = { labels: {}, ports: [] }
