import type { ApiObject, Resource } from '#api/resource.ts'
import type { Registry } from '../registry/registry.ts'
import { ObjectFeed } from '../webhooks/object-feed.ts'

const nameOf = ({ metadata }: ApiObject): string => metadata?.name ?? ''
const byName = <T extends ApiObject>(objects: readonly T[]): readonly T[] =>
  objects.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))

interface Binding extends ApiObject {
  readonly spec?: { readonly policyName?: string }
}

/** A policy that is put to use, and where. */
export interface BoundPolicy<P, B> {
  readonly policy: P
  readonly bindings: readonly B[]
}

/** The policies of a kind that are put to use, by name. */
export class PolicyFeed<P extends ApiObject, B extends Binding> {
  readonly #policies: ObjectFeed<P, readonly P[]>
  readonly #bindings: ObjectFeed<B, readonly B[]>
  #of: readonly unknown[] = []
  #bound: readonly BoundPolicy<P, B>[] = []

  constructor(registry: Registry, policies: Resource<P>, bindings: Resource<B>) {
    this.#policies = new ObjectFeed(registry, policies, byName<P>)
    this.#bindings = new ObjectFeed(registry, bindings, byName<B>)
  }

  get current(): readonly BoundPolicy<P, B>[] {
    const [policies, bindings] = [this.#policies.current, this.#bindings.current]
    if (this.#of[0] !== policies || this.#of[1] !== bindings) {
      this.#of = [policies, bindings]
      const byPolicy = Map.groupBy(bindings, ({ spec }) => spec?.policyName ?? '')
      this.#bound = policies.flatMap((policy) => {
        const found = byPolicy.get(nameOf(policy))
        return found === undefined ? [] : [{ policy, bindings: found }]
      })
    }
    return this.#bound
  }

  close(): void {
    this.#policies.close()
    this.#bindings.close()
  }
}
