import { type FieldError, fieldCauses, notSupported, required } from '#api/validation/field-error.ts'
import { invalid } from '../../errors.ts'
import type { FieldValidation } from '../../machinery/machinery.ts'
import { type Exchange, mediaType } from './exchange.ts'
import { agentName, managerProblems } from './manager.ts'
import { isTrue } from './query.ts'

/** The media type of a server-side apply. */
export const APPLY_TYPE = 'application/apply-patch+yaml'

/** What the query of a write says of it. */
interface WriteOptions {
  /** Who it is told to be by; '' where nobody says. */
  readonly manager: string
  readonly dryRun: boolean
  /** Warn where it is not said, as since Kubernetes 1.27. */
  readonly validation: FieldValidation
  /** Whether an apply takes what others own. */
  readonly force: boolean
}

/** Throws ApiError 422 for options that are none, or do not go together: all that is wrong, as upstream. */
export const writeOptions = (exchange: Exchange): WriteOptions => {
  const { query, request } = exchange
  const manager = query.get('fieldManager') ?? ''
  const dryRun = query.getAll('dryRun')
  const validation = query.get('fieldValidation') ?? ''
  const problems = [
    ...(request.method === 'PATCH' ? patchProblems(exchange, manager) : []),
    ...managerProblems(manager),
    ...dryRunProblems(dryRun),
    ...validationProblems(validation),
  ]
  refuseOptions(optionsOf(request.method), problems)
  return {
    manager: manager === '' ? agentName(request.headers['user-agent'] ?? '') : manager,
    dryRun: dryRun.length > 0,
    validation: (validation || 'Warn') as FieldValidation,
    force: isTrue(query.get('force')),
  }
}

/** `kind`: the options that they are, `CreateOptions`. Throws ApiError 422 where there are problems. */
export const refuseOptions = (kind: string, problems: readonly FieldError[]): void => {
  if (problems.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', fieldCauses(problems))
}

/** `dryRun=All`, once or more, is all that there is. */
export const dryRunProblems = (values: readonly string[]): readonly FieldError[] =>
  values.every((value) => value === 'All') ? [] : [notSupported('dryRun', values, ['All'])]

const VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn']

const validationProblems = (value: string): readonly FieldError[] =>
  VALIDATIONS.includes(value) ? [] : [notSupported('fieldValidation', value, VALIDATIONS)]

const patchProblems = ({ query, request }: Exchange, manager: string): readonly FieldError[] => {
  if (mediaType(request) === APPLY_TYPE)
    return manager === '' ? [required('fieldManager', 'is required for apply patch')] : []
  if (!query.has('force')) return []
  return [{ type: 'Forbidden', field: 'force', detail: 'may not be specified for non-apply patch' }]
}

const optionsOf = (method: string | undefined): string =>
  method === 'POST' ? 'CreateOptions' : method === 'PUT' ? 'UpdateOptions' : 'PatchOptions'
