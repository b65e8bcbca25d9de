import type { Namespace } from '#api/core/namespace/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import type { ClusterNetworkPolicy } from '#api/policynetworking/clusternetworkpolicy/message.ts'
import type { ApiObject } from '#api/resource.ts'
import type { Informer } from '#client/informer.ts'
import { keyOf } from '#objects/object-key.ts'
import type { NodePolicy } from '#policy/node-policy.ts'
import type { PolicyNode, PolicyPod } from '#policy/peer.ts'
import { policyNode, policyPod } from '#policy/policy-objects.ts'
import { readClusterNetworkPolicy } from '#policy/reading/read-cluster-network-policy.ts'
import { readNetworkPolicy } from '#policy/reading/read-network-policy.ts'
import type { Policy } from '#policy/rule.ts'

/** Whoever is told: one node's policies. */
export type PolicyListener = Pick<
  NodePolicy,
  'setPod' | 'removePod' | 'setNode' | 'removeNode' | 'setNamespace' | 'setPolicy' | 'removePolicy' | 'together'
>

interface PolicyObjects {
  readonly pods: Informer<Pod>
  readonly nodes: Informer<Node>
  readonly namespaces: Informer<Namespace>
  readonly policies: Informer<NetworkPolicy>
  readonly clusterPolicies: Informer<ClusterNetworkPolicy>
}

/**
 * What policies are made of, read once for all nodes of a process: a pod's new status is told nobody whom it does not concern.
 */
export class PolicyFeed {
  /** Resolves when all that there is has been read, and every listener has been told. */
  readonly synced: Promise<void>
  #isSynced = false
  readonly #serves: PolicyNode['serves']
  #listeners: readonly PolicyListener[] = []
  readonly #pods = new Map<string, PolicyPod>()
  readonly #nodes = new Map<string, PolicyNode>()
  readonly #namespaces = new Map<string, Namespace>()
  readonly #policies = new Map<string, Policy>()

  /** `serves`: what pods the nodes are taken for, and for which traffic. */
  constructor({ pods, nodes, namespaces, policies, clusterPolicies }: PolicyObjects, serves?: PolicyNode['serves']) {
    this.#serves = serves
    const all = [pods, nodes, namespaces, policies, clusterPolicies]
    this.synced = Promise.all(all.map(({ hasSynced }) => hasSynced)).then(() => {
      this.#isSynced = true
      for (const listener of this.#listeners) this.#tellAll(listener)
    })
    follow(
      pods,
      (pod) => this.#pod(pod),
      ({ metadata }) => this.#noPod(metadata?.namespace ?? '', metadata?.name ?? ''),
    )
    follow(
      nodes,
      (node) => this.#node(node),
      ({ metadata }) => this.#noNode(metadata?.name ?? ''),
    )
    follow(
      namespaces,
      (one) => this.#namespace(one, one),
      (one) => this.#namespace(one, undefined),
    )
    follow(
      policies,
      (one) => this.#policy(readNetworkPolicy(one)),
      (one) => this.#noPolicy('NetworkPolicy', keyOf(one)),
    )
    follow(
      clusterPolicies,
      (one) => this.#policy(readClusterNetworkPolicy(one)),
      (one) => this.#noPolicy('ClusterNetworkPolicy', keyOf(one)),
    )
  }

  /**
   * What there is is told at once, or as soon as all of it has been read: one by one each policy would make the listener look
   * at all pods again. The answer ends it.
   */
  subscribe(listener: PolicyListener): () => void {
    this.#listeners = [...this.#listeners, listener]
    if (this.#isSynced) this.#tellAll(listener)
    return () => {
      this.#listeners = this.#listeners.filter((one) => one !== listener)
    }
  }

  #tellAll(listener: PolicyListener): void {
    listener.together(() => {
      for (const [name, { metadata }] of this.#namespaces) listener.setNamespace(name, metadata?.labels ?? {})
      for (const node of this.#nodes.values()) listener.setNode(node)
      for (const policy of this.#policies.values()) listener.setPolicy(policy)
      for (const pod of this.#pods.values()) listener.setPod(pod)
    })
  }

  /** Those to whom a change is told by itself. */
  get #told(): readonly PolicyListener[] {
    return this.#isSynced ? this.#listeners : []
  }

  /** A pod as policies see it; undefined for one that they do not, or that is not known. */
  pod(key: string): PolicyPod | undefined {
    return this.#pods.get(key)
  }

  /** The policies of either kind that there are. */
  policies(): Iterable<Policy> {
    return this.#policies.values()
  }

  #pod(object: Pod): void {
    const key = keyOf(object)
    const pod = policyPod(object)
    if (pod === undefined) {
      this.#noPod(object.metadata?.namespace ?? '', object.metadata?.name ?? '')
      return
    }
    const before = this.#pods.get(key)
    if (before !== undefined && isSame(before, pod)) return
    this.#pods.set(key, pod)
    for (const listener of this.#told) listener.setPod(pod)
  }

  #noPod(namespace: string, name: string): void {
    if (!this.#pods.delete(`${namespace}/${name}`)) return
    for (const listener of this.#told) listener.removePod(namespace, name)
  }

  #node(object: Node): void {
    const node = policyNode(object, this.#serves)
    const before = this.#nodes.get(node.name)
    if (before !== undefined && isSame(before, node)) return
    this.#nodes.set(node.name, node)
    for (const listener of this.#told) listener.setNode(node)
  }

  #noNode(name: string): void {
    this.#nodes.delete(name)
    for (const listener of this.#told) listener.removeNode(name)
  }

  #namespace({ metadata }: Namespace, now: Namespace | undefined): void {
    const name = metadata?.name ?? ''
    const before = this.#namespaces.get(name)
    if (now === undefined) this.#namespaces.delete(name)
    else this.#namespaces.set(name, now)
    if (now !== undefined && before !== undefined && isSame(before.metadata?.labels, now.metadata?.labels)) return
    for (const listener of this.#told) listener.setNamespace(name, now && (now.metadata?.labels ?? {}))
  }

  #policy(policy: Policy): void {
    this.#policies.set(`${policy.kind} ${policy.name}`, policy)
    for (const listener of this.#told) listener.setPolicy(policy)
  }

  #noPolicy(kind: Policy['kind'], name: string): void {
    this.#policies.delete(`${kind} ${name}`)
    for (const listener of this.#told) listener.removePolicy({ kind, name })
  }
}

const follow = <T extends ApiObject>(
  informer: Informer<T>,
  is: (object: T) => void,
  gone: (object: T) => void,
): void => {
  informer.addHandlers({ onAdd: is, onUpdate: (_, after) => is(after), onDelete: gone })
}

/** Of small plain objects, whose numbers may be as long as an IPv6 address. */
const isSame = (left: unknown, right: unknown): boolean => textOf(left) === textOf(right)
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? `${one}` : one))
