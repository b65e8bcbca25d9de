import type { PolicyRule } from '#api/rbac/rule.ts'
import { quoted, quotedList } from '#schema/go-quoted.ts'
import { uncovered } from './covers.ts'
import type { User } from './request.ts'

/** Everything: what it takes to write an aggregation rule, which may gather whatever there is. */
export const FULL_AUTHORITY: readonly PolicyRule[] = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
]

/** Atoms that differ by their verb alone as one rule, in the order of the first of each. */
const compacted = (parts: readonly PolicyRule[]): readonly PolicyRule[] => {
  const rules = new Map<string, PolicyRule>()
  for (const part of parts) {
    const { verbs, ...what } = part
    const key = part.nonResourceURLs ? `${rules.size}` : JSON.stringify(what)
    const known = rules.get(key)
    if (!known) rules.set(key, part)
    else if (!known.verbs!.includes(verbs![0]!)) rules.set(key, { ...known, verbs: [...known.verbs!, ...verbs!] })
  }
  return [...rules.values()]
}

const FIELDS = [
  ['APIGroups', 'apiGroups'],
  ['Resources', 'resources'],
  ['NonResourceURLs', 'nonResourceURLs'],
  ['ResourceNames', 'resourceNames'],
  ['Verbs', 'verbs'],
] as const

/** A rule in a line, as Kubernetes names it in refusals: `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}`. */
const ruleText = (rule: PolicyRule): string =>
  `{${FIELDS.flatMap(([label, field]) => (rule[field]?.length ? `${label}:${quotedList(rule[field])}` : [])).join(', ')}}`

/** What a user holds of rules, and why that may not be all. */
export interface Holding {
  readonly rules: readonly PolicyRule[]
  readonly errors: readonly string[]
}

/** Why a user may not hand on these rules: some of them are not the user's own. Undefined where they all are. */
export const escalationRefusal = (user: User, held: Holding, wanted: readonly PolicyRule[]): string | undefined => {
  const missing = uncovered(held.rules, wanted)
  if (missing.length === 0) return undefined
  const lines = [...new Set(compacted(missing).map(ruleText))].sort()
  const unknown = held.errors.length > 0 ? `; resolution errors: [${held.errors.join(' ')}]` : ''
  return `user ${quoted(user.name)} (groups=${quotedList(user.groups)}) is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}${unknown}`
}
