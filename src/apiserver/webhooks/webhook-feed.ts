import { mutatingWebhookConfigurations } from '#api/admissionregistration/mutatingwebhookconfiguration/resource.ts'
import { validatingWebhookConfigurations } from '#api/admissionregistration/validatingwebhookconfiguration/resource.ts'
import type { Resource } from '#api/resource.ts'
import type { Registry } from '../registry/registry.ts'
import type { Watch } from '../storage/reading/watch.ts'
import { type Configuration, type Hook, hooksOf } from './hook.ts'

/** The webhooks of one kind of configuration, as they stand in storage: one holds for the first request after its write. */
class HookList {
  readonly #watch: Watch
  readonly #configurations = new Map<string, Configuration>()
  #hooks: readonly Hook[] = []

  constructor(registry: Registry, resource: Resource) {
    // What changed is read in the turn after it, so that it is never forgotten before.
    this.#watch = registry.watch(resource, {}, {}, () => void this.current)
  }

  get current(): readonly Hook[] {
    let hasChanged = false
    for (let event = this.#watch.next(); event !== undefined; event = this.#watch.next()) {
      if (event.type === 'BOOKMARK') continue
      const name = event.object.metadata?.name ?? ''
      if (event.type === 'DELETED') this.#configurations.delete(name)
      else this.#configurations.set(name, event.object as Configuration)
      hasChanged = true
    }
    if (hasChanged) this.#hooks = hooksOf([...this.#configurations.values()])
    return this.#hooks
  }

  close(): void {
    this.#watch.close()
  }
}

export class WebhookFeed {
  readonly #mutating: HookList
  readonly #validating: HookList

  constructor(registry: Registry) {
    this.#mutating = new HookList(registry, mutatingWebhookConfigurations as unknown as Resource)
    this.#validating = new HookList(registry, validatingWebhookConfigurations as unknown as Resource)
  }

  get mutating(): readonly Hook[] {
    return this.#mutating.current
  }

  get validating(): readonly Hook[] {
    return this.#validating.current
  }

  close(): void {
    this.#mutating.close()
    this.#validating.close()
  }
}
