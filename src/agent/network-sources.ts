import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { networkPolicies } from '#api/networking/networkpolicy/resource.ts'
import { clusterNetworkPolicies } from '#api/policynetworking/clusternetworkpolicy/resource.ts'
import type { Informers } from '#client/informer.ts'
import { Zone } from '#names/zone.ts'
import { DNS_PODS } from '#policy/policy-objects.ts'
import { BalancingFeed } from '#pools/balancing-feed.ts'
import { DnsService } from './parts/dns/dns-service.ts'
import { feedZone } from './parts/dns/zone-feed.ts'
import { pacedTurns } from './sources/pace.ts'
import { PolicyFeed } from './sources/policy-feed.ts'
import { ServiceFeed } from './sources/service-feed.ts'
import type { Sources } from './sources/sources.ts'

export interface NetworkSourcesOptions {
  readonly informers: Informers
  readonly dns: {
    readonly domain: string
    /** Of the Service that leads to it. */
    readonly addresses: readonly string[]
    /** Where names outside are asked; absent: nowhere. */
    readonly nameservers: readonly string[] | undefined
  }
  readonly log: (message: string) => void
}

/** What the network of a node stands on, over one watch a kind. What no part needs is not watched. */
export class NetworkSources {
  readonly #options: NetworkSourcesOptions
  #services: ServiceFeed | undefined
  #dns: DnsService | undefined
  #policies: PolicyFeed | undefined
  #balancing: BalancingFeed | undefined

  constructor(options: NetworkSourcesOptions) {
    this.#options = options
  }

  get services(): ServiceFeed {
    this.#services ??= new ServiceFeed(this.serviceObjects, this.#options.informers.for(endpointSlices), pacedTurns())
    return this.#services
  }

  get serviceObjects(): Sources['serviceObjects'] {
    return this.#options.informers.for(services)
  }

  get pods(): Sources['pods'] {
    return this.#options.informers.for(pods)
  }

  get nodes(): Sources['nodes'] {
    return this.#options.informers.for(nodes)
  }

  get policies(): PolicyFeed {
    const { informers } = this.#options
    this.#policies ??= new PolicyFeed(
      {
        pods: this.pods,
        nodes: this.nodes,
        namespaces: informers.for(namespaces),
        policies: informers.for(networkPolicies),
        clusterPolicies: informers.for(clusterNetworkPolicies, { isOptional: true }),
      },
      // Whoever lets the pods of the cluster's DNS be asked lets the nodes be asked, which answer for it.
      DNS_PODS,
    )
    return this.#policies
  }

  get balancing(): BalancingFeed {
    this.#balancing ??= new BalancingFeed(this.#options.informers)
    return this.#balancing
  }

  get dns(): DnsService {
    this.#dns ??= this.#makeDns()
    return this.#dns
  }

  #makeDns(): DnsService {
    const { informers, dns, log } = this.#options
    const zone = new Zone(dns.domain, dns.addresses)
    const feeds = { services: this.services, pods: this.pods, namespaces: informers.for(namespaces) }
    const filled = feedZone(zone, feeds, (changedAt) => service.programmed(changedAt))
    const service: DnsService = new DnsService({ zone, filled, nameservers: dns.nameservers, log })
    return service
  }
}
