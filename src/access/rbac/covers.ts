import type { PolicyRule } from '#api/rbac/rule.ts'
import { matchesPath } from './rule.ts'

/** A rule as such small ones that another covers each of them as a whole or not at all. */
const atoms = (rule: PolicyRule): readonly PolicyRule[] => {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule
  const parts: PolicyRule[] = []
  for (const group of apiGroups)
    for (const resource of resources)
      for (const verb of verbs) {
        const part = { verbs: [verb], apiGroups: [group], resources: [resource] }
        if (resourceNames.length === 0) parts.push(part)
        for (const name of resourceNames) parts.push({ ...part, resourceNames: [name] })
      }
  for (const path of nonResourceURLs) for (const verb of verbs) parts.push({ verbs: [verb], nonResourceURLs: [path] })
  return parts
}

type Words = readonly string[] | undefined

/** An atom's words of one kind, one at most, are among an owner's. */
const within = (owner: Words, part: Words): boolean =>
  owner?.includes('*') === true || (part ?? []).every((word) => owner?.includes(word))

const resourceWithin = (owner: Words, part: Words): boolean =>
  within(owner, part) ||
  (part ?? []).every((resource) => {
    const slash = resource.indexOf('/')
    return slash >= 0 && owner?.includes(`*${resource.slice(slash)}`)
  })

const coversAtom = (owner: PolicyRule, part: PolicyRule): boolean =>
  within(owner.verbs, part.verbs) &&
  within(owner.apiGroups, part.apiGroups) &&
  resourceWithin(owner.resources, part.resources) &&
  (part.nonResourceURLs ?? []).every((path) => owner.nonResourceURLs?.some((pattern) => matchesPath(pattern, path))) &&
  (!owner.resourceNames?.length || part.resourceNames?.every((name) => owner.resourceNames!.includes(name)) === true)

/** What of the wanted rules is in none of those that somebody has, in atoms; none: all is covered. */
export const uncovered = (owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] =>
  wanted.flatMap(atoms).filter((part) => !owned.some((owner) => coversAtom(owner, part)))
