import type { Namespace } from '#api/core/namespace/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import type { ClusterNetworkPolicy } from '#api/policynetworking/clusternetworkpolicy/message.ts'
import { matchesMap } from '#objects/label-selector.ts'
import type { Labels } from '#objects/object.ts'
import {
  type HeldAddress,
  heldAddress,
  isSelected,
  type NamedPort,
  type PodPeer,
  type PolicyNode,
  type PolicyPod,
} from '#policy/peer.ts'
import { type DeclaredPort, DNS_PODS, declaredPorts, policyNode, policyPod } from '#policy/policy-objects.ts'
import { readClusterNetworkPolicy } from '#policy/reading/read-cluster-network-policy.ts'
import { readNetworkPolicy } from '#policy/reading/read-network-policy.ts'
import { DIRECTIONS, type Direction, type Policy } from '#policy/rule.ts'
import { type AskedPort, type Party, type Why, why } from '#policy/why.ts'

/** What of a cluster policies are made of. */
export interface PolicyFacts {
  readonly namespaces: readonly Pick<Namespace, 'metadata'>[]
  readonly pods: readonly Pod[]
  readonly nodes: readonly Node[]
  readonly policies: readonly NetworkPolicy[]
  readonly clusterPolicies: readonly ClusterNetworkPolicy[]
  /** Each node answers for the cluster's DNS at its own addresses. */
  readonly dnsOnNodes: boolean
}

/** What one end of a connection says of it. */
export interface EndWord extends Why {
  readonly pod: PolicyPod
  readonly direction: Direction
  readonly other: Party
  readonly asked: AskedPort
  /** The names that who is asked has for its ports. */
  readonly ports: readonly NamedPort[]
}

export type PolicyObject = NetworkPolicy | ClusterNetworkPolicy

/** The policies of a cluster, and what they say of connections. */
export class PolicyView {
  readonly pods: readonly PolicyPod[]
  readonly policies: readonly Policy[]
  readonly #nodes: readonly PolicyNode[]
  readonly #pods: ReadonlyMap<PolicyPod, Pod>
  readonly #objects: ReadonlyMap<Policy, PolicyObject>
  readonly #namespaces: ReadonlyMap<string, Labels>
  readonly #byAddress = new Map<string, PolicyPod>()
  readonly #selecting = new Map<PolicyPod, readonly Policy[]>()
  readonly #podsIn: ReadonlyMap<string, readonly PolicyPod[]>
  /** Policies of one namespace alone by its name, and those of all. */
  readonly #policiesIn = new Map<string, Policy[]>()
  readonly #policiesOfAll: Policy[] = []

  constructor({ namespaces, pods, nodes, policies, clusterPolicies, dnsOnNodes }: PolicyFacts) {
    this.#pods = new Map(
      pods.flatMap((pod) => {
        const seen = policyPod(pod)
        return seen === undefined ? [] : [[seen, pod] as const]
      }),
    )
    this.pods = [...this.#pods.keys()]
    this.#objects = new Map<Policy, PolicyObject>([
      ...policies.map((one) => [readNetworkPolicy(one), one] as const),
      ...clusterPolicies.map((one) => [readClusterNetworkPolicy(one), one] as const),
    ])
    this.policies = [...this.#objects.keys()]
    this.#nodes = nodes.map((node) => policyNode(node, dnsOnNodes ? DNS_PODS : undefined))
    this.#namespaces = new Map(namespaces.map(({ metadata }) => [metadata?.name ?? '', metadata?.labels ?? {}]))
    this.#podsIn = Map.groupBy(this.pods, ({ namespace }) => namespace)
    for (const policy of this.policies) {
      const { namespaces } = policy.subject
      const ofOne = 'name' in namespaces ? this.#policiesIn.get(namespaces.name) : this.#policiesOfAll
      if (ofOne !== undefined) ofOne.push(policy)
      else if ('name' in namespaces) this.#policiesIn.set(namespaces.name, [policy])
    }
    for (const pod of this.pods.toSorted((left, right) => left.since - right.since))
      for (const { text } of pod.addresses) this.#byAddress.set(text, pod)
  }

  /** Pods that a selector picks. */
  podsOf(peer: PodPeer): readonly PolicyPod[] {
    const { namespaces } = peer
    const pods = 'name' in namespaces ? (this.#podsIn.get(namespaces.name) ?? []) : this.pods
    return pods.filter(({ namespace, labels }) => isSelected(peer, namespace, this.#namespaces.get(namespace), labels))
  }

  podAt(address: string): PolicyPod | undefined {
    return this.#byAddress.get(address)
  }

  pod(namespace: string, name: string): PolicyPod | undefined {
    return this.pods.find((one) => one.namespace === namespace && one.name === name)
  }

  /** Those that select a pod. */
  policiesOf(pod: PolicyPod): readonly Policy[] {
    const known = this.#selecting.get(pod)
    if (known !== undefined) return known
    const { namespace, labels } = pod
    const ofNamespace = this.#namespaces.get(namespace)
    const found = [...(this.#policiesIn.get(namespace) ?? []), ...this.#policiesOfAll].filter(({ subject }) =>
      isSelected(subject, namespace, ofNamespace, labels),
    )
    this.#selecting.set(pod, found)
    return found
  }

  /** Who has an address. */
  partyAt(address: HeldAddress): Party {
    const pod = this.podAt(address.text)
    if (pod !== undefined) return { address, pod, namespaceLabels: this.#namespaces.get(pod.namespace) }
    const node = this.#nodes.find(({ addresses }) => addresses.some(({ text }) => text === address.text))
    return { address, node, namespaceLabels: node?.serves && this.#namespaces.get(node.serves.namespace) }
  }

  /**
   * What the policies of both ends say of a connection, the sender's first; an end that is no pod, or of its node's own
   * network, says nothing. What a pod sends to itself, and what a node sends to its own pods, nobody asks about.
   */
  words(source: string, destination: string, asked: AskedPort): readonly EndWord[] {
    return DIRECTIONS.toReversed().flatMap((direction) => this.word(direction, source, destination, asked) ?? [])
  }

  /** What one end says of it; undefined where that is no pod, or is not asked. */
  word(direction: Direction, source: string, destination: string, asked: AskedPort): EndWord | undefined {
    const [from, to] = [heldAddress(source), heldAddress(destination)]
    if (from === undefined || to === undefined || from.text === to.text) return undefined
    const [sender, receiver] = [this.partyAt(from), this.partyAt(to)]
    if (sender.node !== undefined && sender.node.name === receiver.pod?.node) return undefined
    const [own, other] = direction === 'egress' ? [sender, receiver] : [receiver, sender]
    const { pod } = own
    const ports = receiver.pod?.ports ?? receiver.node?.serves?.ports ?? []
    return pod && { pod, direction, other, asked, ports, ...why(this.policiesOf(pod), direction, other, asked, ports) }
  }

  /** What a policy was read from. */
  objectOf(policy: Policy): PolicyObject {
    return this.#objects.get(policy) as PolicyObject
  }

  /** The ports that a pod’s containers declare, with names and without. */
  declaredPorts(pod: PolicyPod): readonly DeclaredPort[] {
    return declaredPorts(this.objectOfPod(pod))
  }

  /** What a pod was read from. */
  objectOfPod(pod: PolicyPod): Pod {
    return this.#pods.get(pod) as Pod
  }

  /** Who policies take for a pod of the cluster’s DNS. */
  isDns({ pod, node }: Party): boolean {
    if (pod === undefined) return node?.serves !== undefined
    return pod.namespace === DNS_PODS.namespace && matchesMap(DNS_PODS.labels, pod.labels)
  }

  namespaceLabels(namespace: string): Labels | undefined {
    return this.#namespaces.get(namespace)
  }

  get namespaces(): readonly string[] {
    return [...this.#namespaces.keys()]
  }
}
