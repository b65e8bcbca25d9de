import { bgpPeers } from '#api/balancing/bgppeer/resource.ts'
import { loadBalancerPools } from '#api/balancing/loadbalancerpool/resource.ts'
import {
  bfdProfiles,
  bgpAdvertisements,
  communities,
  ipAddressPools,
  l2Advertisements,
  metallbPeers,
} from '#api/metallb/resources.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import type { Balancing } from './model.ts'
import { type BalancerObject, readBalancing } from './reading/read-balancing.ts'

/** The caches of a process, as `Informers` has them. */
interface Caches {
  for<T extends ApiObject>(
    resource: Resource<T>,
    options: { readonly isOptional: boolean },
  ): {
    readonly hasSynced: Promise<void>
    readonly lister: { list(): readonly T[] }
    addHandlers(handlers: Readonly<Record<'onAdd' | 'onUpdate' | 'onDelete', () => void>>): unknown
  }
}

/**
 * Pools, advertisements and peers, of ours and of MetalLB's kinds. Any of them may not be served: then there is none of
 * it, and it is looked for again.
 */
export class BalancingFeed {
  readonly synced: Promise<void>
  readonly #read: () => Balancing
  readonly #listeners = new Set<() => void>()
  #known: Balancing | undefined

  constructor(informers: Caches) {
    const caches: Promise<void>[] = []
    const all = <T extends ApiObject>(resource: Resource<T>) => {
      const cache = informers.for(resource, { isOptional: true })
      caches.push(cache.hasSynced)
      const changed = () => this.#changed()
      cache.addHandlers({ onAdd: changed, onUpdate: changed, onDelete: changed })
      return () => cache.lister.list() as unknown as readonly BalancerObject[]
    }
    const own = { pools: all(loadBalancerPools), peers: all(bgpPeers) }
    const metallb = {
      pools: all(ipAddressPools),
      l2: all(l2Advertisements),
      bgp: all(bgpAdvertisements),
      communities: all(communities),
      peers: all(metallbPeers),
      bfd: all(bfdProfiles),
    }
    this.#read = () =>
      readBalancing({
        loadBalancerPools: own.pools(),
        bgpPeers: own.peers(),
        metallb: {
          ipAddressPools: metallb.pools(),
          l2Advertisements: metallb.l2(),
          bgpAdvertisements: metallb.bgp(),
          communities: metallb.communities(),
          bgpPeers: metallb.peers(),
          bfdProfiles: metallb.bfd(),
        },
      })
    this.synced = Promise.all(caches).then(() => undefined)
  }

  /** What is asked for now; read once for all who ask. */
  get balancing(): Balancing {
    this.#known ??= this.#read()
    return this.#known
  }

  /** Called when something of it has changed, until the answer is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #changed(): void {
    this.#known = undefined
    for (const listener of this.#listeners) listener()
  }
}
