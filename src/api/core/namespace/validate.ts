import type { FieldError } from '#api/validation/field-error.ts'
import { validateMetadata } from '#api/validation/metadata.ts'
import { checkForm, dnsLabel, qualifiedName } from '#api/validation/names.ts'
import type { Namespace } from './message.ts'

export const validateNamespaceCreate = (namespace: Namespace): readonly FieldError[] => [
  ...validateMetadata(namespace.metadata, false, dnsLabel),
  ...(namespace.spec?.finalizers ?? []).flatMap((finalizer) => checkForm(qualifiedName, finalizer, 'spec.finalizers')),
]
