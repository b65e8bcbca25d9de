import type { Draft } from '#schema/defaulting.ts'
import type { ClusterRole } from './clusterrole/message.ts'
import type { Role } from './role/message.ts'

/** No rules are written as none: `rules: null`, as Kubernetes' storage gives them back. */
export const withoutEmptyRules = (role: Draft<Role | ClusterRole>): void => {
  if (role.rules?.length === 0) delete role.rules
}
