import type { ClusterRole } from '#api/rbac/clusterrole/message.ts'
import type { PolicyRule } from '#api/rbac/rule.ts'
import { selects } from '#objects/label-selector.ts'
import { sameValue } from '../values/equal.ts'

/**
 * The rules of an aggregated role: those of each role that its selectors choose, by the selectors' order and the roles'
 * names, each rule once. Undefined where it is not aggregated, or has them.
 */
export const aggregatedRules = (role: ClusterRole, all: readonly ClusterRole[]): readonly PolicyRule[] | undefined => {
  if (!role.aggregationRule) return undefined
  const nameOf = ({ metadata }: ClusterRole): string => metadata?.name ?? ''
  const others = all.filter((other) => nameOf(other) !== nameOf(role)).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  const rules: PolicyRule[] = []
  for (const selector of role.aggregationRule.clusterRoleSelectors ?? [])
    for (const other of others)
      if (selects(selector, other.metadata?.labels))
        for (const rule of other.rules ?? []) if (!rules.some((known) => sameValue(known, rule))) rules.push(rule)
  return sameValue(rules, role.rules) ? undefined : rules
}
