import type { Authorizer } from '../access/authorizer.ts'
import type { Hooks, Question } from '../registry/consulting/hooks.ts'
import type { Registry } from '../registry/registry.ts'
import type { Attributes } from '../webhooks/attributes.ts'
import { surroundingsOf } from '../webhooks/surroundings.ts'
import { type BoundPolicy, PolicyFeed } from './policy-feed.ts'
import { ruledForm } from './policy-matching.ts'

interface PolicyHooksOptions {
  readonly registry: Registry
  readonly authorizer: Authorizer
}

/** What says who is judged: whoever had a say in it could keep itself from being taken away. */
const EXEMPT = /^(?:validating|mutating)admissionpolic(?:ies|ybindings)$/

/** ValidatingAdmissionPolicies have a say in writes. What evaluates them is loaded when the first one is to be. */
export class PolicyHooks implements Pick<Hooks, 'isEmpty' | 'validating'> {
  readonly #options: PolicyHooksOptions
  readonly #feed: PolicyFeed

  constructor(options: PolicyHooksOptions) {
    this.#options = options
    this.#feed = new PolicyFeed(options.registry)
  }

  get isEmpty(): boolean {
    return this.#feed.current.length === 0
  }

  validating(attributes: Attributes): Question<void> | undefined {
    const { group, plural } = attributes.resource
    const bound = this.#feed.current
    if (bound.length === 0 || (group === 'admissionregistration.k8s.io' && EXEMPT.test(plural))) return undefined
    const { registry, authorizer } = this.#options
    const surroundings = surroundingsOf(registry, attributes)
    const concerned = bound.filter(({ policy }: BoundPolicy) =>
      ruledForm(policy.spec?.matchConstraints, attributes, surroundings),
    )
    if (concerned.length === 0) return undefined
    return async ({ remarks }) => {
      const { judgeRequest } = await import('./judge.ts')
      judgeRequest({ registry, authorizer, surroundings, remarks }, concerned, attributes)
    }
  }

  close(): void {
    this.#feed.close()
  }
}
