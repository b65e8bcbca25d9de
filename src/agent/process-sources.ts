import { configMaps } from '#api/core/configmap/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { persistentVolumes } from '#api/core/persistentvolume/resource.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { networkPolicies } from '#api/networking/networkpolicy/resource.ts'
import { runtimeClasses } from '#api/node/runtimeclass/resource.ts'
import { clusterNetworkPolicies } from '#api/policynetworking/clusternetworkpolicy/resource.ts'
import type { Client } from '#client/client.ts'
import type { Informers } from '#client/informer.ts'
import { cachedStore } from '#kubelet/object-store.ts'
import { Zone } from '#names/zone.ts'
import { DNS_PODS } from '#policy/policy-objects.ts'
import type { Runtime } from '#runtime/runtime.ts'
import { DnsService } from './parts/dns/dns-service.ts'
import { feedZone } from './parts/dns/zone-feed.ts'
import { pacedTurns } from './sources/pace.ts'
import { PolicyFeed } from './sources/policy-feed.ts'
import { ServiceFeed } from './sources/service-feed.ts'
import type { Sources } from './sources/sources.ts'

interface ProcessSourcesOptions {
  readonly client: Client
  readonly informers: Informers
  readonly runtime: Runtime
  readonly dns: {
    readonly domain: string
    /** Of the Service that leads to it. */
    readonly addresses: readonly string[]
    /** Where names outside are asked; absent: nowhere. */
    readonly nameservers: readonly string[] | undefined
  }
  readonly log: (message: string) => void
}

/** The sources of this process, over one watch a kind. What no part needs is not watched. */
export class ProcessSources implements Sources {
  readonly runtime: Runtime
  readonly #options: ProcessSourcesOptions
  #services: ServiceFeed | undefined
  #configMaps: Sources['configMaps'] | undefined
  #secrets: Sources['secrets'] | undefined
  #dns: DnsService | undefined
  #policies: PolicyFeed | undefined

  constructor(options: ProcessSourcesOptions) {
    this.#options = options
    this.runtime = options.runtime
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

  get claims(): Sources['claims'] {
    return this.#options.informers.for(persistentVolumeClaims)
  }

  get volumes(): Sources['volumes'] {
    return this.#options.informers.for(persistentVolumes)
  }

  get runtimeClasses(): Sources['runtimeClasses'] {
    return this.#options.informers.for(runtimeClasses)
  }

  get configMaps(): Sources['configMaps'] {
    const { informers, client } = this.#options
    this.#configMaps ??= cachedStore(informers.for(configMaps), client, configMaps)
    return this.#configMaps
  }

  get secrets(): Sources['secrets'] {
    const { informers, client } = this.#options
    this.#secrets ??= cachedStore(informers.for(secrets), client, secrets)
    return this.#secrets
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
