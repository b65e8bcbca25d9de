import { mutatingAdmissionPolicies } from '#api/admissionregistration/mutatingadmissionpolicy/resource.ts'
import { mutatingAdmissionPolicyBindings } from '#api/admissionregistration/mutatingadmissionpolicybinding/resource.ts'
import { validatingAdmissionPolicies } from '#api/admissionregistration/validatingadmissionpolicy/resource.ts'
import { validatingAdmissionPolicyBindings } from '#api/admissionregistration/validatingadmissionpolicybinding/resource.ts'
import type { Authorizer } from '../access/authorizer.ts'
import type { Hooks, Mutation, Question } from '../registry/consulting/hooks.ts'
import type { Registry } from '../registry/registry.ts'
import type { Attributes } from '../webhooks/attributes.ts'
import type { Surroundings } from '../webhooks/matching.ts'
import { surroundingsOf } from '../webhooks/surroundings.ts'
import { type BoundPolicy, PolicyFeed } from './policy-feed.ts'
import { type Constrained, ruledForm } from './policy-matching.ts'

interface PolicyHooksOptions {
  readonly registry: Registry
  readonly authorizer: Authorizer
}

/**
 * By group, what no policy is asked about: what says who is judged, for whoever had a say in it could keep itself from being
 * taken away, and questions, on whose answers the cluster stands.
 */
const EXEMPT: { readonly [group: string]: RegExp } = {
  'admissionregistration.k8s.io': /^(?:validating|mutating)admissionpolic(?:ies|ybindings)$/,
  'authentication.k8s.io': /^(?:selfsubject|token)reviews$/,
  'authorization.k8s.io': /^(?:(?:local|self)?subjectaccess|selfsubjectrules)reviews$/,
}

/** Those that such a request may concern. */
const concerned = <B extends BoundPolicy<Constrained, unknown>>(
  bound: readonly B[],
  attributes: Attributes,
  surroundings: Surroundings,
): readonly B[] => {
  const { group, plural } = attributes.resource
  if (bound.length === 0 || EXEMPT[group]?.test(plural)) return []
  return bound.filter(({ policy }) => ruledForm(policy.spec?.matchConstraints, attributes, surroundings))
}

/** Policies of admission have a say in writes. What evaluates them is loaded when the first one is to be. */
export class PolicyHooks implements Hooks {
  readonly #options: PolicyHooksOptions
  readonly #validating
  readonly #mutating

  constructor(options: PolicyHooksOptions) {
    const { registry } = options
    this.#options = options
    this.#validating = new PolicyFeed(registry, validatingAdmissionPolicies, validatingAdmissionPolicyBindings)
    this.#mutating = new PolicyFeed(registry, mutatingAdmissionPolicies, mutatingAdmissionPolicyBindings)
  }

  get isEmpty(): boolean {
    return this.#validating.current.length === 0 && this.#mutating.current.length === 0
  }

  mutating(attributes: Attributes): Question<Mutation> | undefined {
    const surroundings = surroundingsOf(this.#options.registry, attributes)
    const bound = concerned(this.#mutating.current, attributes, surroundings)
    if (bound.length === 0 || attributes.object === undefined) return undefined
    return async () => {
      const { mutateRequest } = await import('./mutate-request.ts')
      return mutateRequest({ ...this.#options, surroundings }, bound, attributes)
    }
  }

  validating(attributes: Attributes): Question<void> | undefined {
    const surroundings = surroundingsOf(this.#options.registry, attributes)
    const bound = concerned(this.#validating.current, attributes, surroundings)
    if (bound.length === 0) return undefined
    return async ({ remarks }) => {
      const { judgeRequest } = await import('./judge.ts')
      judgeRequest({ ...this.#options, surroundings, remarks }, bound, attributes)
    }
  }

  close(): void {
    this.#validating.close()
    this.#mutating.close()
  }
}
