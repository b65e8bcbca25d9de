import { badRequest } from '../../errors.ts'
import type { Authorizer } from '../authorizer.ts'
import { type Review, specOf } from './review.ts'

/** `kubectl auth can-i --list`: all that its sender may do in a namespace, as far as rules say it. */
export const rulesReview = (authorizer: Authorizer): Review => ({
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'selfsubjectrulesreviews',
  singular: 'selfsubjectrulesreview',
  kind: 'SelfSubjectRulesReview',
  namespaced: false,
  answer({ apiVersion, kind, ...body }, caller) {
    const { namespace } = specOf<{ readonly namespace?: string }>({ apiVersion, kind, ...body })
    if (!namespace) throw badRequest('no namespace on request')
    const { rules, errors, isIncomplete } = authorizer.rules(caller, namespace)
    const status = {
      resourceRules: rules.flatMap(({ verbs, apiGroups, resources, resourceNames }) =>
        resources?.length ? { verbs, apiGroups, resources, ...(resourceNames?.length ? { resourceNames } : {}) } : [],
      ),
      nonResourceRules: rules.flatMap(({ verbs, nonResourceURLs }) =>
        nonResourceURLs?.length ? { verbs, nonResourceURLs } : [],
      ),
      incomplete: isIncomplete,
      ...(errors.length > 0 ? { evaluationError: errors.join(', ') } : {}),
    }
    return { apiVersion, kind, metadata: {}, spec: {}, status } as never
  },
})
