import { type FieldError, required } from '#api/validation/field-error.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkNonNegative, dnsSubdomain } from '#api/validation/names.ts'
import { jsonEqual } from '#schema/json-value.ts'
import type { ControllerRevision } from './message.ts'

export const validateControllerRevisionCreate = (revision: ControllerRevision): readonly FieldError[] => [
  ...validateMetadata(revision.metadata, true, dnsSubdomain),
  ...(revision.data === undefined || revision.data === null ? [required('data', 'data is mandatory')] : []),
  ...checkNonNegative(revision.revision, 'revision'),
]

/** What was is what was: its number alone may change, when an object goes back to it. */
export const validateControllerRevisionUpdate = (
  revision: ControllerRevision,
  old: ControllerRevision,
): readonly FieldError[] => [
  ...validateMetadataUpdate(revision.metadata, old.metadata),
  ...validateControllerRevisionCreate(revision),
  ...(jsonEqual(revision.data ?? null, old.data ?? null) ? [] : [immutable('data', revision.data)]),
]
