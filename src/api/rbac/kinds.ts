import type { Kind } from '#api/catalogue/kind.ts'
import { clusterRole } from './clusterrole/kind.ts'
import { clusterRoleBinding } from './clusterrolebinding/kind.ts'
import { role } from './role/kind.ts'
import { roleBinding } from './rolebinding/kind.ts'

/** What is served of the group `rbac.authorization.k8s.io`, in discovery's order. */
export const rbacKinds: readonly Kind[] = [clusterRoleBinding, clusterRole, roleBinding, role]
