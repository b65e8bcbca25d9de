import { clusterBindings } from '#access/defaults/cluster-bindings.ts'
import { componentRoles } from '#access/defaults/component-roles.ts'
import { controllerRoles } from '#access/defaults/controller-roles.ts'
import { namespacedBindings, namespacedRoles } from '#access/defaults/namespaced.ts'
import { reconciledBinding, reconciledRole } from '#access/defaults/reconcile.ts'
import { userRoles } from '#access/defaults/user-roles.ts'
import { clusterRoles } from '#api/rbac/clusterrole/resource.ts'
import { clusterRoleBindings } from '#api/rbac/clusterrolebinding/resource.ts'
import { roles } from '#api/rbac/role/resource.ts'
import { roleBindings } from '#api/rbac/rolebinding/resource.ts'
import type { ApiObject, Resource, ResourceObject } from '#api/resource.ts'
import type { Registry } from '../registry/registry.ts'
import type { WriteRequest } from '../registry/request.ts'
import { SYSTEM, SYSTEM_MANAGER } from './caller.ts'

const DONE = Promise.resolve()

type AnyRole = Parameters<typeof reconciledRole>[0] & ApiObject
type AnyBinding = Parameters<typeof reconciledBinding>[0] & ApiObject

/**
 * Makes the roles and bindings that every cluster has, and gives back to those that are there what they lack of them.
 * Rejects with what keeps them from being made.
 */
export const writeDefaultPolicy = async (registry: Registry): Promise<void> => {
  const fresh: ResourceObject[] = []
  const writes: Promise<unknown>[] = []
  const each = <T extends ApiObject>(
    typed: Resource<T>,
    wanted: readonly T[],
    reconcile: (existing: T, expected: T, resource: Resource, request: WriteRequest) => Promise<unknown> | undefined,
  ): void => {
    const resource = typed as unknown as Resource
    for (const object of wanted) {
      const { name = '', namespace } = object.metadata ?? {}
      const existing = registry.find(resource, namespace, name) as T | undefined
      if (!existing) fresh.push({ resource, object })
      else {
        const request = { caller: SYSTEM, manager: SYSTEM_MANAGER, ...(namespace ? { namespace } : {}) }
        writes.push(reconcile(existing, object, resource, request) ?? DONE)
      }
    }
  }
  const role = <T extends AnyRole>(existing: T, expected: T, resource: Resource, request: WriteRequest) => {
    const object = reconciledRole(existing, expected)
    return object && registry.put(resource, object.metadata!.name!, object, request)
  }
  const binding = <T extends AnyBinding>(existing: T, expected: T, resource: Resource, request: WriteRequest) => {
    const change = reconciledBinding(existing, expected)
    if (!change) return undefined
    const name = expected.metadata!.name!
    if (!change.isAnother) return registry.put(resource, name, change.binding, request)
    return registry.delete(resource, name, request).then(() => registry.create(resource, expected, request))
  }
  each(clusterRoles, [...userRoles(), ...componentRoles(), ...controllerRoles()], role)
  each(clusterRoleBindings, clusterBindings(), binding)
  each(roles, namespacedRoles(), role)
  each(roleBindings, namespacedBindings(), binding)
  if (fresh.length > 0) writes.push(registry.seed(fresh))
  await Promise.all(writes)
}
