import { constants } from 'node:os'
import { addressesOf } from '#cni/call/result.ts'
import type { AttachedLink } from '#cni/plugin/attached-result.ts'
import type { LinkRequest, PluginRequest } from '#cni/plugin/plugin-request.ts'
import { Refusal } from '#cni/plugin/refusal.ts'
import { KernelError } from '#kernel/kernel-error.ts'
import { EVERYWHERE, familyOfText, type PerFamily } from '#net/per-family.ts'
import { NEXT_HOPS, NODE_END_MAC, podLink, podMac } from '#podnetwork/pod-plan.ts'
import type { KeptNamespace } from '#reconciler/network/network-target.ts'
import { AttachmentRecords, recordsFolder } from '../attachments/attachment-record.ts'
import { ownTurn } from '../network/own-turn.ts'
import type { PodPolicies } from '../network/pod-network.ts'
import type { NamedPod } from '../policies/pod-name.ts'
import { type FreePlace, freePlace } from './address-pool.ts'
import type { DoorKernel } from './door-kernel.ts'
import { type DoorRecord, linkKey } from './door-record.ts'
import { HeldLinks } from './held-links.ts'
import { Turns } from './turns.ts'

interface DoorNetworkOptions {
  /** Path of the node's network namespace. */
  readonly namespace: string
  /** The node's own for its pods; none where nobody has given it any yet: then those that the runtime tells are taken. */
  readonly ranges: readonly string[]
  /** The node's folder: records lie below it. */
  readonly stateDir: string
  /** Another with each start of the machine. */
  readonly bootId: string
  /** Where a path of the host lies for us. */
  readonly hostPath: (path: string) => string
  readonly policies: () => PodPolicies<NamedPod> | undefined
  /** Addresses that somebody else has given in these ranges, as far as it is known. */
  readonly takenByOthers: () => Iterable<string>
}

type Asked<Command> = Extract<PluginRequest, { readonly command: Command }>

/**
 * The links of one node's containers, each by what a runtime has asked for: in a network namespace that is given, under a
 * name that is given. Adopts what the records say, and takes away what of them is of another life of the machine, was
 * half-made when we died, or went with its container.
 */
export class DoorNetwork {
  readonly #options: DoorNetworkOptions
  readonly #kernel: DoorKernel
  readonly #records: AttachmentRecords<DoorRecord>
  readonly #links = new Map<string, DoorRecord>()
  readonly #held: HeldLinks
  readonly #turns = new Turns()
  /** Of links that are being made, and not recorded yet. */
  readonly #promised = new Set<string>()
  #last: number

  constructor(options: DoorNetworkOptions, kernel: DoorKernel) {
    this.#options = options
    this.#kernel = kernel
    this.#records = new AttachmentRecords<DoorRecord>(recordsFolder(options.stateDir))
    this.#last = this.#records.readLastOffset()
    this.#held = new HeldLinks(options.policies)
    for (const record of this.#records.read()) {
      this.#links.set(record.uid, record)
      this.#held.note(record.uid, record.pod.uid, record.addresses)
    }
  }

  /** Takes away what does not stand any more. Rejects where that cannot be done. */
  async settle(): Promise<void> {
    for (const record of [...this.#links.values()])
      if (!this.#turns.isBusy(record.uid) && !this.#stands(record))
        await this.#turns.run(record.uid, () => this.#free(record.uid))
  }

  /** One that is there as it was made gives what it has. Rejects with Refusal. */
  async add(request: Asked<'ADD'>): Promise<AttachedLink> {
    const key = linkKey(request.containerId, request.ifName)
    return await this.#turns.run(key, async () => {
      await ownTurn()
      const netnsId = this.#networkOf(request)
      const known = this.#links.get(key)
      if (known?.state === 'attached' && known.netnsId === netnsId && this.#kernel.links.has(key)) {
        await this.#held.hold(key, known.pod, this.#usable(known.addresses))
        return this.#linkOf(known)
      }
      if (known !== undefined) await this.#free(key)
      return this.#linkOf(await this.#make(key, request, netnsId))
    })
  }

  /** No error where nothing is there. Rejects with Refusal where it cannot be taken away. */
  async del({ containerId, ifName }: LinkRequest): Promise<void> {
    const key = linkKey(containerId, ifName)
    await this.#turns.run(key, async () => {
      await ownTurn()
      await this.#free(key)
    })
  }

  /** Rejects with Refusal where a link is not as it was made. */
  async check(request: Asked<'CHECK'>): Promise<void> {
    const { containerId, ifName, prevResult } = request
    const key = linkKey(containerId, ifName)
    await this.#turns.run(key, async () => {
      const record = this.#links.get(key)
      if (record?.state !== 'attached')
        throw new Refusal('unknownContainer', `${containerId} has no ${ifName} of this network`)
      const isAnother = this.#networkOf(request) !== record.netnsId
      const told = addressesOf(prevResult, ifName)
      const found = [
        ...(isAnother ? ['CNI_NETNS is another network namespace than it was attached in'] : []),
        ...this.#usable(record.addresses)
          .filter((address) => !told.includes(address))
          .map((address) => `prevResult does not have address ${address}`),
        ...(isAnother ? [] : this.#kernel.differences(this.#keptOf(record))),
      ]
      if (found.length > 0) throw new Refusal('changed', `${ifName} is not as it was made`, found.join(', '))
    })
  }

  /** Takes away what the runtime does not know any more. Rejects with Refusal where some of it stays. */
  async gc({ network, valid }: Asked<'GC'>): Promise<void> {
    const known = new Set(valid.map(({ containerId, ifName }) => linkKey(containerId, ifName)))
    // What is asked for at this moment is not in a list that was made before.
    const gone = [...this.#links.values()].filter(
      (one) => one.network === network && !known.has(one.uid) && !this.#turns.isBusy(one.uid),
    )
    const ends = await Promise.allSettled(gone.map(({ uid }) => this.#turns.run(uid, () => this.#free(uid))))
    const faults = ends.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Error).message] : []))
    if (faults.length > 0) throw new Refusal('failed', `${faults.length} of ${gone.length} stay`, faults.join(', '))
  }

  /** Rejects with Refusal where nobody can be attached. */
  async status({ ranges }: Pick<Asked<'STATUS'>, 'ranges'>): Promise<void> {
    await this.#place(ranges, 'unavailable')
  }

  pod(key: string): NamedPod | undefined {
    return this.#links.get(key)?.pod
  }

  get size(): number {
    return this.#links.size
  }

  /** What the links shall be, on both sides, by their keys. */
  kept(): ReadonlyMap<string, readonly KeptNamespace[]> {
    const stand = [...this.#links.values()].filter(
      (one) => one.state === 'attached' && !this.#turns.isBusy(one.uid) && this.#isThere(one),
    )
    return new Map(stand.map((record) => [record.uid, this.#keptOf(record)]))
  }

  /** What is attached stays. */
  close(): void {
    this.#kernel.links.close()
  }

  async #make(key: string, request: Asked<'ADD'>, netnsId: string): Promise<DoorRecord> {
    const { containerId, ifName, netns, network, pod = { namespace: '', name: containerId, uid: '' } } = request
    if (request.pod?.uid === '' && this.#options.policies() !== undefined)
      throw new Refusal('invalidEnvironment', 'CNI_ARGS has no K8S_POD_UID, so nobody knows which policies hold it')
    const { offset, addresses } = await this.#place(request.ranges, 'later', (place) => {
      this.#last = place.offset
      this.#promised.add(place.addresses[0])
    })
    const { bootId } = this.#options
    const named = { ...pod, hostname: pod.name, hostNetwork: false } as const
    const about = { pod: named, addresses, offset, network, containerId, ifName, netns, netnsId, bootId }
    const record: DoorRecord = { uid: key, state: 'prepared', ...about }
    try {
      await this.#held.hold(key, pod, this.#usable(addresses))
      this.#keep(record)
      // Of a record that was lost.
      this.#kernel.links.unlink(key)
      this.#kernel.links.connect({ ...named, uid: key }, this.#options.hostPath(netns), addresses, ifName)
      this.#keep({ ...record, state: 'attached' })
      return this.#links.get(key)!
    } catch (cause) {
      // Where that fails its record stays, with its addresses: DEL, the next ADD or the next start take it away.
      await this.#free(key, record).catch(() => undefined)
      throw refusalOf(request, cause as Error)
    } finally {
      this.#promised.delete(addresses[0])
    }
  }

  /** The link first, so that nobody is reached whom policies do not know any more; then addresses are free. */
  async #free(key: string, record = this.#links.get(key)): Promise<void> {
    try {
      this.#kernel.links.unlink(key)
    } catch (cause) {
      throw new Refusal('failed', `link ${podLink(key)} cannot be taken away`, (cause as Error).message, cause)
    }
    if (record === undefined) return
    await this.#held.release(key, record.pod)
    this.#records.remove(key)
    this.#links.delete(key)
  }

  /** `take`: called before anybody else is given a place. */
  async #place(
    told: readonly string[],
    fault: 'later' | 'unavailable',
    take: (place: FreePlace) => void = () => undefined,
  ): Promise<FreePlace> {
    const [first, ...more] = this.#options.ranges.length > 0 ? this.#options.ranges : told
    if (first === undefined) throw new Refusal(fault, 'this Node has no spec.podCIDRs yet')
    const ranges: PerFamily = [first, ...more]
    let place = freePlace(ranges, this.#taken(), this.#last)
    if (place === undefined) {
      // Containers may have gone without a word.
      await this.settle()
      place = freePlace(ranges, this.#taken(), this.#last)
    }
    if (place === undefined) throw new Refusal(fault, `all addresses of ${ranges.join(', ')} are taken`)
    take(place)
    return place
  }

  *#taken(): Iterable<string> {
    for (const { addresses } of this.#links.values()) yield* addresses
    yield* this.#promised
    yield* this.#options.takenByOthers()
  }

  #networkOf({ netns }: LinkRequest): string {
    const { hostPath, namespace } = this.#options
    const id = this.#kernel.networkId(hostPath(netns))
    if (id === undefined) throw new Refusal('invalidEnvironment', 'CNI_NETNS is no network namespace here', netns)
    if (id === this.#kernel.networkId(namespace))
      throw new Refusal('invalidEnvironment', "CNI_NETNS is the node's own network namespace", netns)
    return id
  }

  /** Its link goes with its namespace, and nobody can bind the namespace's path to it again. */
  #stands(record: DoorRecord): boolean {
    if (record.bootId !== this.#options.bootId || record.state !== 'attached') return false
    return this.#isThere(record) || this.#kernel.links.has(record.uid)
  }

  /** Whether its namespace is to be found where it was. */
  #isThere({ netns, netnsId }: DoorRecord): boolean {
    return this.#kernel.networkId(this.#options.hostPath(netns)) === netnsId
  }

  #keptOf({ uid, pod, netns, addresses, ifName }: DoorRecord): readonly KeptNamespace[] {
    return this.#kernel.links.kept({ ...pod, uid }, this.#options.hostPath(netns), addresses, ifName)
  }

  #linkOf({ uid, addresses, ifName, netns }: DoorRecord): AttachedLink {
    return {
      ifName,
      netns,
      mac: podMac(addresses),
      mtu: this.#kernel.links.mtu,
      node: { link: podLink(uid), mac: NODE_END_MAC },
      ways: this.#usable(addresses).map((address) => {
        const family = familyOfText(address)
        return { address, isIpv6: family === 'IPv6', gateway: NEXT_HOPS[family], everywhere: EVERYWHERE[family] }
      }),
    }
  }

  /** In the families that the kernel has. */
  #usable(addresses: PerFamily): readonly string[] {
    return this.#kernel.hasIpv6 ? addresses : addresses.filter((address) => familyOfText(address) === 'IPv4')
  }

  #keep(record: DoorRecord): void {
    this.#records.write(record)
    this.#links.set(record.uid, record)
  }
}

const refusalOf = ({ ifName }: LinkRequest, cause: Error): Refusal => {
  if (cause instanceof Refusal) return cause
  if (cause instanceof KernelError && cause.errno === constants.errno.EEXIST)
    return new Refusal('invalidEnvironment', `the container has a link ${ifName} already`, cause.message, cause)
  return new Refusal('failed', 'the kernel does not let the container be attached', cause.message, cause)
}
