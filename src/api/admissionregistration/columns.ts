import { AGE, type Column, column, NAME } from '#api/table/column.ts'
import { formatSelector } from '#api/table/label-text.ts'
import type { MutatingAdmissionPolicy } from './mutatingadmissionpolicy/message.ts'
import type { MutatingAdmissionPolicyBinding } from './mutatingadmissionpolicybinding/message.ts'
import type { MutatingWebhookConfiguration } from './mutatingwebhookconfiguration/message.ts'
import type { ParamKind, ParamRef } from './policy.ts'
import type { ValidatingAdmissionPolicy } from './validatingadmissionpolicy/message.ts'
import type { ValidatingAdmissionPolicyBinding } from './validatingadmissionpolicybinding/message.ts'
import type { ValidatingWebhookConfiguration } from './validatingwebhookconfiguration/message.ts'

export const webhookColumns: readonly Column<ValidatingWebhookConfiguration | MutatingWebhookConfiguration>[] = [
  NAME,
  column('Webhooks', 'How many webhooks it has.', ({ webhooks }) => webhooks?.length ?? 0, 'integer'),
  AGE,
]

const UNSET = '<unset>'
const paramKind = (kind: ParamKind | undefined): string =>
  kind === undefined ? UNSET : `${kind.apiVersion ?? ''}/${kind.kind ?? ''}`
const paramRef = (ref: ParamRef | undefined): string => {
  if (ref?.name) return ref.namespace ? `${ref.namespace}/${ref.name}` : ref.name
  return ref?.selector ? formatSelector(ref.selector) : UNSET
}

export const validatingPolicyColumns: readonly Column<ValidatingAdmissionPolicy>[] = [
  NAME,
  column('Validations', 'How many rules it has.', ({ spec }) => spec?.validations?.length ?? 0, 'integer'),
  column('ParamKind', 'The kind of its parameters.', ({ spec }) => paramKind(spec?.paramKind)),
  AGE,
]

export const mutatingPolicyColumns: readonly Column<MutatingAdmissionPolicy>[] = [
  NAME,
  column('Mutations', 'How many changes it makes.', ({ spec }) => spec?.mutations?.length ?? 0, 'integer'),
  column('ParamKind', 'The kind of its parameters.', ({ spec }) => paramKind(spec?.paramKind)),
  AGE,
]

export const policyBindingColumns: readonly Column<
  ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding
>[] = [
  NAME,
  column('PolicyName', 'The policy that is put to use.', ({ spec }) => spec?.policyName ?? ''),
  column('ParamRef', 'Its parameters.', ({ spec }) => paramRef(spec?.paramRef)),
  AGE,
]
