import { PolicyHooks } from '../policies/policy-hooks.ts'
import type { Hooks, Mutation, Question } from '../registry/consulting/hooks.ts'
import type { Attributes } from './attributes.ts'
import { WebhookHooks, type WebhookHooksOptions } from './webhook-hooks.ts'

/** All who have a say in writes: policies before webhooks. */
export class AllHooks implements Hooks {
  readonly #policies: PolicyHooks
  readonly #webhooks: WebhookHooks

  constructor(options: WebhookHooksOptions) {
    this.#policies = new PolicyHooks(options)
    this.#webhooks = new WebhookHooks(options)
  }

  get isEmpty(): boolean {
    return this.#webhooks.isEmpty && this.#policies.isEmpty
  }

  mutating(attributes: Attributes): Question<Mutation> | undefined {
    const policies = this.#policies.mutating(attributes)
    if (policies === undefined) return this.#webhooks.mutating(attributes)
    return async (asking) => {
      const { object = attributes.object!, again } = await policies(asking)
      const next = (await this.#webhooks.mutating({ ...attributes, object })?.(asking)) ?? { object }
      if (again === undefined) return next
      return {
        object: next.object ?? object,
        again: (second) => async (later) => {
          const changed = await again(second)(later)
          return (await next.again?.({ ...second, object: changed })(later)) ?? changed
        },
      }
    }
  }

  validating(attributes: Attributes): Question<void> | undefined {
    const [first, second] = [this.#policies.validating(attributes), this.#webhooks.validating(attributes)]
    if (first === undefined || second === undefined) return first ?? second
    return async (asking) => {
      await first(asking)
      await second(asking)
    }
  }

  close(): void {
    this.#policies.close()
    this.#webhooks.close()
  }
}
