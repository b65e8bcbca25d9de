import type { ValidatingAdmissionPolicy } from '#api/admissionregistration/validatingadmissionpolicy/message.ts'
import { validatingAdmissionPolicies } from '#api/admissionregistration/validatingadmissionpolicy/resource.ts'
import type { ValidatingAdmissionPolicyBinding } from '#api/admissionregistration/validatingadmissionpolicybinding/message.ts'
import { validatingAdmissionPolicyBindings } from '#api/admissionregistration/validatingadmissionpolicybinding/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import type { Registry } from '../registry/registry.ts'
import { ObjectFeed } from '../webhooks/object-feed.ts'

const nameOf = ({ metadata }: ApiObject): string => metadata?.name ?? ''
const byName = <T extends ApiObject>(objects: readonly T[]): readonly T[] =>
  objects.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))

/** A policy that is put to use, and where. */
export interface BoundPolicy {
  readonly policy: ValidatingAdmissionPolicy
  readonly bindings: readonly ValidatingAdmissionPolicyBinding[]
}

/** The policies that are put to use, by name. */
export class PolicyFeed {
  readonly #policies
  readonly #bindings
  #bound: { readonly of: readonly unknown[]; readonly policies: readonly BoundPolicy[] } = { of: [], policies: [] }

  constructor(registry: Registry) {
    this.#policies = new ObjectFeed(registry, validatingAdmissionPolicies, byName<ValidatingAdmissionPolicy>)
    this.#bindings = new ObjectFeed(
      registry,
      validatingAdmissionPolicyBindings,
      byName<ValidatingAdmissionPolicyBinding>,
    )
  }

  get current(): readonly BoundPolicy[] {
    const [policies, bindings] = [this.#policies.current, this.#bindings.current]
    const { of } = this.#bound
    if (of[0] !== policies || of[1] !== bindings)
      this.#bound = { of: [policies, bindings], policies: boundPolicies(policies, bindings) }
    return this.#bound.policies
  }

  close(): void {
    this.#policies.close()
    this.#bindings.close()
  }
}

const boundPolicies = (
  policies: readonly ValidatingAdmissionPolicy[],
  bindings: readonly ValidatingAdmissionPolicyBinding[],
): readonly BoundPolicy[] => {
  const byPolicy = Map.groupBy(bindings, ({ spec }) => spec?.policyName ?? '')
  return policies.flatMap((policy) => {
    const found = byPolicy.get(nameOf(policy))
    return found === undefined ? [] : [{ policy, bindings: found }]
  })
}
