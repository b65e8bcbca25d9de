import { policies as policiesPart } from '#agent/parts/policies/policies-part.ts'
import { kernelAt } from '#agent/runner/agent-node.ts'
import { PolicyFeed } from '#agent/sources/policy-feed.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { networkPolicies } from '#api/networking/networkpolicy/resource.ts'
import { clusterNetworkPolicies } from '#api/policynetworking/clusternetworkpolicy/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { Informer } from '#client/informer.ts'
import { systemClock } from '#clock/clock.ts'
import type { NodePolicy } from '#policy/node-policy.ts'
import { type BenchCluster, HERE } from './cluster.ts'

type StartedPart = Exclude<ReturnType<typeof policiesPart.start>, Promise<unknown>>

/** The part of an agent that keeps policies, over caches that the bench fills: all between the API's answer and the kernel. */
export class OurNode {
  readonly #stop = new AbortController()
  readonly #caches = {
    namespaces: this.#cache(namespaces),
    nodes: this.#cache(nodes),
    pods: this.#cache(pods),
    policies: this.#cache(networkPolicies),
    clusterPolicies: this.#cache(clusterNetworkPolicies),
  }
  readonly #part: StartedPart
  readonly #faults: string[] = []

  /** `path`: of the network namespace. The part starts, and waits for what there is. */
  constructor(path: string) {
    const feed = new PolicyFeed(this.#caches)
    const node = {
      name: HERE,
      addresses: ['172.30.1.1', 'fd00:172:30:1::1'],
      kernel: kernelAt(path),
      cluster: {},
      clock: systemClock,
      sources: { policies: feed },
      log: (message: string, error?: unknown) => this.#faults.push(`${message}: ${error}`),
    }
    this.#part = policiesPart.start(node as unknown as Parameters<typeof policiesPart.start>[0]) as StartedPart
  }

  /** From what the lists have answered until the kernel has all of it. */
  async load({ namespaces, nodes, pods, policies }: BenchCluster): Promise<void> {
    const caches = this.#caches
    caches.namespaces.replace(namespaces, '1')
    caches.nodes.replace(nodes, '1')
    caches.pods.replace(pods, '1')
    caches.policies.replace(policies, '1')
    caches.clusterPolicies.replace([], '1')
    await this.#part.ready
    this.#check()
  }

  /** From a watch's event until the kernel has it. */
  async change(kind: 'pods' | 'policies', object: object): Promise<void> {
    const informer = this.#caches[kind] as unknown as Informer<ApiObject>
    informer.apply({ type: 'MODIFIED', object: object as ApiObject })
    // The loop writes in the same tick, behind whoever told it.
    await undefined
    this.#check()
  }

  get policy(): NodePolicy {
    return this.#part.policy
  }

  stop(): void {
    this.#part.stop()
    this.#stop.abort()
  }

  #check(): void {
    if (this.#faults.length > 0) throw new Error(this.#faults[0])
  }

  #cache<T extends ApiObject>(resource: Resource<T>): Informer<T> {
    const { signal } = this.#stop
    const onError = (error: unknown, what: string) => this.#faults.push(`${what}: ${error}`)
    return new Informer<T>(resource, { clock: systemClock, random: Math.random, signal, onError })
  }
}
