import { type FieldError, invalid, required } from '#api/validation/field-error.ts'
import { validateSelector } from '#api/validation/labels.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { pathSegment } from '#api/validation/names.ts'
import type { ClusterRole } from './clusterrole/message.ts'
import type { Role } from './role/message.ts'
import type { PolicyRule } from './rule.ts'

export const validateRoleCreate = (role: Role): readonly FieldError[] => [
  ...validateMetadata(role.metadata, true, pathSegment),
  ...checkRules(role.rules, true),
]

export const validateRoleUpdate = (role: Role, old: Role): readonly FieldError[] => [
  ...checkRules(role.rules, true),
  ...validateMetadataUpdate(role.metadata, old.metadata),
]

export const validateClusterRoleCreate = (role: ClusterRole): readonly FieldError[] => [
  ...validateMetadata(role.metadata, false, pathSegment),
  ...clusterRoleRules(role),
]

export const validateClusterRoleUpdate = (role: ClusterRole, old: ClusterRole): readonly FieldError[] => [
  ...clusterRoleRules(role),
  ...validateMetadataUpdate(role.metadata, old.metadata),
]

const clusterRoleRules = ({ rules, aggregationRule }: ClusterRole): readonly FieldError[] => {
  const errors = [...checkRules(rules, false)]
  if (!aggregationRule) return errors
  const path = 'aggregationRule.clusterRoleSelectors'
  const selectors = aggregationRule.clusterRoleSelectors ?? []
  if (selectors.length === 0)
    errors.push(required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil'))
  for (const [index, selector] of selectors.entries()) errors.push(...validateSelector(selector, `${path}[${index}]`))
  return errors
}

const checkRules = (rules: readonly PolicyRule[] | undefined, namespaced: boolean): readonly FieldError[] =>
  (rules ?? []).flatMap((rule, index) => checkRule(rule, namespaced, `rules[${index}]`))

/** A rule is about resources or about paths, and the paths are the cluster's. */
const checkRule = (rule: PolicyRule, namespaced: boolean, path: string): readonly FieldError[] => {
  const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = rule
  const errors: FieldError[] = []
  if (!verbs?.length) errors.push(required(`${path}.verbs`, 'verbs must contain at least one value'))
  if (nonResourceURLs?.length) {
    const refuse = (why: string): void => {
      errors.push(invalid(`${path}.nonResourceURLs`, nonResourceURLs, why))
    }
    if (namespaced) refuse('namespaced rules cannot apply to non-resource URLs')
    if (apiGroups?.length || resources?.length || resourceNames?.length)
      refuse('rules cannot apply to both regular resources and non-resource URLs')
    return errors
  }
  if (!apiGroups?.length)
    errors.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'))
  if (!resources?.length) errors.push(required(`${path}.resources`, 'resource rules must supply at least one resource'))
  return errors
}
