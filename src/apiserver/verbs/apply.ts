import type { Kind } from '#api/catalogue/kind.ts'
import { type FieldError, fieldCauses, required } from '#api/validation/field-error.ts'
import { invalid } from '../errors.ts'
import { fieldValidationOf } from '../http/request/body.ts'
import { readConfiguration } from '../http/request/configuration.ts'
import { type Exchange, mediaType } from '../http/request/exchange.ts'
import { isTrue } from '../http/request/query.ts'
import { readBody } from '../http/request/read-body.ts'
import type { Application } from '../registry/applied.ts'

const APPLY_TYPE = 'application/apply-patch+yaml'

/** Whether a PATCH is a server-side apply. */
export const isApply = ({ request }: Exchange): boolean => mediaType(request) === APPLY_TYPE

/** The types of patches that a kind takes: what a strategic merge goes by, only a message says. */
export const patchTypesOf = (kind: Kind | undefined): readonly string[] => [
  'application/json-patch+json',
  'application/merge-patch+json',
  ...(kind?.fieldType === undefined ? ['application/strategic-merge-patch+json'] : []),
  APPLY_TYPE,
]

/** Throws ApiError 422 where the query of a PATCH says what does not go together. */
export const checkPatchOptions = (exchange: Exchange): void => {
  const { query } = exchange
  const problems: FieldError[] = []
  if (isApply(exchange)) {
    if (!query.get('fieldManager')) problems.push(required('fieldManager', 'is required for apply patch'))
  } else if (query.has('force'))
    problems.push({ type: 'Forbidden', field: 'force', detail: 'may not be specified for non-apply patch' })
  if (problems.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', fieldCauses(problems))
}

/** What a server-side apply brings. Throws ApiError 400. */
export const readApplication = async (exchange: Exchange): Promise<Application> => {
  const text = (await readBody(exchange)).toString()
  const { config, warnings } = await readConfiguration(text, fieldValidationOf(exchange.query))
  exchange.warnings.push(...warnings)
  return { config, force: isTrue(exchange.query.get('force')) }
}
