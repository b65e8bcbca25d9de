import { closeSync } from 'node:fs'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { deleteNamespace, openNamespace } from '#kernel/namespaces/namespace.ts'
import { writeSysctls } from '#kernel/namespaces/sysctl.ts'
import { deleteLink, newVeth } from '#kernel/rtnetlink/link.ts'
import { deleteRoute } from '#kernel/rtnetlink/route.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import type { PodIdentity } from '#kubelet/pod-network.ts'
import { type PerFamily, rangeOfOne } from '#net/per-family.ts'
import { objectKey } from '#objects/object-key.ts'
import { MTU, type NetworkPlan, withoutIpv6 } from '#podnetwork/network-plan.ts'
import { NODE_END_MAC, POD_LINK, podLink, podMac, podPlan, podRoutesPlan } from '#podnetwork/pod-plan.ts'
import { applyNetworkPlan } from '#reconciler/network/apply-network-plan.ts'
import type { KeptNamespace } from '#reconciler/network/network-target.ts'

/** Milliseconds that a link may take to go with its namespace before it is deleted by name. */
const LINK_GONE_TRIES = 20

interface PodLinksOptions {
  readonly node: {
    /** Path of the node's network namespace. */
    readonly namespace: string
    readonly addresses: PerFamily
  }
  readonly hasIpv6: boolean
  /** Bytes; as the node's uplink. */
  readonly mtu?: number | undefined
  /** The node is no machine of ours, and neither are its pods: of settings only those of our links are. */
  readonly isHost?: boolean
}

/** Whose a link is; the link's name on the node comes of `uid`. */
type LinkedPod = Pick<PodIdentity, 'uid' | 'namespace' | 'name'>

/** The routed links between a node and its pods' network namespaces. */
export class PodLinks {
  readonly #options: PodLinksOptions
  readonly #rtnetlink: Rtnetlink

  constructor(options: PodLinksOptions) {
    this.#options = options
    this.#rtnetlink = Rtnetlink.open(options.node.namespace)
  }

  has(uid: string): boolean {
    return this.#rtnetlink.link(podLink(uid)) !== undefined
  }

  /**
   * Made from the node's side, set up in the pod first, so that the pod can be reached as soon as the node has its route.
   * `network`: path of the pod's network namespace; `name`: of its end of the link.
   */
  connect(pod: LinkedPod, network: string, addresses: PerFamily, name = POD_LINK): void {
    const link = podLink(pod.uid)
    const mtu = this.mtu
    const inside = this.#inside(addresses, name)
    const outside = this.#outside(pod, addresses)
    writeSysctls(network, inside.sysctls)
    const peer = openNamespace(network)
    try {
      const end = { name: link, up: true, mtu, mac: NODE_END_MAC }
      this.#rtnetlink.apply([newVeth(end, { name, mtu, mac: podMac(addresses) }, peer)])
    } finally {
      closeSync(peer)
    }
    // Before the other end is up, and with it this one.
    if (outside.sysctls.length > 0) writeSysctls(this.#options.node.namespace, outside.sysctls)
    using rtnetlink = Rtnetlink.open(network)
    applyNetworkPlan(rtnetlink, inside)
    applyNetworkPlan(this.#rtnetlink, outside)
  }

  /** What a pod's link shall be. The node's side first: where the link is gone, both ends are made again. */
  kept(pod: LinkedPod, network: string, addresses: PerFamily, name = POD_LINK): readonly KeptNamespace[] {
    const outside = this.#outside(pod, addresses)
    const links = outside.links.map((one) => ({ ...one, mtu: this.mtu }))
    return [
      {
        path: this.#options.node.namespace,
        plan: { ...outside, links },
        remake: () => this.connect(pod, network, addresses, name),
      },
      // Its settings are the pod's own, once made.
      { path: network, plan: { ...this.#inside(addresses, name), sysctls: [] }, isForeign: true },
    ]
  }

  /**
   * Routes first, then the namespace: deleting a veth blocks us for 15 to 25 ms, and it goes by itself in 1 ms when its
   * namespace does. What is left of it is for remove().
   */
  async disconnect(uid: string, network: string, addresses: readonly string[]): Promise<void> {
    const gone = [constants.errno.ESRCH, constants.errno.ENODEV]
    this.#rtnetlink.apply(
      addresses.map((address) => deleteRoute(rangeOfOne(address))),
      gone,
    )
    deleteNamespace(network)
    for (let wait = 0; wait < LINK_GONE_TRIES && this.has(uid); wait++) await sleep(1)
  }

  /** A link, with its routes and neighbours, and the namespace, whichever of them are there. */
  remove(uid: string, network: string): void {
    // The namespace, and the link with it, lives as long as any process of the pod does.
    this.unlink(uid)
    deleteNamespace(network)
  }

  /** A link alone, with its routes and neighbours, if it is there. */
  unlink(uid: string): void {
    if (this.has(uid)) this.#rtnetlink.apply([deleteLink(podLink(uid))], [constants.errno.ENODEV])
  }

  close(): void {
    this.#rtnetlink.close()
  }

  /** Bytes, of every link. */
  get mtu(): number {
    return this.#options.mtu ?? MTU
  }

  #inside(addresses: PerFamily, link: string): NetworkPlan {
    return this.#plan(podPlan(addresses, this.#options.isHost ? { link } : undefined))
  }

  #outside({ uid, namespace, name }: LinkedPod, addresses: PerFamily): NetworkPlan {
    const { node, isHost } = this.#options
    const title = `pod ${objectKey(namespace, name)}`
    return this.#plan(podRoutesPlan(podLink(uid), addresses, node.addresses, title, isHost))
  }

  #plan(plan: NetworkPlan): NetworkPlan {
    return this.#options.hasIpv6 ? plan : withoutIpv6(plan)
  }
}
