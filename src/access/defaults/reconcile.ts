import type { LabelSelector } from '#api/meta/label-selector.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { ClusterRole } from '#api/rbac/clusterrole/message.ts'
import type { RoleBinding } from '#api/rbac/rolebinding/message.ts'
import type { Subject } from '#api/rbac/subject.ts'
import { uncovered } from '../rbac/covers.ts'
import { AUTO_UPDATE } from './declare.ts'

interface Owned {
  readonly metadata?: ObjectMeta
}

/** Role or ClusterRole: a Role is never aggregated. */
type AnyRole = Owned & Pick<ClusterRole, 'rules' | 'aggregationRule'>

type AnyBinding = Owned & Pick<RoleBinding, 'subjects' | 'roleRef'>

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const isLeftAlone = ({ metadata }: Owned): boolean => metadata?.annotations?.[AUTO_UPDATE] === 'false'

/** With the expected labels and annotations where none of that name are. */
const marked = (existing: Owned, expected: Owned): ObjectMeta => ({
  ...existing.metadata,
  labels: { ...expected.metadata?.labels, ...existing.metadata?.labels },
  annotations: { ...expected.metadata?.annotations, ...existing.metadata?.annotations },
})

const lacksMarks = (existing: Owned, expected: Owned): boolean =>
  (['labels', 'annotations'] as const).some((field) =>
    Object.keys(expected.metadata?.[field] ?? {}).some((key) => existing.metadata?.[field]?.[key] === undefined),
  )

/**
 * A role with what it lacks of the one that it should be: rules, selectors, marks. What somebody added stays.
 * Undefined where it lacks nothing, or is not to be touched.
 */
export const reconciledRole = <T extends AnyRole>(existing: T, expected: T): T | undefined => {
  if (isLeftAlone(existing)) return undefined
  // At nearly every start it is as it was made: what covers what is asked for the others alone.
  const rules = same(existing.rules, expected.rules) ? [] : uncovered(existing.rules ?? [], expected.rules ?? [])
  const has = existing.aggregationRule?.clusterRoleSelectors ?? []
  const selectors = (expected.aggregationRule?.clusterRoleSelectors ?? []).filter(
    (selector: LabelSelector) => !has.some((other) => same(other, selector)),
  )
  const isToldApart = existing.aggregationRule !== undefined && expected.aggregationRule === undefined
  if (rules.length === 0 && selectors.length === 0 && !isToldApart && !lacksMarks(existing, expected)) return undefined
  const { aggregationRule: _, ...rest } = existing
  const aggregated = expected.aggregationRule && { clusterRoleSelectors: [...has, ...selectors] }
  return {
    ...rest,
    metadata: marked(existing, expected),
    rules: [...(existing.rules ?? []), ...rules],
    ...(aggregated ? { aggregationRule: aggregated } : {}),
  } as unknown as T
}

/**
 * A binding with the subjects and marks that it lacks; `isAnother` where it is of another role, and is to be made anew.
 * Undefined where it lacks nothing, or is not to be touched.
 */
export const reconciledBinding = <T extends AnyBinding>(
  existing: T,
  expected: T,
): { readonly binding: T; readonly isAnother: boolean } | undefined => {
  if (isLeftAlone(existing)) return undefined
  if (!same(rolePath(existing), rolePath(expected))) return { binding: expected, isAnother: true }
  const missing = (expected.subjects ?? []).filter(
    (subject: Subject) => !existing.subjects?.some((other) => same(subjectPath(other), subjectPath(subject))),
  )
  if (missing.length === 0 && !lacksMarks(existing, expected)) return undefined
  const subjects = [...(existing.subjects ?? []), ...missing]
  const binding = { ...existing, metadata: marked(existing, expected), ...(subjects.length > 0 ? { subjects } : {}) }
  return { binding, isAnother: false }
}

const rolePath = ({ roleRef: { apiGroup, kind, name } }: AnyBinding): readonly string[] => [apiGroup, kind, name]

const subjectPath = ({ kind, apiGroup = '', name, namespace = '' }: Subject): readonly string[] => [
  kind,
  apiGroup,
  name,
  namespace,
]
