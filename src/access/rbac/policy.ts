import type { PolicyRule } from '#api/rbac/rule.ts'
import type { RoleRef } from '#api/rbac/subject.ts'
import { quoted } from '#schema/go-quoted.ts'
import { type Binding, Bindings } from './bindings.ts'
import type { Holding } from './escalation.ts'
import type { AccessRequest, Decision, User } from './request.ts'
import { ruleAllows } from './rule.ts'
import { describeSubject, subjectOf } from './subject.ts'

/** A Role or ClusterRole, as far as rules ask for it. */
interface RoleRules {
  readonly rules?: readonly PolicyRule[]
}

/** What one binding gives a user: rules, or why there are none. */
type Grant =
  | { readonly rules: readonly PolicyRule[]; readonly reason: string }
  | { readonly rules: undefined; readonly error: string }

/** How many users' grants are remembered; past it all are found anew. */
const REMEMBERED = 4096

const NOTHING: readonly PolicyRule[] = []

const keyOf = ({ name, groups }: User): string => `${name}\n${groups.join('\n')}`

/** `[a, b]` of several, the one as it is; none twice. */
const aggregated = (errors: readonly string[]): string => {
  const distinct = [...new Set(errors)]
  return distinct.length > 1 ? `[${distinct.join(', ')}]` : (distinct[0] ?? '')
}

/**
 * The four kinds of RBAC as they stand, and what they allow. What a user has is found once, and remembered until one of
 * them changes: after that a request costs a look at the user's own rules.
 */
export class RbacPolicy {
  readonly #clusterRoles = new Map<string, RoleRules>()
  /** By `namespace/name`. */
  readonly #roles = new Map<string, RoleRules>()
  /** By namespace; '' has those of the cluster. */
  readonly #bindings = new Map<string, Bindings>()
  readonly #granted = new Map<string, Map<string, readonly Grant[]>>()

  /** A namespace makes it a Role, none a ClusterRole; undefined: it is gone. */
  setRole(namespace: string, name: string, role: RoleRules | undefined): void {
    const roles = namespace ? this.#roles : this.#clusterRoles
    const key = namespace ? `${namespace}/${name}` : name
    if (role) roles.set(key, role)
    else roles.delete(key)
    this.#granted.clear()
  }

  /** A namespace makes it a RoleBinding, none a ClusterRoleBinding; undefined: it is gone. */
  setBinding(namespace: string, name: string, binding: Binding | undefined): void {
    const bindings = this.#bindings.get(namespace) ?? new Bindings(namespace)
    if (binding) bindings.put(name, binding)
    else bindings.delete(name)
    if (bindings.size > 0) this.#bindings.set(namespace, bindings)
    else this.#bindings.delete(namespace)
    this.#granted.clear()
  }

  /** Whether some rule of the user's allows a request. */
  authorize(user: User, request: AccessRequest): Decision {
    const namespace = request.kind === 'resource' ? request.namespace : ''
    const whole = this.#grants(user, '')
    const here = namespace ? this.#grants(user, namespace) : []
    for (const grants of [whole, here])
      for (const grant of grants)
        if (grant.rules?.some((rule) => ruleAllows(rule, request))) return { allowed: true, reason: grant.reason }
    const errors = [...whole, ...here].flatMap((grant) => (grant.rules ? [] : grant.error))
    return { allowed: false, reason: errors.length > 0 ? `RBAC: ${aggregated(errors)}` : '' }
  }

  /** All rules that a user has in a namespace, with those of the cluster; '' for those of the cluster alone. */
  holding(user: User, namespace: string): Holding {
    const grants = [...this.#grants(user, ''), ...(namespace ? this.#grants(user, namespace) : [])]
    return {
      rules: grants.flatMap(({ rules }) => rules ?? NOTHING),
      errors: grants.flatMap((grant) => (grant.rules ? [] : grant.error)),
    }
  }

  /** The rules of the role that a binding in this namespace names; undefined where there is no such role. */
  rulesOf({ kind, name }: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    const role = kind === 'Role' ? this.#roles.get(`${namespace}/${name}`) : this.#clusterRoles.get(name)
    return role && (role.rules ?? NOTHING)
  }

  #grants(user: User, namespace: string): readonly Grant[] {
    const bound = this.#bindings.get(namespace)
    // Nothing is remembered of a namespace that somebody made up.
    if (!bound) return []
    const key = keyOf(user)
    let known = this.#granted.get(key)
    if (!known) {
      if (this.#granted.size >= REMEMBERED) this.#granted.clear()
      known = new Map()
      this.#granted.set(key, known)
    }
    let grants = known.get(namespace)
    if (!grants) {
      grants = bound.of(user).map((binding) => this.#grant(user, binding, namespace))
      known.set(namespace, grants)
    }
    return grants
  }

  #grant(user: User, binding: Binding, namespace: string): Grant {
    const { kind, name, apiGroup } = binding.roleRef
    const rules = this.rulesOf(binding.roleRef, namespace)
    if (!rules) return { rules, error: `${kind.toLowerCase()}.${apiGroup} ${quoted(name)} not found` }
    const own = binding.metadata?.name ?? ''
    const what = namespace ? `RoleBinding ${quoted(`${own}/${namespace}`)}` : `ClusterRoleBinding ${quoted(own)}`
    const whom = describeSubject(subjectOf(user, binding.subjects, namespace)!, namespace)
    return { rules, reason: `RBAC: allowed by ${what} of ${kind} ${quoted(name)} to ${whom}` }
  }
}
