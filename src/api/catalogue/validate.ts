import type { ApiObject } from '#api/resource.ts'
import type { FieldError } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { dnsSubdomain } from '#api/validation/names.ts'
import { own } from '#schema/own.ts'
import type { Kind } from './kind.ts'

/** Checks an object, defaulted and prepared, at creation. No errors: it may be stored. */
export const validateCreate = (
  { resource, names = dnsSubdomain, validate }: Kind,
  object: ApiObject,
): readonly FieldError[] => validate?.create?.(object) ?? validateMetadata(object.metadata, resource.namespaced, names)

/** Checks an update against what is stored; of which part of it, the word of the subresource says. */
export const validateUpdate = (
  { validate, parts }: Kind,
  object: ApiObject,
  old: ApiObject,
  subresource = '',
): readonly FieldError[] => {
  const part = own(parts, subresource)
  if (part !== undefined) return part.validate(object, old)
  const check = subresource === 'status' ? validate?.status : validate?.update
  return check?.(object, old) ?? validateMetadataUpdate(object.metadata, old.metadata)
}
