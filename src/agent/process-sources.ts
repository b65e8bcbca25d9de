import { configMaps } from '#api/core/configmap/resource.ts'
import { persistentVolumes } from '#api/core/persistentvolume/resource.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { runtimeClasses } from '#api/node/runtimeclass/resource.ts'
import type { Client } from '#client/client.ts'
import { cachedStore } from '#kubelet/object-store.ts'
import type { Runtime } from '#runtime/runtime.ts'
import { NetworkSources, type NetworkSourcesOptions } from './network-sources.ts'
import type { Sources } from './sources/sources.ts'

interface ProcessSourcesOptions extends NetworkSourcesOptions {
  readonly client: Client
  readonly runtime: Runtime
}

/** The sources of a process whose nodes have kubelets of ours, over one watch a kind. What no part needs is not watched. */
export class ProcessSources extends NetworkSources implements Sources {
  readonly runtime: Runtime
  readonly #options: ProcessSourcesOptions
  #configMaps: Sources['configMaps'] | undefined
  #secrets: Sources['secrets'] | undefined

  constructor(options: ProcessSourcesOptions) {
    super(options)
    this.#options = options
    this.runtime = options.runtime
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
}
