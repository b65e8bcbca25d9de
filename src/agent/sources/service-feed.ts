import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { Informer } from '#client/informer.ts'
import { serviceKeyOf } from '#objects/endpoint-slice.ts'
import { keyOf, type NamespacedName, splitKey } from '#objects/object-key.ts'
import { TRIGGER_TIME_ANNOTATION } from '#objects/well-known.ts'

import { everyTick, type Turns } from './pace.ts'

const SERVICE_INDEX = 'service'
const NO_TRIGGERS: readonly number[] = []

/**
 * `service` undefined: it is gone. `triggers`: when the changes happened that are told for the first time here,
 * milliseconds since the epoch.
 */
export type ServiceListener = (
  key: NamespacedName,
  service: Service | undefined,
  slices: readonly EndpointSlice[],
  triggers: readonly number[],
) => void

/**
 * Services joined with their slices: a change of either names the one Service that it belongs to. Changes of one tick
 * reach the listeners together, in that tick or, where there are many, when it is their turn; nothing is told before both caches have synced, so that nobody takes "not
 * yet" for "gone".
 */
export class ServiceFeed {
  readonly synced: Promise<void>
  readonly #services: Informer<Service>
  readonly #slices: Informer<EndpointSlice>
  #listeners: readonly ServiceListener[] = []
  readonly #changed = new Set<string>()
  readonly #triggers = new Map<string, number[]>()
  readonly #seen = { services: 0, endpoints: 0 }
  #live = false
  #scheduled = false
  readonly #turns: Turns

  constructor(services: Informer<Service>, slices: Informer<EndpointSlice>, turns: Turns = everyTick) {
    this.#turns = turns
    this.#services = services
    this.#slices = slices
    slices.addIndex(SERVICE_INDEX, (slice) => [serviceKeyOf(slice) ?? []].flat())
    const service = (object: Service): void => {
      this.#seen.services++
      this.#note(keyOf(object))
    }
    const slice = (object: EndpointSlice): void => {
      this.#seen.endpoints++
      this.#note(serviceKeyOf(object))
    }
    services.addHandlers({ onAdd: service, onUpdate: (_, after) => service(after), onDelete: service })
    slices.addHandlers({
      onAdd: (after) => {
        this.#noteTrigger(after)
        slice(after)
      },
      onUpdate: (before, after) => {
        this.#note(serviceKeyOf(before))
        this.#noteTrigger(after)
        slice(after)
      },
      onDelete: slice,
    })
    this.synced = Promise.all([services.hasSynced, slices.hasSynced]).then(() => {
      this.#live = true
      this.#flush()
    })
  }

  /**
   * What is there already is told at once, if the caches have synced; else when they have. The answer ends it: the
   * listener hears no more.
   */
  subscribe(listener: ServiceListener): () => void {
    this.#listeners = [...this.#listeners, listener]
    this.tellAgain(listener)
    return () => {
      this.#listeners = this.#listeners.filter((one) => one !== listener)
    }
  }

  /**
   * Tells one listener all that is there, for what it reads besides has changed: its node's zone. Nothing before the
   * caches have synced.
   */
  tellAgain(listener: ServiceListener): void {
    if (!this.#live) return
    for (const service of this.#services.lister.list()) this.#tell(keyOf(service), [listener])
  }

  /** Changes told by the API so far, the first lists included. */
  get seen(): { readonly services: number; readonly endpoints: number } {
    return { ...this.#seen }
  }

  #noteTrigger(slice: EndpointSlice): void {
    const trigger = slice.metadata?.annotations?.[TRIGGER_TIME_ANNOTATION]
    const key = serviceKeyOf(slice)
    // What the first lists bring happened before anybody here could act on it.
    if (!this.#live || trigger === undefined || key === undefined) return
    const at = Date.parse(trigger)
    if (!Number.isNaN(at)) this.#triggers.set(key, [...(this.#triggers.get(key) ?? []), at])
  }

  #note(key: string | undefined): void {
    if (key === undefined) return
    this.#changed.add(key)
    if (!this.#live || this.#scheduled) return
    this.#scheduled = true
    this.#turns(() => this.#flush())
  }

  #flush(): void {
    this.#scheduled = false
    const keys = [...this.#changed]
    this.#changed.clear()
    for (const key of keys) this.#tell(key, this.#listeners)
  }

  #tell(key: string, listeners: readonly ServiceListener[]): void {
    const named = splitKey(key)
    const service = this.#services.lister.byKey(key)
    const slices = this.#slices.lister.byIndex(SERVICE_INDEX, key)
    const triggers = this.#triggers.get(key) ?? NO_TRIGGERS
    this.#triggers.delete(key)
    for (const listener of listeners) listener(named, service, slices, triggers)
  }
}
