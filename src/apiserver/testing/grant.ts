import { clusterRoles } from '#api/rbac/clusterrole/resource.ts'
import { clusterRoleBindings } from '#api/rbac/clusterrolebinding/resource.ts'
import type { PolicyRule } from '#api/rbac/rule.ts'
import type { Subject } from '#api/rbac/subject.ts'
import type { Client } from '#client/client.ts'

const GROUP = 'rbac.authorization.k8s.io'

/** The default ServiceAccount of the namespace `default`. */
export const DEFAULT_ACCOUNT: Subject = { kind: 'ServiceAccount', name: 'default', namespace: 'default' }

/** Lets somebody do something in the whole cluster, by a ClusterRole and a binding of this name. */
export const grant = async (client: Client, name: string, subject: Subject, ...rules: PolicyRule[]): Promise<void> => {
  const metadata = { name }
  await client.create(clusterRoles, { apiVersion: `${GROUP}/v1`, kind: 'ClusterRole', metadata, rules })
  await client.create(clusterRoleBindings, {
    apiVersion: `${GROUP}/v1`,
    kind: 'ClusterRoleBinding',
    metadata,
    subjects: [subject],
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name },
  })
}
