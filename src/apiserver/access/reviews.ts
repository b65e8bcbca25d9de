import type { ApiObject } from '#api/resource.ts'
import { badRequest } from '../errors.ts'
import type { Authenticator } from './authentication.ts'
import { type AccessRequest, authorize } from './authorization.ts'
import type { Caller } from './caller.ts'

/** A kind that is created to ask a question: answered in the same response, never stored. */
export interface Review {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly namespaced: boolean
  answer(body: ApiObject, caller: Caller, namespace: string): ApiObject
}

interface AccessSpec {
  readonly resourceAttributes?: {
    readonly namespace?: string
    readonly verb?: string
    readonly group?: string
    readonly resource?: string
    readonly subresource?: string
    readonly name?: string
  }
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string }
  readonly user?: string
  readonly groups?: readonly string[]
}

interface TokenReviewSpec {
  readonly token?: string
  readonly audiences?: readonly string[]
}

const specOf = <T>(body: ApiObject): T => ((body as { spec?: T }).spec ?? {}) as T

const withStatus = (body: ApiObject, status: object): ApiObject =>
  ({ ...body, metadata: body.metadata ?? {}, status }) as ApiObject

const accessOf = (spec: AccessSpec, namespace?: string): AccessRequest => {
  const { resourceAttributes: of, nonResourceAttributes: path } = spec
  if (of) {
    return {
      kind: 'resource',
      verb: of.verb ?? '',
      group: of.group ?? '',
      resource: of.resource ?? '',
      subresource: of.subresource ?? '',
      namespace: namespace ?? of.namespace ?? '',
      name: of.name ?? '',
    }
  }
  if (path) return { kind: 'path', verb: path.verb ?? '', path: path.path ?? '' }
  throw badRequest('exactly one of spec.resourceAttributes and spec.nonResourceAttributes must be specified')
}

const decide = (caller: Caller, request: AccessRequest): object => {
  const { allowed, reason } = authorize(caller, request)
  return { allowed, ...(reason ? { reason } : {}) }
}

const AUTHORIZATION = { group: 'authorization.k8s.io', version: 'v1' }
const AUTHENTICATION = { group: 'authentication.k8s.io', version: 'v1' }

const userOf = (caller: Caller): object => ({
  username: caller.name,
  ...(caller.uid ? { uid: caller.uid } : {}),
  groups: caller.groups,
  ...(caller.extra ? { extra: caller.extra } : {}),
})

/** Every review that is served. */
export const reviewList = (authenticator: Authenticator, issuer: string): readonly Review[] => [
  {
    // kubectl auth can-i
    ...AUTHORIZATION,
    plural: 'selfsubjectaccessreviews',
    singular: 'selfsubjectaccessreview',
    kind: 'SelfSubjectAccessReview',
    namespaced: false,
    answer: (body, caller) => withStatus(body, decide(caller, accessOf(specOf<AccessSpec>(body)))),
  },
  {
    // servers that delegate authorization to this one
    ...AUTHORIZATION,
    plural: 'subjectaccessreviews',
    singular: 'subjectaccessreview',
    kind: 'SubjectAccessReview',
    namespaced: false,
    answer(body) {
      const spec = specOf<AccessSpec>(body)
      const subject: Caller = { name: spec.user ?? '', groups: spec.groups ?? [] }
      return withStatus(body, decide(subject, accessOf(spec)))
    },
  },
  {
    ...AUTHORIZATION,
    plural: 'localsubjectaccessreviews',
    singular: 'localsubjectaccessreview',
    kind: 'LocalSubjectAccessReview',
    namespaced: true,
    answer(body, _caller, namespace) {
      const spec = specOf<AccessSpec>(body)
      const subject: Caller = { name: spec.user ?? '', groups: spec.groups ?? [] }
      return withStatus(body, decide(subject, accessOf(spec, namespace)))
    },
  },
  {
    // kubectl auth can-i --list
    ...AUTHORIZATION,
    plural: 'selfsubjectrulesreviews',
    singular: 'selfsubjectrulesreview',
    kind: 'SelfSubjectRulesReview',
    namespaced: false,
    answer(body, caller) {
      const all = caller.groups.includes('system:masters')
      const verbs = all ? ['*'] : ['get', 'list', 'watch']
      return withStatus(body, {
        resourceRules: [{ verbs, apiGroups: ['*'], resources: ['*'] }],
        nonResourceRules: [{ verbs: all ? ['*'] : ['get'], nonResourceURLs: ['*'] }],
        incomplete: !all,
      })
    },
  },
  {
    // kubectl auth whoami
    ...AUTHENTICATION,
    plural: 'selfsubjectreviews',
    singular: 'selfsubjectreview',
    kind: 'SelfSubjectReview',
    namespaced: false,
    answer: (body, caller) => withStatus(body, { userInfo: userOf(caller) }),
  },
  {
    // servers that delegate authentication to this one
    ...AUTHENTICATION,
    plural: 'tokenreviews',
    singular: 'tokenreview',
    kind: 'TokenReview',
    namespaced: false,
    answer(body) {
      const { token = '', audiences } = specOf<TokenReviewSpec>(body)
      if (!token) throw badRequest('token is required for TokenReview in authentication')
      const review = authenticator.reviewToken(token, audiences?.length ? audiences : [issuer])
      if (!review.authenticated) return withStatus(body, { user: {}, error: review.error })
      return withStatus(body, { authenticated: true, user: userOf(review.caller), audiences: review.audiences })
    },
  },
]
