import { type FieldError, forbidden, notSupported, required } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { dnsSubdomain } from '#api/validation/names.ts'
import { jsonEqual } from '#schema/json-value.ts'
import { type CompiledMutations, compiledMutations } from '../expressions/mutation.ts'
import type { MutatingAdmissionPolicy } from '../mutatingadmissionpolicy/message.ts'
import { problemsOf } from './expression.ts'
import { validateConstraints, validateVariables } from './policy.ts'
import { validateConditions } from './webhook.ts'

type Mutation = NonNullable<NonNullable<MutatingAdmissionPolicy['spec']>['mutations']>[number]

const PATCH_TYPES = ['ApplyConfiguration', 'JSONPatch']
const REINVOCATION_POLICIES = ['IfNeeded', 'Never']

/** Checks a policy that changes things at its creation: its expressions are compiled. */
export const validateMutatingPolicyCreate = (policy: MutatingAdmissionPolicy): readonly FieldError[] => [
  ...validateMetadata(policy.metadata, false, dnsSubdomain),
  ...validateSpec(policy),
]

/** What was let through before stays. */
export const validateMutatingPolicyUpdate = (
  policy: MutatingAdmissionPolicy,
  old: MutatingAdmissionPolicy,
): readonly FieldError[] => [
  ...validateMetadataUpdate(policy.metadata, old.metadata),
  ...(jsonEqual(policy.spec ?? null, old.spec ?? null) ? [] : validateSpec(policy)),
]

const validateSpec = (policy: MutatingAdmissionPolicy): readonly FieldError[] => {
  const { spec = {} as NonNullable<MutatingAdmissionPolicy['spec']> } = policy
  const compiled = compiledMutations(policy)
  const mutations = spec.mutations ?? []
  const { reinvocationPolicy } = spec
  const errors = [
    ...validateConstraints(spec),
    ...validateConditions(spec.matchConditions ?? [], 'spec.matchConditions', compiled.conditions),
    ...validateVariables(compiled.variables),
    ...mutations.flatMap((mutation, index) =>
      validateMutation(mutation, compiled.mutations[index]!, `spec.mutations[${index}]`),
    ),
  ]
  if (mutations.length === 0) errors.push(required('spec.mutations', 'mutations must contain at least one item'))
  if (!reinvocationPolicy) errors.push(required('spec.reinvocationPolicy'))
  else if (!REINVOCATION_POLICIES.includes(reinvocationPolicy))
    errors.push(notSupported('spec.reinvocationPolicy', reinvocationPolicy, REINVOCATION_POLICIES))
  return errors
}

const validateMutation = (
  { patchType, jsonPatch, applyConfiguration }: Mutation,
  { isPatch, expression }: CompiledMutations['mutations'][number],
  field: string,
): readonly FieldError[] => {
  if (!patchType) return [required(`${field}.patchType`)]
  if (!PATCH_TYPES.includes(patchType)) return [notSupported(`${field}.patchType`, patchType, PATCH_TYPES)]
  const [own, other] = isPatch ? ['jsonPatch', 'applyConfiguration'] : ['applyConfiguration', 'jsonPatch']
  const [given, beside] = isPatch ? [jsonPatch, applyConfiguration] : [applyConfiguration, jsonPatch]
  const errors: FieldError[] = []
  if (given === undefined) errors.push(required(`${field}.${own}`, `must be specified when patchType is ${patchType}`))
  else if (expression === undefined) errors.push(required(`${field}.${own}.expression`, 'expression is not specified'))
  else errors.push(...problemsOf(expression, `${field}.${own}.expression`))
  if (beside !== undefined)
    errors.push(forbidden(`${field}.${other}`, `must not be specified when patchType is ${patchType}`))
  return errors
}
