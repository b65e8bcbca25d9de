import type { PolicyRule } from '#api/rbac/rule.ts'

/** The same, each verb of each resource once, in one order. */
export const mergedRules = (rules: readonly PolicyRule[]): readonly PolicyRule[] => {
  const verbs = new Map<string, Map<string, Set<string>>>()
  for (const { apiGroups = [], resources = [], verbs: said = [] } of rules)
    for (const group of apiGroups)
      for (const resource of resources) {
        const ofGroup = verbs.get(group) ?? new Map<string, Set<string>>()
        verbs.set(group, ofGroup)
        ofGroup.set(resource, new Set([...(ofGroup.get(resource) ?? []), ...said]))
      }
  return [...verbs]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([group, ofGroup]) => {
      const alike = Map.groupBy(ofGroup, ([, said]) => [...said].toSorted().join())
      return [...alike].map(([said, resources]) => ({
        apiGroups: [group],
        resources: resources.map(([resource]) => resource).toSorted(),
        verbs: said.split(','),
      }))
    })
}
