import type { Catalogue } from '#api/catalogue/catalogue.ts'
import { storedKind } from '#api/catalogue/kind.ts'
import type { ResourceQuota } from '#api/core/resourcequota/message.ts'
import { resourceQuotas } from '#api/core/resourcequota/resource.ts'
import { evaluatorOf } from '#api/core/resourcequota/usage/evaluators.ts'
import type { ApiObject } from '#api/resource.ts'
import { keyOf } from '#objects/object-key.ts'
import { forbidden } from '../../errors.ts'
import { type Admission, type CreateAdmission, nameOf, type UpdateAdmission } from '../admission.ts'
import { charge } from './charge.ts'

/**
 * Refuses what would take more of a namespace than its quotas give, and counts what is taken at once, so that two who
 * ask at the same time do not both have the last. What is given back is counted by a controller.
 */
export const resourceQuota = (catalogue: Catalogue, now: () => Date): Admission => {
  const hold = (request: CreateAdmission, more: Partial<UpdateAdmission> = {}): ApiObject => {
    const { resource, object, reader, transaction } = request
    if (!resource.namespaced) return object
    const quotas = reader.all(resourceQuotas, object.metadata?.namespace) as readonly ResourceQuota[]
    if (quotas.length === 0) return object
    const kind = catalogue.find(resource)
    const evaluator = kind && evaluatorOf(storedKind(kind).resource)
    const { previous, subresource = '' } = more
    const change = { object, subresource, ...(previous ? { previous } : {}) }
    if (!evaluator?.holds(change)) return object
    const result = charge(quotas, evaluator, change, now().getTime())
    if ('refusal' in result) throw forbidden(resource, nameOf(object), result.refusal)
    if (!transaction.dryRun)
      for (const quota of result.charged) transaction.put(resourceQuotas, keyOf(quota), quota as unknown as ApiObject)
    return object
  }
  return {
    count: (request) => hold(request),
    countUpdate: (request) => hold(request, request),
  }
}
