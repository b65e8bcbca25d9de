import { namespacePath } from '#kernel/namespaces/namespace.ts'
import type { Attachment, PodIdentity, PodNetwork } from '#kubelet/pod-network.ts'
import { parseCidr } from '#net/cidr.ts'
import { familyOfText, type PerFamily } from '#net/per-family.ts'
import { objectKey } from '#objects/object-key.ts'
import { addressesAt, nextFreeOffset } from '#podnetwork/ipam.ts'
import type { KeptNamespace } from '#reconciler/network/network-target.ts'
import { ID_COUNT } from '#runtime/runtime.ts'
import { type AttachmentRecord, AttachmentRecords } from '../attachments/attachment-record.ts'
import { IdRanges } from './id-ranges.ts'
import { ownTurn } from './own-turn.ts'
import { type PodKernel, podKernel } from './pod-kernel.ts'
import { PodNetworkError } from './pod-network-error.ts'

/** Who must know of a pod before anybody can reach it. */
export interface PodPolicies<Pod = PodIdentity> {
  /** Rejects where it cannot be held to them: then it gets no network. */
  hold(pod: Pod, addresses: readonly string[]): Promise<void>
  release(pod: Pod): void
}

interface PodNetworkOptions {
  readonly node: {
    /** Path of the node's network namespace. */
    readonly namespace: string
    readonly addresses: PerFamily
    readonly podCidrs: PerFamily
  }
  /** Folder of this node's records and of the files that its pods' ipc and uts namespaces are bound to. */
  readonly stateDir: string
  /** Name below /run/netns of a pod's network namespace. */
  readonly podNamespace: (uid: string) => string
  /** Told of a pod's addresses before it has them, and when it has them no more. */
  readonly policies?: PodPolicies
  /** Bytes; as the node's uplink. */
  readonly mtu?: number
}

/**
 * One node's pods: a namespace and a routed link each, no bridge. Closed when the agent ends; what is attached stays.
 */
export interface NodePodNetwork extends PodNetwork {
  /** What the pods' links shall be, on both sides, by the pods' UIDs. */
  kept(): ReadonlyMap<string, readonly KeptNamespace[]>
  /** A pod that is attached. */
  pod(uid: string): PodIdentity | undefined
  close(): void
}

/**
 * The pod network of one node. Adopts what the records in `stateDir` say: what was attached is attached, what was
 * half-made when we died is taken away. Attaching is synchronous inside, some 2 ms, and one at a time, so no two pods
 * get one address.
 */
export function createPodNetwork(
  options: PodNetworkOptions,
  kernel: PodKernel = podKernel({ node: options.node, mtu: options.mtu }),
): NodePodNetwork {
  return new RoutedPodNetwork(options, kernel)
}

class RoutedPodNetwork implements NodePodNetwork {
  readonly #options: PodNetworkOptions
  readonly #records: AttachmentRecords
  readonly #attached = new Map<string, AttachmentRecord>()
  /** Neither attached nor taken away, since something failed twice. */
  readonly #halfMade = new Map<string, AttachmentRecord>()
  /** Being taken away: what goes of these is not put back. */
  readonly #leaving = new Set<string>()
  readonly #kernel: PodKernel
  readonly #links: PodKernel['links']
  readonly #ids = new IdRanges()
  /** Places of pods that are being attached, and not recorded yet. */
  readonly #promised = new Set<number>()
  #last: number

  constructor(options: PodNetworkOptions, kernel: PodKernel) {
    this.#options = options
    this.#records = new AttachmentRecords(`${options.stateDir}/attachments`)
    this.#last = this.#records.readLastOffset()
    this.#kernel = kernel
    this.#links = kernel.links
    for (const record of this.#records.read()) {
      if (record.state === 'attached' && this.#stands(record)) this.#attached.set(record.uid, record)
      else {
        this.#takeAway(record)
        this.#options.policies?.release(record.pod)
      }
    }
  }

  async attach(pod: PodIdentity): Promise<Attachment> {
    await ownTurn()
    const known = this.#attached.get(pod.uid)
    if (known !== undefined) {
      if (!pod.hostNetwork) await this.#options.policies?.hold(pod, known.addresses)
      return toAttachment(known)
    }
    await this.detach(pod.uid)
    const firstId = pod.ownUsers ? await this.#ids.take(this.#records.pathOf(pod.uid)) : undefined
    if (pod.hostNetwork) return this.#make(pod, undefined, firstId)
    const [range] = this.#options.node.podCidrs
    const taken = new Set(
      [...this.#attached.values(), ...this.#halfMade.values()].flatMap(({ offset }) => offset ?? []),
    ).union(this.#promised)
    const offset = nextFreeOffset(parseCidr(range), taken, this.#last)
    if (offset === undefined)
      throw new PodNetworkError(
        'POD_ADDRESSES_EXHAUSTED',
        `${name(pod)}: all ${taken.size} addresses of ${range} are taken`,
      )
    this.#last = offset
    this.#promised.add(offset)
    try {
      await this.#options.policies?.hold(pod, this.#ownAddresses(offset))
      return this.#make(pod, offset, firstId)
    } catch (error) {
      // With what was half-made its address is kept.
      if (!this.#halfMade.has(pod.uid)) this.#options.policies?.release(pod)
      throw error
    } finally {
      this.#promised.delete(offset)
    }
  }

  async detach(uid: string): Promise<void> {
    const record = this.#attached.get(uid) ?? this.#halfMade.get(uid)
    if (record === undefined) return
    this.#leaving.add(uid)
    try {
      await this.#detach(record)
    } finally {
      this.#leaving.delete(uid)
    }
  }

  async #detach(record: AttachmentRecord): Promise<void> {
    const { uid } = record
    if (record.offset !== undefined) await this.#links.disconnect(uid, record.namespaces.network, record.addresses)
    this.#takeAway(record)
    if (!record.pod.hostNetwork) this.#options.policies?.release(record.pod)
    this.#attached.delete(uid)
    this.#halfMade.delete(uid)
  }

  async list(): Promise<readonly Attachment[]> {
    return [...this.#attached.values()].map(toAttachment)
  }

  pod(uid: string): PodIdentity | undefined {
    return this.#attached.get(uid)?.pod
  }

  kept(): ReadonlyMap<string, readonly KeptNamespace[]> {
    return new Map(
      [...this.#attached.values()].flatMap((record) =>
        record.offset === undefined || this.#leaving.has(record.uid)
          ? []
          : [[record.uid, this.#links.kept(record.pod, record.namespaces.network, this.#addresses(record.offset))]],
      ),
    )
  }

  close(): void {
    this.#links.close()
  }

  #make(pod: PodIdentity, offset: number | undefined, firstId: number | undefined): Attachment {
    const { node, podNamespace } = this.#options
    const directory = this.#directory(pod.uid)
    const network = offset === undefined ? node.namespace : namespacePath(podNamespace(pod.uid))
    const addresses = offset === undefined ? node.addresses : this.#addresses(offset)
    const own = offset === undefined ? this.#usable(addresses) : this.#ownAddresses(offset)
    const record: AttachmentRecord = {
      uid: pod.uid,
      pod,
      addresses: own,
      namespaces: {
        network,
        ipc: `${directory}/ipc`,
        uts: `${directory}/uts`,
        ...(firstId !== undefined && { user: { path: `${directory}/user`, firstId } }),
      },
      offset,
      state: 'prepared',
    }
    this.#records.write(record)
    try {
      const { hostname } = pod
      const users = firstId === undefined ? undefined : { firstId, count: ID_COUNT }
      if (offset === undefined) this.#kernel.createNamespaces(directory, { hostname, users, networkPath: network })
      else {
        this.#kernel.createNamespaces(directory, { hostname, users, networkName: podNamespace(pod.uid) })
        this.#links.connect(pod, network, addresses)
      }
    } catch (cause) {
      try {
        this.#takeAway(record)
      } catch {
        // Kept, with its address: detach(), the next attach() of this pod or the next start take it away.
        this.#halfMade.set(pod.uid, record)
      }
      throw new PodNetworkError('POD_ATTACH_FAILED', `${name(pod)}: ${(cause as Error).message}`, { cause })
    }
    const attached = { ...record, state: 'attached' } as const
    this.#records.write(attached)
    this.#attached.set(pod.uid, attached)
    return toAttachment(attached)
  }

  /** Of a pod at that place, in the families that the kernel has. */
  #ownAddresses(offset: number): readonly string[] {
    return this.#usable(this.#addresses(offset))
  }

  #usable(addresses: PerFamily): readonly string[] {
    return this.#kernel.hasIpv6 ? addresses : addresses.filter((address) => familyOfText(address) === 'IPv4')
  }

  #addresses(offset: number): PerFamily {
    return addressesAt(this.#options.node.podCidrs, offset)
  }

  #directory(uid: string): string {
    return `${this.#options.stateDir}/namespaces/${uid}`
  }

  /** Whether what a record says is there; a reboot, or somebody's hand, may have taken it. */
  #stands({ uid, pod, namespaces }: AttachmentRecord): boolean {
    const { network, ipc, uts, user } = namespaces
    if (![network, ipc, uts, ...(user ? [user.path] : [])].every(this.#kernel.isNamespace)) return false
    return pod.hostNetwork || this.#links.has(uid)
  }

  /**
   * Removes the link (its routes and neighbours go with it) and the namespaces, whichever of them are there, and
   * forgets the record.
   */
  #takeAway({ uid, pod, namespaces }: AttachmentRecord): void {
    if (!pod.hostNetwork) this.#links.remove(uid, namespaces.network)
    this.#kernel.deleteNamespaces(this.#directory(uid))
    const path = this.#records.pathOf(uid)
    if (namespaces.user !== undefined) this.#ids.free((record) => record === path)
    this.#records.remove(uid)
  }
}

const name = ({ namespace, name }: PodIdentity): string => objectKey(namespace, name)

function toAttachment({ uid, namespaces, addresses }: AttachmentRecord): Attachment {
  return { uid, namespaces, addresses }
}
