import { type CompiledPolicy, compiledPolicy } from '#api/admissionregistration/expressions/policy.ts'
import type { ValidatingAdmissionPolicy } from '#api/admissionregistration/validatingadmissionpolicy/message.ts'
import type { ValidatingAdmissionPolicyBinding } from '#api/admissionregistration/validatingadmissionpolicybinding/message.ts'
import type { Kind } from '#api/catalogue/kind.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import type { ApiError } from '#client/client.ts'
import type { Authorizer } from '../access/authorizer.ts'
import { failure, forbidden } from '../errors.ts'
import type { Registry } from '../registry/registry.ts'
import type { Remarks } from '../registry/remarks.ts'
import type { Attributes } from '../webhooks/attributes.ts'
import type { Surroundings } from '../webhooks/matching.ts'
import { reviewed } from '../webhooks/patching.ts'
import { inputsOf, type Seen } from './inputs.ts'
import { ConfigurationError, kindOfParams, paramsFor } from './params.ts'
import type { BoundPolicy } from './policy-feed.ts'
import { matchedForm } from './policy-matching.ts'
import { seenIn } from './seen.ts'
import { type Denial, judged } from './validator.ts'

type Bound = BoundPolicy<ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding>

interface Judging {
  readonly registry: Registry
  readonly authorizer: Authorizer
  readonly surroundings: Surroundings
  readonly remarks: Remarks
}

/** A denial that refuses the request, and whose it is. */
interface Refusal extends Pick<Denial, 'message' | 'reason'> {
  readonly policy: string
  readonly binding?: string
}

const CODES: { readonly [reason: string]: number } = {
  Unauthorized: 401,
  Forbidden: 403,
  RequestEntityTooLarge: 413,
}
const INVALID = 422
const FAILURES = 'validation.policy.admission.k8s.io/validation_failure'
const LONGEST_ANNOTATION = 10 * 1024

/** Compiled once for as long as a policy stays as it is. */
const known = new WeakMap<ValidatingAdmissionPolicy, CompiledPolicy>()

const compiledOf = (policy: ValidatingAdmissionPolicy): CompiledPolicy => {
  const compiled = known.get(policy) ?? compiledPolicy(policy)
  known.set(policy, compiled)
  return compiled
}

const nameOf = ({ metadata }: ApiObject): string => metadata?.name ?? ''

/** Holds a request against the policies that may concern it. Throws ApiError, of the first that denies it. */
export const judgeRequest = (judging: Judging, bound: readonly Bound[], attributes: Attributes): void => {
  const refusals = bound.flatMap((one) => judgedBy(judging, one, attributes))
  if (refusals.length > 0) throw refused(attributes, refusals[0]!)
}

const refused = (
  { resource, name }: Attributes,
  { policy, binding, message, reason = 'Invalid' }: Refusal,
): ApiError => {
  const by = binding === undefined ? '' : ` with binding '${binding}'`
  const why = `ValidatingAdmissionPolicy '${policy}'${by} denied request: ${message}`
  const { status } = forbidden(resource as Resource, name, why)
  const details = { ...status.details, causes: [{ message: why }] }
  return failure(CODES[reason] ?? INVALID, reason, status.message ?? '', details)
}

const judgedBy = (judging: Judging, { policy, bindings }: Bound, attributes: Attributes): readonly Refusal[] => {
  const own = nameOf(policy)
  /** What cannot be put to use refuses the request, unless it is to be passed over. */
  const misconfigured = (error: unknown, binding?: string): readonly Refusal[] => {
    if (!(error instanceof ConfigurationError)) throw error
    if (policy.spec?.failurePolicy === 'Ignore') return []
    const what = binding === undefined ? 'policy' : 'binding'
    return [{ policy: own, ...(binding ? { binding } : {}), message: `failed to configure ${what}: ${error.message}` }]
  }
  const form = matchedForm(policy.spec?.matchConstraints, attributes, judging.surroundings)
  if (form === undefined) return []
  let kind: Kind | undefined
  try {
    const { paramKind } = policy.spec ?? {}
    kind = paramKind && kindOfParams(judging.registry.machinery.catalogue, paramKind)
  } catch (error) {
    return misconfigured(error)
  }
  const seen = seenIn(judging.registry, form, attributes)
  const annotations = new Map<string, Set<string>>()
  const refusals = bindings.flatMap((binding) => {
    if (matchedForm(binding.spec?.matchResources, attributes, judging.surroundings) === undefined) return []
    try {
      return judgedWith(judging, policy, binding, kind, seen, annotations)
    } catch (error) {
      return misconfigured(error, nameOf(binding))
    }
  })
  for (const [key, values] of annotations) judging.remarks.annotate(`${own}/${key}`, [...values].join(', '))
  return refusals
}

const judgedWith = (
  { registry, authorizer, remarks }: Judging,
  policy: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding,
  kind: Kind | undefined,
  seen: Seen,
  annotations: Map<string, Set<string>>,
): readonly Refusal[] => {
  const { paramRef, validationActions = [] } = binding.spec ?? {}
  const [own, bound] = [nameOf(policy), nameOf(binding)]
  const refusals: Refusal[] = []
  for (const params of paramsFor(kind, paramRef, seen.attributes.namespace, registry)) {
    const shown = params && kind && reviewed(registry.machinery, kind.resource, params)
    const judgement = judged(policy, compiledOf(policy), inputsOf(seen, authorizer, shown))
    for (const { index, message, reason } of judgement.denials)
      for (const action of validationActions)
        if (action === 'Deny') refusals.push({ policy: own, binding: bound, message, ...(reason ? { reason } : {}) })
        else if (action === 'Warn')
          remarks.warn(`Validation failed for ValidatingAdmissionPolicy '${own}' with binding '${bound}': ${message}`)
        else remarks.annotate(FAILURES, failureText(message, own, bound, index, validationActions))
    for (const annotation of judgement.annotations)
      if ('error' in annotation) refusals.push({ policy: own, binding: bound, message: annotation.error })
      else
        annotations.set(
          annotation.key,
          (annotations.get(annotation.key) ?? new Set()).add(annotation.value.slice(0, LONGEST_ANNOTATION)),
        )
  }
  return refusals
}

const failureText = (
  message: string,
  policy: string,
  binding: string,
  expressionIndex: number,
  validationActions: readonly string[],
): string => JSON.stringify([{ message, policy, binding, expressionIndex, validationActions }])
