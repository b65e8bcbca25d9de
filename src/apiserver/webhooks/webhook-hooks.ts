import type { ApiObject } from '#api/resource.ts'
import type { Authorizer } from '../access/authorizer.ts'
import type { Asking, Hooks, Mutation, Question } from '../registry/consulting/hooks.ts'
import type { Registry } from '../registry/registry.ts'
import type { Asker } from './asking/asker.ts'
import type { Round } from './asking/rounds.ts'
import type { Attributes, ReviewedKind } from './attributes.ts'
import type { LazyWebhookClient } from './client/lazy-client.ts'
import type { Hook } from './hook.ts'
import { invocationOf, type Surroundings } from './matching.ts'
import { isExempt } from './rules.ts'
import { surroundingsOf } from './surroundings.ts'
import type { WebhookCounter } from './webhook-counter.ts'
import { WebhookFeed } from './webhook-feed.ts'

export interface WebhookHooksOptions {
  readonly registry: Registry
  readonly client: LazyWebhookClient
  readonly uuid: () => string
  readonly authorizer: Authorizer
  readonly counter: WebhookCounter
}

/** The webhooks that are configured have a say in writes. What asks them is loaded when the first one is to be asked. */
export class WebhookHooks implements Hooks {
  readonly #options: WebhookHooksOptions
  readonly #feed: WebhookFeed

  constructor(options: WebhookHooksOptions) {
    this.#options = options
    this.#feed = new WebhookFeed(options.registry)
  }

  get isEmpty(): boolean {
    return this.#feed.mutating.length === 0 && this.#feed.validating.length === 0
  }

  mutating(attributes: Attributes): Question<Mutation> | undefined {
    const surroundings = surroundingsOf(this.#options.registry, attributes)
    const hooks = concerned(this.#feed.mutating, attributes, surroundings)
    if (hooks.length === 0) return undefined
    return async (asking) => {
      const [{ mutate }, { Round }, { patching }] = await Promise.all([
        import('./asking/mutate.ts'),
        import('./asking/rounds.ts'),
        import('./patching.ts'),
      ])
      const asker = await this.#asker(asking)
      const apply = patching(this.#options.registry.machinery)
      const conditioned = await this.#conditioned(hooks, surroundings)
      const ask = (of: Attributes, round: Round) => mutate(asker, hooks, of, conditioned, round, apply)
      const first = Round.first()
      const object = await ask(attributes, first)
      if (object === undefined) return {}
      if (!first.hasChanged) return { object }
      return { object, again: (second) => async () => (await ask(second, first.second(second.object)))! }
    }
  }

  validating(attributes: Attributes): Question<void> | undefined {
    const surroundings = surroundingsOf(this.#options.registry, attributes)
    const hooks = concerned(this.#feed.validating, attributes, surroundings)
    if (hooks.length === 0) return undefined
    return async (asking) => {
      const { validate } = await import('./asking/validate.ts')
      const conditioned = await this.#conditioned(hooks, surroundings)
      await validate(await this.#asker(asking), hooks, attributes, conditioned)
    }
  }

  close(): void {
    this.#feed.close()
  }

  async #asker(asking: Asking): Promise<Asker> {
    const { client, registry, uuid, counter } = this.#options
    const { reviewed } = await import('./patching.ts')
    const show = (kind: ReviewedKind, object: ApiObject) => reviewed(registry.machinery, kind, object)
    return { client: await client.get(), uuid, show, counter, ...asking }
  }

  /** What evaluates conditions is loaded for the first hook that has some. */
  async #conditioned(hooks: readonly Hook[], surroundings: Surroundings): Promise<Surroundings> {
    if (!hooks.some(({ webhook }) => (webhook.matchConditions ?? []).length > 0)) return surroundings
    const { registry, authorizer } = this.#options
    const { meetsConditions } = await import('../policies/webhook-conditions.ts')
    return { ...surroundings, meets: meetsConditions(registry.machinery, authorizer) }
  }
}

const concerned = (hooks: readonly Hook[], attributes: Attributes, { equivalents }: Surroundings): readonly Hook[] =>
  hooks.length === 0 || isExempt(attributes.resource)
    ? []
    : hooks.filter((hook) => invocationOf(hook, attributes, equivalents) !== undefined)
