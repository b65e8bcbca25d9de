import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { validateSelector } from '#api/validation/labels.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dnsSubdomain, pathSegment } from '#api/validation/names.ts'
import { repeats } from '#api/validation/repeats.ts'
import type { MutatingAdmissionPolicyBinding } from '../mutatingadmissionpolicybinding/message.ts'
import type { ParamRef } from '../policy.ts'
import type { ValidatingAdmissionPolicyBinding } from '../validatingadmissionpolicybinding/message.ts'
import { validateMatchResources } from './match-resources.ts'

type Binding = ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding

const ACTIONS = ['Audit', 'Deny', 'Warn']
const NOT_FOUND_ACTIONS = ['Allow', 'Deny']

/** Checks where a policy is put to use. */
export const validateBindingCreate = (binding: Binding): readonly FieldError[] => [
  ...validateMetadata(binding.metadata, false, dnsSubdomain),
  ...validateSpec(binding),
]

export const validateBindingUpdate = (binding: Binding, old: Binding): readonly FieldError[] => [
  ...validateMetadataUpdate(binding.metadata, old.metadata),
  ...validateSpec(binding),
]

const validateSpec = (binding: Binding): readonly FieldError[] => {
  const { policyName = '', paramRef, matchResources } = binding.spec ?? {}
  return [
    ...(policyName === '' ? [required('spec.policyName')] : checkForm(dnsSubdomain, policyName, 'spec.policyName')),
    ...(paramRef === undefined ? [] : validateParamRef(paramRef, 'spec.paramRef')),
    // So Kubernetes spells it.
    ...(matchResources === undefined ? [] : validateMatchResources(matchResources, 'spec.matchResouces')),
    ...(binding.kind === 'ValidatingAdmissionPolicyBinding'
      ? validateActions((binding as ValidatingAdmissionPolicyBinding).spec?.validationActions ?? [])
      : []),
  ]
}

const validateParamRef = (
  { name = '', selector, parameterNotFoundAction }: ParamRef,
  field: string,
): readonly FieldError[] => {
  const both = 'name and selector are mutually exclusive'
  const errors: FieldError[] = []
  if (name !== '') errors.push(...checkForm(pathSegment, name, `${field}.name`))
  if (name !== '' && selector !== undefined) errors.push(forbidden(`${field}.name`, both))
  if (selector !== undefined) errors.push(...validateSelector(selector, `${field}.selector`))
  if (name !== '' && selector !== undefined) errors.push(forbidden(`${field}.selector`, both))
  if (name === '' && selector === undefined) errors.push(required(field, 'one of name or selector must be specified'))
  if (!parameterNotFoundAction) errors.push(required(`${field}.parameterNotFoundAction`))
  else if (!NOT_FOUND_ACTIONS.includes(parameterNotFoundAction))
    errors.push(notSupported(`${field}.parameterNotFoundAction`, parameterNotFoundAction, ['Deny', 'Allow']))
  return errors
}

const validateActions = (actions: readonly string[]): readonly FieldError[] => {
  const field = 'spec.validationActions'
  if (actions.length === 0) return [required(field, 'at least one validation action is required')]
  const errors: FieldError[] = []
  const again = repeats(actions)
  for (const [index, action] of actions.entries()) {
    if (!ACTIONS.includes(action)) errors.push(notSupported(`${field}[${index}]`, action, ACTIONS))
    if (again.has(index)) errors.push(duplicate(`${field}[${index}]`, action))
  }
  if (actions.includes('Deny') && actions.includes('Warn'))
    errors.push(
      invalid(
        field,
        actions,
        'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ),
    )
  return errors
}
