import type { ApiObject } from '#api/resource.ts'
import type { FieldError } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { dnsSubdomain } from '#api/validation/names.ts'
import type { Kind } from './kind.ts'

/** Checks an object, defaulted and prepared, at creation. No errors: it may be stored. */
export const validateCreate = (
  { resource, names = dnsSubdomain, validate }: Kind,
  object: ApiObject,
): readonly FieldError[] => validate?.create?.(object) ?? validateMetadata(object.metadata, resource.namespaced, names)

/** Checks an update against what is stored; with `status`, an update of the status subresource. */
export const validateUpdate = (
  { validate }: Kind,
  object: ApiObject,
  old: ApiObject,
  subresource: '' | 'status' = '',
): readonly FieldError[] =>
  (subresource === 'status' ? validate?.status?.(object, old) : validate?.update?.(object, old)) ??
  validateMetadataUpdate(object.metadata, old.metadata)
