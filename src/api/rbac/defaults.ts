import type { Draft } from '#schema/defaulting.ts'
import type { ClusterRoleBinding } from './clusterrolebinding/message.ts'
import type { RoleBinding } from './rolebinding/message.ts'

const GROUP = 'rbac.authorization.k8s.io'

/** A role, a user and a group are of this API's group where nothing is said of it; a ServiceAccount is of the core's. */
export const defaultBinding = (binding: Draft<RoleBinding | ClusterRoleBinding>): void => {
  binding.roleRef ??= { apiGroup: '', kind: '', name: '' }
  binding.roleRef.apiGroup ||= GROUP
  for (const subject of binding.subjects ?? [])
    if (!subject.apiGroup && (subject.kind === 'User' || subject.kind === 'Group')) subject.apiGroup = GROUP
}
