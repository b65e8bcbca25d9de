import type { RoleRef, Subject } from '#api/rbac/subject.ts'
import type { User } from './request.ts'
import { subjectKey, userKeys } from './subject.ts'

/** A RoleBinding or ClusterRoleBinding, as far as rules ask for it. */
export interface Binding {
  readonly metadata?: { readonly name?: string; readonly namespace?: string }
  readonly subjects?: readonly Subject[]
  readonly roleRef: RoleRef
}

/** The bindings of a namespace, or of the cluster, found by who they name: a lookup costs what its user has, not what is there. */
export class Bindings {
  readonly #byName = new Map<string, Binding>()
  readonly #bySubject = new Map<string, Set<Binding>>()
  readonly #namespace: string

  /** '' for those of the cluster. */
  constructor(namespace: string) {
    this.#namespace = namespace
  }

  get size(): number {
    return this.#byName.size
  }

  put(name: string, binding: Binding): void {
    this.delete(name)
    this.#byName.set(name, binding)
    for (const key of this.#keys(binding)) {
      const named = this.#bySubject.get(key)
      if (named) named.add(binding)
      else this.#bySubject.set(key, new Set([binding]))
    }
  }

  delete(name: string): void {
    const binding = this.#byName.get(name)
    if (!binding) return
    this.#byName.delete(name)
    for (const key of this.#keys(binding)) {
      const named = this.#bySubject.get(key)
      named?.delete(binding)
      if (named?.size === 0) this.#bySubject.delete(key)
    }
  }

  /** Those that name a user, or one of the user's groups, by name. */
  of(user: User): readonly Binding[] {
    const found = new Set<Binding>()
    for (const key of userKeys(user)) for (const binding of this.#bySubject.get(key) ?? []) found.add(binding)
    const nameOf = (binding: Binding): string => binding.metadata?.name ?? ''
    return [...found].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  }

  #keys(binding: Binding): readonly string[] {
    return (binding.subjects ?? []).flatMap((subject) => subjectKey(subject, this.#namespace) ?? [])
  }
}
