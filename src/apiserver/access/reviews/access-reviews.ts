import type { AccessRequest } from '#access/rbac/request.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { ApiObject } from '#api/resource.ts'
import { type FieldError, invalid } from '#api/validation/field-error.ts'
import { exactFields } from '../access-request.ts'
import type { Authorizer } from '../authorizer.ts'
import type { Caller } from '../caller.ts'
import { type Review, refuseWrong, specOf, withStatus } from './review.ts'
import { fieldSelectorText, type SelectorAttributes, unreadSelectors, wrongSelectors } from './selector-attributes.ts'

interface AccessSpec {
  readonly resourceAttributes?: {
    readonly namespace?: string
    readonly verb?: string
    readonly group?: string
    readonly resource?: string
    readonly subresource?: string
    readonly name?: string
  } & SelectorAttributes
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string }
  readonly user?: string
  readonly uid?: string
  readonly groups?: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** A Go value as Kubernetes prints it where it prints a whole one. */
const asGo = ({ path = '', verb = '' }: NonNullable<AccessSpec['nonResourceAttributes']>): object => ({
  Path: path,
  Verb: verb,
})

const wrongAttributes = ({
  resourceAttributes: of,
  nonResourceAttributes: path,
}: AccessSpec): readonly FieldError[] => {
  if (of && path) {
    const why = 'cannot be specified in combination with resourceAttributes'
    return [invalid('spec.nonResourceAttributes', asGo(path), why)]
  }
  if (of) return wrongSelectors(of, 'spec.resourceAttributes')
  if (path) return []
  const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified'
  return [invalid('spec.resourceAttributes', 'null', why)]
}

const wrongSubject = ({ user, groups }: AccessSpec): readonly FieldError[] =>
  user || groups?.length ? [] : [invalid('spec.user', '', 'at least one of user or group must be specified')]

const wrongMetadata = ({ metadata = {} }: ApiObject, allowed: readonly (keyof ObjectMeta)[]): readonly FieldError[] => {
  const { managedFields: _, ...rest } = metadata
  const given = Object.entries(rest).filter(([name, value]) => value && !allowed.includes(name as keyof ObjectMeta))
  if (given.length === 0) return []
  return [invalid('metadata', rest, allowed.length > 0 ? 'must be empty except for namespace' : 'must be empty')]
}

const requestOf = ({ resourceAttributes: of, nonResourceAttributes: path = {} }: AccessSpec): AccessRequest => {
  if (!of) return { kind: 'path', verb: path.verb ?? '', path: path.path ?? '' }
  const selector = fieldSelectorText(of)
  return {
    kind: 'resource',
    verb: of.verb ?? '',
    group: of.group ?? '',
    resource: of.resource ?? '',
    subresource: of.subresource ?? '',
    namespace: of.namespace ?? '',
    name: of.name ?? '',
    ...(selector && { fields: exactFields(selector) }),
  }
}

const subjectOf = ({ user = '', uid, groups = [], extra }: AccessSpec): Caller => ({
  name: user,
  ...(uid ? { uid } : {}),
  groups,
  ...(extra ? { extra } : {}),
})

const AUTHORIZATION = { group: 'authorization.k8s.io', version: 'v1' }

/** The questions whether somebody may do something. */
export const accessReviews = (authorizer: Authorizer): readonly Review[] => {
  const decided = (body: ApiObject, caller: Caller): ApiObject => {
    const spec = specOf<AccessSpec>(body)
    const { allowed, reason } = authorizer.authorize(caller, requestOf(spec))
    const unread = spec.resourceAttributes && unreadSelectors(spec.resourceAttributes)
    return withStatus(body, { allowed, ...(reason && { reason }), ...(unread && { evaluationError: unread }) })
  }
  const own: Review = {
    ...AUTHORIZATION,
    plural: 'selfsubjectaccessreviews',
    singular: 'selfsubjectaccessreview',
    kind: 'SelfSubjectAccessReview',
    namespaced: false,
    answer(body, caller) {
      refuseWrong(own, [...wrongAttributes(specOf(body)), ...wrongMetadata(body, [])])
      return decided(body, caller)
    },
  }
  const others: Review = {
    ...AUTHORIZATION,
    plural: 'subjectaccessreviews',
    singular: 'subjectaccessreview',
    kind: 'SubjectAccessReview',
    namespaced: false,
    answer(body) {
      const spec = specOf<AccessSpec>(body)
      refuseWrong(others, [...wrongAttributes(spec), ...wrongSubject(spec), ...wrongMetadata(body, [])])
      return decided(body, subjectOf(spec))
    },
  }
  const local: Review = {
    ...AUTHORIZATION,
    plural: 'localsubjectaccessreviews',
    singular: 'localsubjectaccessreview',
    kind: 'LocalSubjectAccessReview',
    namespaced: true,
    answer(body, _caller, namespace) {
      const spec = specOf<AccessSpec>(body)
      const { resourceAttributes: of, nonResourceAttributes: path } = spec
      const errors = [...wrongAttributes(spec), ...wrongSubject(spec), ...wrongMetadata(body, ['namespace'])]
      if (of && (of.namespace ?? '') !== namespace) {
        errors.push(invalid('spec.resourceAttributes.namespace', of.namespace ?? '', 'must match metadata.namespace'))
      }
      if (path) {
        errors.push(invalid('spec.nonResourceAttributes', asGo(path), 'disallowed on this kind of request'))
      }
      refuseWrong(local, errors)
      return decided({ ...body, metadata: { ...body.metadata, namespace } }, subjectOf(spec))
    },
  }
  return [own, others, local]
}
