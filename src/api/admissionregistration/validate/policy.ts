import { duplicate, type FieldError, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dnsSubdomain, qualifiedName } from '#api/validation/names.ts'
import { repeats } from '#api/validation/repeats.ts'
import { jsonEqual } from '#schema/json-value.ts'
import { type CompiledPolicy, compiledPolicy } from '../expressions/policy.ts'
import type { ValidatingAdmissionPolicy } from '../validatingadmissionpolicy/message.ts'
import { problemsOf } from './expression.ts'
import { validateMatchResources, validateParamKind } from './match-resources.ts'
import { validateConditions } from './webhook.ts'

type Spec = NonNullable<ValidatingAdmissionPolicy['spec']>

const FAILURE_POLICIES = ['Fail', 'Ignore']
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized']
const MOST_ANNOTATIONS = 20
const LONGEST_ANNOTATION = 5 * 1024
/** A name that an expression can say. */
const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)

/** Checks a policy at its creation: its expressions are compiled. */
export const validatePolicyCreate = (policy: ValidatingAdmissionPolicy): readonly FieldError[] => [
  ...validateMetadata(policy.metadata, false, dnsSubdomain),
  ...validateSpec(policy),
]

/** What was let through before stays. */
export const validatePolicyUpdate = (
  policy: ValidatingAdmissionPolicy,
  old: ValidatingAdmissionPolicy,
): readonly FieldError[] => [
  ...validateMetadataUpdate(policy.metadata, old.metadata),
  ...(jsonEqual(policy.spec ?? null, old.spec ?? null) ? [] : validateSpec(policy)),
]

export const validatePolicyStatus = (
  policy: ValidatingAdmissionPolicy,
  old: ValidatingAdmissionPolicy,
): readonly FieldError[] => validateMetadataUpdate(policy.metadata, old.metadata)

const validateSpec = (policy: ValidatingAdmissionPolicy): readonly FieldError[] => {
  const spec = policy.spec ?? ({} as Spec)
  const compiled = compiledPolicy(policy)
  const { validations = [], auditAnnotations = [] } = spec
  const errors = [...validateConstraints(spec)]
  errors.push(
    ...validateConditions(spec.matchConditions ?? [], 'spec.matchConditions', compiled.conditions),
    ...validateVariables(compiled.variables),
  )
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const why = 'validations or auditAnnotations must contain at least one item'
    return [...errors, required('spec.validations', why), required('spec.auditAnnotations', why)]
  }
  return [
    ...errors,
    ...validations.flatMap((validation, index) =>
      validateValidation(validation, compiled.validations[index]!, `spec.validations[${index}]`),
    ),
    ...validateAnnotations(policy.metadata?.name ?? '', auditAnnotations, compiled.annotations),
  ]
}

/** Checks what a policy is about, whatever it does. */
export const validateConstraints = ({
  failurePolicy,
  paramKind,
  matchConstraints,
}: Pick<Spec, 'failurePolicy' | 'paramKind' | 'matchConstraints'>): readonly FieldError[] => {
  const errors: FieldError[] = []
  if (failurePolicy === undefined) errors.push(required('spec.failurePolicy'))
  else if (!FAILURE_POLICIES.includes(failurePolicy))
    errors.push(notSupported('spec.failurePolicy', failurePolicy, FAILURE_POLICIES))
  if (paramKind !== undefined) errors.push(...validateParamKind(paramKind, 'spec.paramKind'))
  if (matchConstraints === undefined) errors.push(required('spec.matchConstraints'))
  else {
    errors.push(...validateMatchResources(matchConstraints, 'spec.matchConstraints'))
    if ((matchConstraints.resourceRules ?? []).length === 0)
      errors.push(required('spec.matchConstraints.resourceRules'))
  }
  return errors
}

export const validateVariables = (variables: CompiledPolicy['variables']): readonly FieldError[] =>
  variables.flatMap(({ name, expression }, index) => {
    const field = `spec.variables[${index}]`
    const errors: FieldError[] = []
    if (name.trim() === '') errors.push(required(`${field}.name`, 'name is not specified'))
    else if (!IDENTIFIER.test(name) || RESERVED.has(name))
      errors.push(invalid(`${field}.name`, name, 'name is not a valid CEL identifier'))
    if (expression.source.trim() === '') errors.push(required(`${field}.expression`, 'expression is not specified'))
    else errors.push(...problemsOf(expression, `${field}.expression`))
    return errors
  })

const validateValidation = (
  { expression = '', message, messageExpression, reason }: NonNullable<Spec['validations']>[number],
  compiled: CompiledPolicy['validations'][number],
  field: string,
): readonly FieldError[] => {
  const errors: FieldError[] = []
  if (compiled.expression === undefined) errors.push(required(`${field}.expression`, 'expression is not specified'))
  else errors.push(...problemsOf(compiled.expression, `${field}.expression`))
  if (compiled.message !== undefined) errors.push(...problemsOf(compiled.message, `${field}.messageExpression`))
  else if (messageExpression)
    errors.push(invalid(`${field}.messageExpression`, messageExpression, 'must be non-empty if specified'))
  const words = (message ?? '').trim()
  if (message && words === '')
    errors.push(invalid(`${field}.message`, message, 'message must be non-empty if specified'))
  else if (words.includes('\n'))
    errors.push(invalid(`${field}.message`, message, 'message must not contain line breaks'))
  else if (expression.trim().includes('\n') && words === '')
    errors.push(required(`${field}.message`, 'message must be specified if expression contains line breaks'))
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${field}.reason`, reason, REASONS))
  return errors
}

const validateAnnotations = (
  name: string,
  annotations: NonNullable<Spec['auditAnnotations']>,
  compiled: CompiledPolicy['annotations'],
): readonly FieldError[] => {
  const keys = annotations.map(({ key }) => key ?? '')
  const again = repeats(keys)
  return [
    ...(annotations.length > MOST_ANNOTATIONS
      ? [invalid('spec.auditAnnotations', annotations, 'must not have more than 20 auditAnnotations')]
      : []),
    ...annotations.flatMap(({ valueExpression = '' }, index) => {
      const field = `spec.auditAnnotations[${index}]`
      const key = keys[index]!
      const errors: FieldError[] = []
      if (name === '') errors.push(required(`${field}.key`, 'requires metadata.name be non-empty'))
      else errors.push(...checkForm(qualifiedName, `${name}/${key}`, `${field}.key`))
      const expression = compiled[index]
      if (expression === undefined)
        errors.push(required(`${field}.valueExpression`, 'valueExpression is not specified'))
      else if (valueExpression.trim().length > LONGEST_ANNOTATION)
        errors.push(required(`${field}.valueExpression`, 'must not exceed 5kB in length'))
      else errors.push(...problemsOf(expression, `${field}.valueExpression`))
      if (again.has(index)) errors.push(duplicate(`${field}.key`, key))
      return errors
    }),
  ]
}
