import type { Catalogue } from '#api/catalogue/catalogue.ts'
import { type Kind, storedKind } from '#api/catalogue/kind.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import { notFound } from '../errors.ts'
import type { Asking, Hooks, Mutation, Question } from '../registry/consulting/hooks.ts'
import type { Registry } from '../registry/registry.ts'
import type { Asker } from './asker.ts'
import type { Attributes, ReviewedKind } from './attributes.ts'
import type { LazyWebhookClient } from './client/lazy-client.ts'
import type { Hook } from './hook.ts'
import { type Equivalent, invocationOf, type Surroundings } from './matching.ts'
import type { Round } from './rounds.ts'
import { isExempt } from './rules.ts'
import { WebhookFeed } from './webhook-feed.ts'

interface WebhookHooksOptions {
  readonly registry: Registry
  readonly client: LazyWebhookClient
  readonly uuid: () => string
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
    const surroundings = this.#surroundings(attributes)
    const hooks = concerned(this.#feed.mutating, attributes, surroundings)
    if (hooks.length === 0) return undefined
    return async (asking) => {
      const [{ mutate }, { Round }, { patching }] = await Promise.all([
        import('./mutate.ts'),
        import('./rounds.ts'),
        import('./patching.ts'),
      ])
      const asker = await this.#asker(asking)
      const apply = patching(this.#options.registry.machinery)
      const ask = (of: Attributes, round: Round) => mutate(asker, hooks, of, surroundings, round, apply)
      const first = Round.first()
      const object = await ask(attributes, first)
      if (object === undefined) return {}
      if (!first.hasChanged) return { object }
      return { object, again: (second) => async () => (await ask(second, first.second(second.object)))! }
    }
  }

  validating(attributes: Attributes): Question<void> | undefined {
    const surroundings = this.#surroundings(attributes)
    const hooks = concerned(this.#feed.validating, attributes, surroundings)
    if (hooks.length === 0) return undefined
    return async (asking) => {
      const { validate } = await import('./validate.ts')
      await validate(await this.#asker(asking), hooks, attributes, surroundings)
    }
  }

  close(): void {
    this.#feed.close()
  }

  async #asker(asking: Asking): Promise<Asker> {
    const { client, registry, uuid } = this.#options
    const { reviewed } = await import('./patching.ts')
    const show = (kind: ReviewedKind, object: ApiObject) => reviewed(registry.machinery, kind, object)
    return { client: await client.get(), uuid, show, ...asking }
  }

  #surroundings({ resource, kind }: Attributes): Surroundings {
    const { registry } = this.#options
    const { catalogue } = registry.machinery
    return {
      namespaceLabels(name) {
        const found = registry.find(namespaces, undefined, name)
        if (found === undefined) throw notFound(namespaces, name)
        return found.metadata?.labels
      },
      get equivalents() {
        const own = catalogue.find(resource)
        // A part with a body of its own is the same in all forms.
        return own && own.resource.kind === kind.kind ? equivalentsOf(catalogue, own) : []
      },
    }
  }
}

const concerned = (hooks: readonly Hook[], attributes: Attributes, { equivalents }: Surroundings): readonly Hook[] =>
  hooks.length === 0 || isExempt(attributes.resource)
    ? []
    : hooks.filter((hook) => invocationOf(hook, attributes, equivalents) !== undefined)

/** All other forms in which objects of a kind can be had. */
const equivalentsOf = (catalogue: Catalogue, own: Kind): readonly Equivalent[] => {
  const stored = storedKind(own)
  return [stored, ...catalogue.formsOf(stored)]
    .filter((other) => other !== own && !other.isHidden)
    .map((other) => ({
      resource: other.resource,
      kind: other.resource,
      show: (object) => converted(own, other, object),
      take: (object) => converted(other, own, object),
    }))
}

const converted = (from: Kind, to: Kind, object: ApiObject): ApiObject => {
  const stored = from.form === undefined ? object : from.form.write(object)
  return to.form === undefined ? stored : to.form.read(stored)
}
