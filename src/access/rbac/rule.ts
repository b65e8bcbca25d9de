import type { PolicyRule } from '#api/rbac/rule.ts'
import type { AccessRequest, ResourceRequest } from './request.ts'

const ALL = '*'

const has = (list: readonly string[] | undefined, value: string): boolean =>
  list !== undefined && (list.includes(value) || list.includes(ALL))

/** `pods/log`, or `pods` where no part of it is meant. */
export const combined = ({ resource, subresource }: Pick<ResourceRequest, 'resource' | 'subresource'>): string =>
  subresource ? `${resource}/${subresource}` : resource

const hasResource = (rule: PolicyRule, request: ResourceRequest): boolean => {
  if (has(rule.resources, combined(request))) return true
  return request.subresource !== '' && rule.resources?.includes(`*/${request.subresource}`) === true
}

const hasName = ({ resourceNames }: PolicyRule, name: string): boolean =>
  !resourceNames?.length || resourceNames.includes(name)

/** Whether a path is one that a rule names, as such or by the star at its end. */
export const matchesPath = (pattern: string, path: string): boolean =>
  pattern === path || (pattern.endsWith(ALL) && path.startsWith(pattern.replace(/\*+$/, '')))

/** Whether a rule allows a request. Nothing in a rule forbids. */
export const ruleAllows = (rule: PolicyRule, request: AccessRequest): boolean => {
  if (!has(rule.verbs, request.verb)) return false
  if (request.kind === 'path')
    return rule.nonResourceURLs?.some((pattern) => matchesPath(pattern, request.path)) === true
  return has(rule.apiGroups, request.group) && hasResource(rule, request) && hasName(rule, request.name)
}
