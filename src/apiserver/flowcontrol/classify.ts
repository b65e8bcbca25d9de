import type { FlowSchema } from '#api/flowcontrol/flowschema/message.ts'
import { type Caller, serviceAccountOf } from '../access/caller.ts'
import type { RequestInfo } from '../http/request/request-info.ts'

type Rules = NonNullable<NonNullable<FlowSchema['spec']>['rules']>[number]
type Subject = NonNullable<Rules['subjects']>[number]

const includes = (list: readonly string[] = [], word: string): boolean => list.includes('*') || list.includes(word)
const isName = (name: string | undefined, wanted: string): boolean => name === '*' || name === wanted

const isSubject = ({ kind, user, group, serviceAccount }: Subject, caller: Caller): boolean => {
  switch (kind) {
    case 'User':
      return isName(user?.name, caller.name)
    case 'Group':
      return group?.name === '*' || caller.groups.includes(group?.name ?? '')
    case 'ServiceAccount': {
      const account = serviceAccountOf(caller)
      return (
        account !== undefined &&
        account.namespace === serviceAccount?.namespace &&
        isName(serviceAccount.name, account.name)
      )
    }
    default:
      return false
  }
}

const isPath = (pattern: string, path: string): boolean =>
  pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)))

const isRequest = ({ resourceRules = [], nonResourceRules = [] }: Rules, info: RequestInfo): boolean => {
  if (info.kind === 'path')
    return nonResourceRules.some(
      ({ verbs, nonResourceURLs = [] }) =>
        includes(verbs, info.verb) && nonResourceURLs.some((pattern) => isPath(pattern, info.path)),
    )
  const resource = info.subresource ? `${info.resource}/${info.subresource}` : info.resource
  return resourceRules.some(
    ({ verbs, apiGroups, resources, clusterScope, namespaces }) =>
      includes(verbs, info.verb) &&
      includes(apiGroups, info.group) &&
      includes(resources, resource) &&
      (info.namespace === '' ? clusterScope === true : includes(namespaces, info.namespace)),
  )
}

/** The first of these that a request is of; they stand in the order in which they are asked. */
export const classify = (schemas: readonly FlowSchema[], caller: Caller, info: RequestInfo): FlowSchema | undefined =>
  schemas.find(({ spec }) =>
    spec?.rules?.some(
      (rules) => (rules.subjects ?? []).some((subject) => isSubject(subject, caller)) && isRequest(rules, info),
    ),
  )

/** Whoever has less is asked first, and of two alike the one whose name comes first. */
export const inOrder = (schemas: readonly FlowSchema[]): readonly FlowSchema[] =>
  [...schemas].sort(
    (one, other) =>
      (one.spec?.matchingPrecedence ?? 0) - (other.spec?.matchingPrecedence ?? 0) ||
      ((one.metadata?.name ?? '') < (other.metadata?.name ?? '') ? -1 : 1),
  )
