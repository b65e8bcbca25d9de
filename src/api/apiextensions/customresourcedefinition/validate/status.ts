import type { FieldError } from '#api/validation/field-error.ts'
import { validateMetadataUpdate } from '#api/validation/metadata.ts'
import type { CustomResourceDefinition } from '../message.ts'
import { validateNames } from './names.ts'

/** Apart from the rest: what is said of a definition is written at each start, and needs nothing of schemas. */
export const validateDefinitionStatus = (
  definition: CustomResourceDefinition,
  old: CustomResourceDefinition,
): readonly FieldError[] => {
  const names = definition.status?.acceptedNames
  return [
    ...validateMetadataUpdate(definition.metadata, old.metadata),
    ...(names === undefined ? [] : validateNames(names, 'status.acceptedNames')),
  ]
}
