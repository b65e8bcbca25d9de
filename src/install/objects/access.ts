import type { ServiceAccount } from '#api/core/serviceaccount/message.ts'
import type { ClusterRole } from '#api/rbac/clusterrole/message.ts'
import type { ClusterRoleBinding } from '#api/rbac/clusterrolebinding/message.ts'
import type { Role } from '#api/rbac/role/message.ts'
import type { RoleBinding } from '#api/rbac/rolebinding/message.ts'
import type { PolicyRule } from '#api/rbac/rule.ts'
import { type Installation, PART_OF } from './installation.ts'

const RBAC = 'rbac.authorization.k8s.io'

/** What a workload may do in one namespace, its own where no other is given; no rules, no objects. */
export const ownAccess = (
  name: string,
  rules: readonly PolicyRule[],
  { namespace: home }: Installation,
  namespace = home,
): readonly (Role | RoleBinding)[] => {
  if (rules.length === 0) return []
  const metadata = { name, namespace, labels: PART_OF }
  return [
    { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata, rules },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: RBAC, kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: home }],
    },
  ]
}

/** A workload's ServiceAccount, and what it may do in the whole cluster. */
export const clusterAccess = (
  name: string,
  rules: readonly PolicyRule[],
  { namespace }: Installation,
): readonly [ServiceAccount, ClusterRole, ClusterRoleBinding] => {
  const metadata = { name: `fairlead:${name.replace(/^fairlead-/, '')}`, labels: PART_OF }
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace, labels: PART_OF } },
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata, rules },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ]
}
