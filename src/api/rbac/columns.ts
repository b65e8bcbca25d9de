import { AGE, type Column, column, NAME, wide } from '#api/table/column.ts'
import type { ClusterRole } from './clusterrole/message.ts'
import type { ClusterRoleBinding } from './clusterrolebinding/message.ts'
import type { Role } from './role/message.ts'
import type { RoleBinding } from './rolebinding/message.ts'
import type { Subject } from './subject.ts'

type Binding = RoleBinding | ClusterRoleBinding

/** Of a Role and a ClusterRole. */
export const roleColumns: readonly Column<Role | ClusterRole>[] = [
  NAME,
  column('Created At', 'When it was created.', ({ metadata }) => metadata?.creationTimestamp ?? '<unknown>'),
]

const of = ({ subjects }: Binding, kind: string, text = ({ name }: Subject): string => name): string =>
  (subjects ?? [])
    .filter((subject) => subject.kind === kind)
    .map(text)
    .join(', ')

/** Of a RoleBinding and a ClusterRoleBinding. */
export const bindingColumns: readonly Column<Binding>[] = [
  NAME,
  column('Role', 'The role that is given.', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  AGE,
  wide('Users', 'Users that have it.', (binding) => of(binding, 'User')),
  wide('Groups', 'Groups that have it.', (binding) => of(binding, 'Group')),
  wide('ServiceAccounts', 'ServiceAccounts that have it.', (binding) =>
    of(binding, 'ServiceAccount', ({ namespace = '', name }) => `${namespace}/${name}`),
  ),
]
