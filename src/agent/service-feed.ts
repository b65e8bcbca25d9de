import type { Service } from '#api/core-v1.ts'
import type { EndpointSlice } from '#api/discovery-v1.ts'
import type { Informer } from '#client/informer.ts'

/** The label by which a slice says whose endpoints it holds. */
const SERVICE_NAME_LABEL = 'kubernetes.io/service-name'
const SERVICE_INDEX = 'service'

export interface ServiceKey {
  readonly namespace: string
  readonly name: string
}

/** `service` undefined: it is gone. */
export type ServiceListener = (key: ServiceKey, service: Service | undefined, slices: readonly EndpointSlice[]) => void

const keyOfSlice = (slice: EndpointSlice): string | undefined => {
  const name = slice.metadata?.labels?.[SERVICE_NAME_LABEL]
  return name && `${slice.metadata?.namespace}/${name}`
}

/**
 * Services joined with their slices: a change of either names the one Service that it belongs to. Changes of one tick reach the
 * listeners together, in that tick; nothing is told before both caches have synced, so that nobody takes "not yet" for "gone".
 */
export class ServiceFeed {
  readonly synced: Promise<void>
  readonly #services: Informer<Service>
  readonly #slices: Informer<EndpointSlice>
  readonly #listeners: ServiceListener[] = []
  readonly #changed = new Set<string>()
  #live = false
  #scheduled = false

  constructor(services: Informer<Service>, slices: Informer<EndpointSlice>) {
    this.#services = services
    this.#slices = slices
    slices.addIndex(SERVICE_INDEX, (slice) => [keyOfSlice(slice) ?? []].flat())
    const service = (object: Service): void => this.#note(`${object.metadata?.namespace}/${object.metadata?.name}`)
    const slice = (object: EndpointSlice): void => this.#note(keyOfSlice(object))
    services.addHandlers({ onAdd: service, onUpdate: (_, after) => service(after), onDelete: service })
    slices.addHandlers({
      onAdd: slice,
      onUpdate: (before, after) => {
        slice(before)
        slice(after)
      },
      onDelete: slice,
    })
    this.synced = Promise.all([services.hasSynced, slices.hasSynced]).then(() => {
      this.#live = true
      this.#flush()
    })
  }

  /** What is there already is told at once, if the caches have synced; else when they have. */
  subscribe(listener: ServiceListener): void {
    this.#listeners.push(listener)
    if (!this.#live) return
    for (const service of this.#services.lister.list())
      this.#tell(`${service.metadata?.namespace}/${service.metadata?.name}`, [listener])
  }

  #note(key: string | undefined): void {
    if (key === undefined) return
    this.#changed.add(key)
    if (!this.#live || this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => this.#flush())
  }

  #flush(): void {
    this.#scheduled = false
    const keys = [...this.#changed]
    this.#changed.clear()
    for (const key of keys) this.#tell(key, this.#listeners)
  }

  #tell(key: string, listeners: readonly ServiceListener[]): void {
    const [namespace, name] = key.split('/') as [string, string]
    const service = this.#services.lister.byKey(key)
    const slices = this.#slices.lister.byIndex(SERVICE_INDEX, key)
    for (const listener of listeners) listener({ namespace, name }, service, slices)
  }
}
