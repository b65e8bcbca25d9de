import type { IpFamily } from '#net/ip-address.ts'
import type { Labels } from '#objects/object.ts'
import { objectKey } from '#objects/object-key.ts'
import { AddressBook, type NumberedNetwork } from './address-book.ts'
import { folded } from './folding.ts'
import type { Identity } from './identities.ts'
import { type HeldAddress, isSelected, type PolicyNode, type PolicyPod } from './peer.ts'
import { type Direction, namesOf, type Policy, peersOf, policyKey } from './rule.ts'
import { isPoliced, type Verdict, verdictsOf } from './verdicts.ts'

interface LocalPod {
  readonly key: string
  readonly pod: PolicyPod
  readonly policies: Set<HeldPolicy>
}
interface HeldPolicy {
  readonly policy: Policy
  /** The same in fewer rules and peers. */
  readonly folded: Policy
  /** The pods of this node that it selects. It is in use as long as there is one. */
  readonly pods: Set<LocalPod>
}

/** What becomes of the traffic of a pod in one direction. */
export type PodVerdicts = { readonly [family in IpFamily]: readonly Verdict[] }

/** What must be asked for again: of a pod of this node, of an address, or all that stands for networks. */
export type PolicyChange = `pod ${string}` | `address ${string}` | 'cells'

/**
 * What the policies of a cluster come to on one node. Only those that select a pod of this node are in use: a change costs
 * what it changes for them, whatever else there is. It has no effects; `changed` is told what is to be asked for again.
 */
export class NodePolicy {
  readonly #here: string
  readonly #changed: (change: PolicyChange) => void
  readonly #book: AddressBook<HeldPolicy>
  readonly #local = new Map<string, LocalPod>()
  readonly #localOf = new Map<string, Set<LocalPod>>()
  readonly #policies = new Map<string, HeldPolicy>()
  /** NetworkPolicies by namespace; under undefined those of all namespaces. */
  readonly #policiesOf = new Map<string | undefined, Set<HeldPolicy>>()
  /** Pods of this node by their addresses. */
  readonly #localAt = new Map<string, string>()
  #depth = 0

  /** `here`: the node's name. */
  constructor(here: string, changed: (change: PolicyChange) => void) {
    this.#here = here
    this.#changed = changed
    this.#book = new AddressBook({
      address: (address) => changed(`address ${address}`),
      cells: () => changed('cells'),
      user: ({ pods }) => {
        for (const { key } of pods) changed(`pod ${key}`)
      },
    })
  }

  /** A pod is new or has changed. One that has ended, or lives in its node's own network, is to be removed instead. */
  setPod(pod: PolicyPod): void {
    this.#then(() => this.#setPod(pod))
  }

  /** Many changes, of which each would cost as much as all of them together. */
  together(changes: () => void): void {
    this.#then(changes)
  }

  #then(change: () => void): void {
    this.#depth++
    try {
      change()
    } finally {
      this.#depth--
    }
    if (this.#depth === 0) this.#book.settle()
  }

  #setPod(pod: PolicyPod): void {
    const key = objectKey(pod.namespace, pod.name)
    if (this.#book.pod(key) === pod) return
    const old = this.#local.get(key)
    if (pod.node === this.#here) this.#addLocal({ key, pod, policies: new Set() })
    this.#book.setPod(key, pod)
    if (old !== undefined) this.#removeLocal(old)
  }

  removePod(namespace: string, name: string): void {
    this.#then(() => this.#removePod(namespace, name))
  }

  #removePod(namespace: string, name: string): void {
    const key = objectKey(namespace, name)
    if (this.#book.pod(key) === undefined) return
    this.#book.removePod(key)
    const old = this.#local.get(key)
    if (old !== undefined) this.#removeLocal(old)
  }

  setNode(node: PolicyNode): void {
    this.#book.setNode(node)
  }

  removeNode(name: string): void {
    this.#book.removeNode(name)
  }

  /** A namespace is new, has other labels, or (undefined) is gone. */
  setNamespace(name: string, labels: Labels | undefined): void {
    this.#then(() => this.#setNamespace(name, labels))
  }

  #setNamespace(name: string, labels: Labels | undefined): void {
    this.#book.setNamespace(name, labels)
    for (const pod of this.#localOf.get(name) ?? []) this.#select(pod)
  }

  /** A policy is new or has changed. */
  setPolicy(policy: Policy): void {
    this.#then(() => this.#setPolicy(policy))
  }

  #setPolicy(policy: Policy): void {
    const before = this.#policies.get(policyKey(policy))
    const held: HeldPolicy = { policy, folded: folded(policy), pods: new Set() }
    this.#policies.set(policyKey(policy), held)
    const scope = scopeOf(policy)
    const all = this.#policiesOf.get(scope)
    if (all === undefined) this.#policiesOf.set(scope, new Set([held]))
    else all.add(held)
    // The new one first: what both speak of stays as it is.
    const pods = scope === undefined ? this.#local.values() : (this.#localOf.get(scope) ?? [])
    for (const pod of pods) if (this.#selects(held, pod)) this.#take(held, pod)
    if (before !== undefined) this.#drop(before)
  }

  removePolicy(of: Pick<Policy, 'kind' | 'name'>): void {
    this.#then(() => this.#removePolicy(of))
  }

  #removePolicy(of: Pick<Policy, 'kind' | 'name'>): void {
    const held = this.#policies.get(policyKey(of))
    if (held === undefined) return
    this.#policies.delete(policyKey(of))
    this.#drop(held)
  }

  /** The policies that select a pod of this node. */
  policiesOf(key: string): readonly Policy[] {
    return [...(this.#local.get(key)?.policies ?? [])].map(({ policy }) => policy)
  }

  /** The pods of this node that some policy selects. */
  *selected(): Iterable<string> {
    for (const { key, policies } of this.#local.values()) if (policies.size > 0) yield key
  }

  /** Whether any pod of this node is selected by a policy. */
  get isPoliced(): boolean {
    return Iterator.from(this.#local.values()).some(({ policies }) => policies.size > 0)
  }

  localPod(key: string): PolicyPod | undefined {
    return this.#local.get(key)?.pod
  }

  /** What becomes of the traffic of a pod of this node; undefined where no policy says anything of that direction. */
  verdicts(key: string, direction: Direction): PodVerdicts | undefined {
    const pod = this.localPod(key)
    const policies = [...(this.#local.get(key)?.policies ?? [])].map((held) => held.folded)
    if (pod === undefined || !isPoliced(policies, direction)) return undefined
    const of = (family: IpFamily) => verdictsOf({ ports: pod.ports, policies }, direction, family, this.#book)
    return { IPv4: of('IPv4'), IPv6: of('IPv6') }
  }

  /** Of an address of a pod or a node; undefined: it has none, and what counts is that of its network, if it has one. */
  identityOf(address: string): Identity | undefined {
    return this.#book.identityOf(address)
  }

  /** What any address counts as: 0 where no policy speaks of it. */
  numberOf(address: HeldAddress): number {
    return this.#book.numberOf(address)
  }

  /** The pod of this node that has an address now. */
  localPodAt(address: string): string | undefined {
    return this.#localAt.get(address)
  }

  /** The numbers of all other addresses that policies speak of. */
  networks(): Iterable<NumberedNetwork> {
    return this.#book.cells()
  }

  get identities(): number {
    return this.#book.size
  }

  #addLocal(local: LocalPod): void {
    const { key, pod } = local
    this.#local.set(key, local)
    const all = this.#localOf.get(pod.namespace)
    if (all === undefined) this.#localOf.set(pod.namespace, new Set([local]))
    else all.add(local)
    for (const { text } of pod.addresses) this.#localAt.set(text, key)
    this.#select(local)
    this.#changed(`pod ${key}`)
  }

  #removeLocal(local: LocalPod): void {
    if (this.#local.get(local.key) === local) this.#local.delete(local.key)
    const now = this.#local.get(local.key)?.pod.addresses
    for (const { text } of local.pod.addresses)
      if (this.#localAt.get(text) === local.key && !now?.some((one) => one.text === text)) this.#localAt.delete(text)
    const all = this.#localOf.get(local.pod.namespace)
    all?.delete(local)
    if (all?.size === 0) this.#localOf.delete(local.pod.namespace)
    for (const policy of [...local.policies]) this.#release(policy, local)
    this.#changed(`pod ${local.key}`)
  }

  #select(pod: LocalPod): void {
    for (const scope of [pod.pod.namespace, undefined])
      for (const held of this.#policiesOf.get(scope) ?? []) {
        if (this.#selects(held, pod)) this.#take(held, pod)
        else this.#release(held, pod)
      }
  }

  #selects({ policy: { subject } }: HeldPolicy, { pod: { namespace, labels } }: LocalPod): boolean {
    return isSelected(subject, namespace, this.#book.namespaceLabels(namespace), labels)
  }

  #take(held: HeldPolicy, pod: LocalPod): void {
    if (held.pods.has(pod)) return
    held.pods.add(pod)
    pod.policies.add(held)
    this.#changed(`pod ${pod.key}`)
    if (held.pods.size === 1) this.#book.use(held, peersOf(held.folded), namesOf(held.folded))
  }

  #release(held: HeldPolicy, pod: LocalPod): void {
    if (!held.pods.delete(pod)) return
    pod.policies.delete(held)
    this.#changed(`pod ${pod.key}`)
    if (held.pods.size === 0) this.#book.leave(held, peersOf(held.folded), namesOf(held.folded))
  }

  #drop(held: HeldPolicy): void {
    const scope = scopeOf(held.policy)
    const all = this.#policiesOf.get(scope)
    all?.delete(held)
    if (all?.size === 0) this.#policiesOf.delete(scope)
    for (const pod of [...held.pods]) this.#release(held, pod)
  }
}

const scopeOf = ({ subject: { namespaces } }: Policy): string | undefined =>
  'name' in namespaces ? namespaces.name : undefined
