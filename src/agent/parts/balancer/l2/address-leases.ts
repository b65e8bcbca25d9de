import type { Lease } from '#api/coordination/lease/message.ts'
import { leases } from '#api/coordination/lease/resource.ts'
import { type Client, isAlreadyExists, isNotFound, type WatchEvent } from '#client/client.ts'
import { reflect } from '#client/reflector.ts'
import type { Clock } from '#clock/clock.ts'
import { ADDRESS_ANNOTATION, addressLeaseName, BALANCER_LABEL, type LeaseRole, memberLeaseName } from './lease-names.ts'

interface AddressLeasesOptions {
  readonly client: Client
  /** Where the Leases lie. */
  readonly namespace: string
  readonly node: string
  /** Of the Node: its Lease goes with it. */
  readonly nodeUid: () => string | undefined
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal
  readonly onChange: () => void
  readonly onError: (error: unknown) => void
}

/**
 * Who has which address, and which nodes take part: a Lease an address, written when it changes hands and never renewed,
 * and one a node, written when its balancer starts and deleted when it stops. Nothing is written while nothing happens.
 */
export class AddressLeases {
  /** Resolves when what is there is known. */
  readonly synced: Promise<void>
  readonly #options: AddressLeasesOptions
  readonly #byName = new Map<string, Lease>()
  #members: ReadonlySet<string> = new Set()

  constructor(options: AddressLeasesOptions) {
    this.#options = options
    const { client, namespace, clock, random, signal, onChange, onError } = options
    let resolve!: () => void
    this.synced = new Promise((done) => {
      resolve = done
    })
    const sink = {
      replace: (items: readonly Lease[]) => {
        this.#byName.clear()
        this.#members = new Set()
        for (const lease of items) this.#set(lease)
        resolve()
        onChange()
      },
      apply: (event: WatchEvent<Lease>) => {
        if (event.type === 'BOOKMARK') return
        if (event.type === 'DELETED') this.#forget(event.object)
        else this.#set(event.object)
        onChange()
      },
    }
    void reflect(client, leases, sink, {
      clock,
      random,
      signal,
      selection: { namespace, labelSelector: BALANCER_LABEL },
      onError,
    })
  }

  /** Nodes whose balancer runs, or has not said that it stopped; another set where it is another. */
  get members(): ReadonlySet<string> {
    return this.#members
  }

  holderOf(address: string): string | undefined {
    return this.#byName.get(addressLeaseName(address))?.spec?.holderIdentity || undefined
  }

  /** Addresses that have a Lease. */
  *addresses(): Iterable<string> {
    for (const { metadata } of this.#byName.values()) {
      const address = metadata?.annotations?.[ADDRESS_ANNOTATION]
      if (address !== undefined) yield address
    }
  }

  /** Says that this node takes part. Rejects where it could not be written. */
  async join(): Promise<void> {
    const { node, nodeUid } = this.#options
    const uid = nodeUid()
    const owners = uid === undefined ? {} : { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: node, uid }] }
    const lease = this.#lease(memberLeaseName(node), 'member', owners)
    await this.#create(lease).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error
    })
    this.#set(lease)
  }

  /** Says that it does not any more: who sees it takes over what this node has. */
  async leave(): Promise<void> {
    await this.#delete(memberLeaseName(this.#options.node))
  }

  /**
   * Makes this node the holder. Rejects with a conflict where another was faster; what the watch tells then is what
   * counts.
   */
  async take(address: string): Promise<void> {
    const { client, namespace } = this.#options
    const name = addressLeaseName(address)
    const known = this.#byName.get(name)
    const fresh = this.#lease(name, 'address', { annotations: { [ADDRESS_ANNOTATION]: address } })
    if (!known) return this.#set(await this.#create(fresh))
    const leaseTransitions = (known.spec?.leaseTransitions ?? 0) + 1
    const spec = { ...known.spec, ...fresh.spec, leaseTransitions }
    this.#set(await client.update(leases, { ...known, spec }, { namespace }))
  }

  /** Nobody has the address any more. */
  async forget(address: string): Promise<void> {
    await this.#delete(addressLeaseName(address))
  }

  #lease(name: string, role: LeaseRole, metadata: object): Lease {
    const { namespace, node, clock } = this.#options
    const now = new Date(clock.now()).toISOString().replace('Z', '000Z')
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace, labels: { [BALANCER_LABEL]: role }, ...metadata },
      spec: { holderIdentity: node, acquireTime: now, renewTime: now },
    }
  }

  #create(lease: Lease): Promise<Lease> {
    const { client, namespace } = this.#options
    return client.create(leases, lease, { namespace })
  }

  async #delete(name: string): Promise<void> {
    const { client, namespace } = this.#options
    await client.delete(leases, name, { namespace }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error
    })
    this.#byName.delete(name)
  }

  /** What is older than what is known does not count: a watch may be behind a write of ours. */
  #set(lease: Lease): void {
    const { name = '', labels, resourceVersion } = lease.metadata ?? {}
    if (labels?.[BALANCER_LABEL] === ('member' satisfies LeaseRole)) {
      const { holderIdentity } = lease.spec ?? {}
      if (holderIdentity && !this.#members.has(holderIdentity))
        this.#members = new Set([...this.#members, holderIdentity])
      return
    }
    const known = this.#byName.get(name)
    if (known && known.metadata?.uid === lease.metadata?.uid)
      if (Number(known.metadata?.resourceVersion) > Number(resourceVersion)) return
    this.#byName.set(name, lease)
  }

  #forget({ metadata, spec }: Lease): void {
    if (metadata?.labels?.[BALANCER_LABEL] === ('member' satisfies LeaseRole))
      this.#members = new Set([...this.#members].filter((name) => name !== spec?.holderIdentity))
    else if (this.#byName.get(metadata?.name ?? '')?.metadata?.uid === metadata?.uid)
      this.#byName.delete(metadata?.name ?? '')
  }
}
