import type { Labels } from '#objects/object.ts'
import { objectKey } from '#objects/object-key.ts'
import type { NodePolicy } from '#policy/node-policy.ts'
import { heldAddress, type PolicyPod } from '#policy/peer.ts'
import type { Policy } from '#policy/rule.ts'
import type { PolicyListener } from '../../sources/policy-feed.ts'
import { isOf, type NamedPod, NO_NAME, type PodName, placeOf, podsOf, UNKNOWN } from './pod-name.ts'

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
  /** By key; of pods of other nodes only those whose name somebody has here too. */
  readonly #names = new Map<string, PodName>()
  /** Those whose labels are known. */
  readonly #namespaces = new Set<string>()

  constructor(node: string, policy: NodePolicy, now: () => number) {
    this.#node = node
    this.#policy = policy
    this.#now = now
    policy.setPolicy(NOTHING)
  }

  /** It has these addresses now, whatever is told of it. Gives the key under which policies know it. */
  hold({ uid, namespace, name }: NamedPod, texts: readonly string[]): string {
    const key = objectKey(namespace, name)
    const { attached, told } = this.#nameOf(key)
    const addresses = texts.flatMap((text) => heldAddress(text) ?? [])
    const pod = {
      uid,
      namespace,
      name,
      addresses,
      since: this.#now(),
      told: told && isOf(told, uid) ? told : undefined,
    }
    const now: PodName = { told, attached: [...attached.filter((one) => one.uid !== uid), pod], gone: undefined }
    this.#change([...this.#toldWith(addresses), key], () => this.#names.set(key, now))
    return keyOf(placeOf(now, pod, this.#isKnown))
  }

  /** It has none any more. */
  release({ uid, namespace, name }: NamedPod): void {
    const key = objectKey(namespace, name)
    const { attached, told } = this.#nameOf(key)
    const pod = attached.find((one) => one.uid === uid)
    if (pod === undefined) return
    const rest = attached.filter((one) => one !== pod)
    // The API had told of it, and has forgotten it.
    const isForgotten = pod.told !== undefined && (told === undefined || !isOf(told, uid))
    const gone = rest.length > 0 || isForgotten ? undefined : uid
    this.#change([...this.#toldWith(pod.addresses), key], () => this.#names.set(key, { told, attached: rest, gone }))
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
    if (this.#isKnown(name) === (labels !== undefined)) return
    const keys = [...this.#names].flatMap(([key, { attached }]) => (attached[0]?.namespace === name ? [key] : []))
    this.#change(keys, () => (labels === undefined ? this.#namespaces.delete(name) : this.#namespaces.add(name)))
  }

  #tell(pod: PolicyPod): void {
    const key = objectKey(pod.namespace, pod.name)
    const { attached, gone } = this.#nameOf(key)
    const isHere = pod.node === this.#node
    if (!isHere && attached.length === 0) {
      this.#names.delete(key)
      this.#policy.setPod(pod)
      return
    }
    const now = attached.map((one) => (isHere && isOf(pod, one.uid) ? { ...one, told: pod } : one))
    this.#change([key], () => this.#names.set(key, { attached: now, told: pod, gone }))
  }

  #forget(namespace: string, name: string): void {
    const key = objectKey(namespace, name)
    const known = this.#names.get(key)
    if (known === undefined) {
      this.#policy.removePod(namespace, name)
      return
    }
    // The network of whoever is attached goes by itself, and says so.
    this.#change([key], () => this.#names.set(key, { ...known, told: undefined, gone: undefined }))
  }

  /** Makes a change of what is known, and says of all who have these names what they are by then. */
  #change(keys: readonly string[], change: () => unknown): void {
    const before = keys.flatMap((key) => this.#podsOf(key))
    change()
    const after = keys.flatMap((key) => this.#podsOf(key))
    const there = new Set(after.map(keyOf))
    this.#policy.together(() => {
      for (const pod of after) this.#policy.setPod(pod)
      for (const pod of before) if (!there.has(keyOf(pod))) this.#policy.removePod(pod.namespace, pod.name)
    })
    for (const key of keys) {
      const { attached, told, gone } = this.#nameOf(key)
      if (attached.length === 0 && gone === undefined && told?.node !== this.#node) this.#names.delete(key)
    }
  }

  #podsOf(key: string): readonly PolicyPod[] {
    return podsOf(this.#nameOf(key), this.#node, this.#isKnown, ({ text }) => this.#isTaken(text))
  }

  #nameOf(key: string): PodName {
    return this.#names.get(key) ?? NO_NAME
  }

  /** Names of pods that are not attached, but told of with one of these addresses. */
  #toldWith(addresses: readonly { readonly text: string }[]): readonly string[] {
    const texts = new Set(addresses.map(({ text }) => text))
    return [...this.#names].flatMap(([key, { attached, told }]) =>
      attached.length === 0 && told?.addresses.some(({ text }) => texts.has(text)) ? [key] : [],
    )
  }

  #isTaken(address: string): boolean {
    return [...this.#names.values()].some(({ attached }) =>
      attached.some(({ addresses }) => addresses.some(({ text }) => text === address)),
    )
  }

  readonly #isKnown = (namespace: string): boolean => this.#namespaces.has(namespace)
}

const keyOf = ({ namespace, name }: Pick<PolicyPod, 'namespace' | 'name'>): string => objectKey(namespace, name)
