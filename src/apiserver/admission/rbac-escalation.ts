import { isDeepStrictEqual } from 'node:util'
import { escalationRefusal, FULL_AUTHORITY } from '#access/rbac/escalation.ts'
import type { ClusterRole } from '#api/rbac/clusterrole/message.ts'
import { clusterRoles } from '#api/rbac/clusterrole/resource.ts'
import { clusterRoleBindings } from '#api/rbac/clusterrolebinding/resource.ts'
import type { Role } from '#api/rbac/role/message.ts'
import { roles } from '#api/rbac/role/resource.ts'
import type { RoleBinding } from '#api/rbac/rolebinding/message.ts'
import { roleBindings } from '#api/rbac/rolebinding/resource.ts'
import type { PolicyRule } from '#api/rbac/rule.ts'
import { type ApiObject, isSame, type Resource } from '#api/resource.ts'
import type { Authorizer } from '../access/authorizer.ts'
import { type Caller, isMaster } from '../access/caller.ts'
import { forbidden, notFound } from '../errors.ts'
import type { Admission } from './admission.ts'

interface Written {
  readonly resource: Resource
  readonly object: ApiObject
  readonly caller: Caller
  /** Absent where it is made. */
  readonly previous?: ApiObject
}

/** Nobody hands on what is not their own: neither by a role, nor by binding one, unless they may `escalate` or `bind`. */
export const rbacEscalation = (authorizer: Authorizer): Admission => {
  const refuseBeyond = ({ resource, object, caller }: Written, rules: readonly PolicyRule[]): void => {
    const { name = '', namespace = '' } = object.metadata ?? {}
    const why = escalationRefusal(caller, authorizer.policy.holding(caller, namespace), rules)
    if (why !== undefined) throw forbidden(resource, name, why)
  }

  const checkRole = (written: Written): void => {
    const { resource, object, caller, previous } = written
    const { name = '', namespace = '' } = object.metadata ?? {}
    const { group, plural } = resource
    const escalate = { verb: 'escalate', group, resource: plural, name: previous ? name : '', namespace }
    if (authorizer.authorize(caller, { kind: 'resource', subresource: '', ...escalate }).allowed) return
    refuseBeyond(written, (object as Role).rules ?? [])
    if (!isAggregated(object) && !(previous && isAggregated(previous))) return
    const held = authorizer.policy.holding(caller, namespace)
    if (escalationRefusal(caller, held, FULL_AUTHORITY) !== undefined)
      throw forbidden(resource, name, 'must have cluster-admin privileges to use the aggregationRule')
  }

  const checkBinding = (written: Written): void => {
    const { object, caller } = written
    const { namespace = '' } = object.metadata ?? {}
    const { roleRef } = object as RoleBinding
    const kind = roleRef?.kind === 'Role' ? roles : roleRef?.kind === 'ClusterRole' ? clusterRoles : undefined
    // It is of no role at all, which validation says.
    if (!kind) return
    const { apiGroup: group, name } = roleRef
    const bind = { verb: 'bind', group, resource: kind.plural, name, namespace }
    if (authorizer.authorize(caller, { kind: 'resource', subresource: '', ...bind }).allowed) return
    const rules = authorizer.policy.rulesOf(roleRef, namespace)
    if (!rules) throw notFound(kind, name)
    refuseBeyond(written, rules)
  }

  const check = (written: Written): ApiObject => {
    const { resource, object, caller, previous } = written
    const isRole = isSame(resource, roles) || isSame(resource, clusterRoles)
    const isBinding = isSame(resource, roleBindings) || isSame(resource, clusterRoleBindings)
    if ((!isRole && !isBinding) || isMaster(caller)) return object
    if (previous && onlyCollected(object, previous)) return object
    if (isRole) checkRole(written)
    else checkBinding(written)
    return object
  }

  return { create: check, update: check }
}

const isAggregated = (object: ApiObject): boolean => (object as ClusterRole).aggregationRule !== undefined

/** Whether an update changes nothing but what the garbage collector does. */
const onlyCollected = (next: ApiObject, previous: ApiObject): boolean => {
  const { ownerReferences, finalizers, managedFields } = previous.metadata ?? {}
  const metadata = { ...next.metadata, ownerReferences, finalizers, managedFields }
  const without = (object: ApiObject): unknown => JSON.parse(JSON.stringify(object))
  return isDeepStrictEqual(without({ ...next, metadata } as ApiObject), without(previous))
}
