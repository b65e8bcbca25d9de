import { mutatingWebhookConfigurations } from '#api/admissionregistration/mutatingwebhookconfiguration/resource.ts'
import { validatingWebhookConfigurations } from '#api/admissionregistration/validatingwebhookconfiguration/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import type { Registry } from '../registry/registry.ts'
import { type Configuration, type Hook, hooksOf } from './hook.ts'
import { ObjectFeed } from './object-feed.ts'

const hooks = (configurations: readonly ApiObject[]): readonly Hook[] =>
  hooksOf(configurations as readonly Configuration[])

/** The webhooks that are configured, in the order in which they are asked. */
export class WebhookFeed {
  readonly #mutating
  readonly #validating

  constructor(registry: Registry) {
    this.#mutating = new ObjectFeed(registry, mutatingWebhookConfigurations, hooks)
    this.#validating = new ObjectFeed(registry, validatingWebhookConfigurations, hooks)
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
