import type { Catalogue } from '#api/catalogue/catalogue.ts'
import { applyDefaults } from '#api/catalogue/defaults.ts'
import type { Kind } from '#api/catalogue/kind.ts'
import { prepareForCreate, prepareForUpdate } from '#api/catalogue/prepare.ts'
import { validateCreate, validateUpdate } from '#api/catalogue/validate.ts'
import { warningsOf } from '#api/catalogue/warnings.ts'
import { fieldCauses, fieldErrorText } from '#api/validation/field-error.ts'
import type { PatchType } from '#client/client.ts'
import { isJsonObject } from '#schema/json-value.ts'
import { own } from '#schema/own.ts'
import { mergeKeyCollisions } from '#schema/patch/merge-key-collisions.ts'
import { encodeEnveloped, encodeWatchFrame } from '#schema/protobuf.ts'
import { decodeEnveloped, decodeParsed, decodeText, envelopeKind } from './codec.ts'
import type { Machinery, Patched } from './machinery.ts'
import { messageOf } from './messages.ts'
import { patchObject } from './patching.ts'
import { fieldSelector, labelSelector } from './selectors.ts'

/** A deep copy of JSON data: stored objects are shared, and the rules of `api/` complete an object in place. */
const copy = <T>(value: T): T => {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(copy) as T
  const result: Record<string, unknown> = {}
  // For each write: no list of entries is made for it.
  for (const key in value) {
    const inner: unknown = value[key]
    if (key === '__proto__')
      Object.defineProperty(result, key, { value: copy(inner), enumerable: true, configurable: true, writable: true })
    else if (inner !== undefined) result[key] = typeof inner === 'object' ? copy(inner) : inner
  }
  return result as T
}

const isUnruled = (kind: Kind, subresource: string): boolean => own(kind.subresources, subresource)?.isUnruled === true

const patchWarnings = ({ message }: Patched, type: PatchType, patch: unknown): readonly string[] =>
  type === 'strategic' && isJsonObject(patch)
    ? mergeKeyCollisions(message, patch).map(
        ({ item, earlier, key, value }) =>
          `${item}: has the ${key} of ${earlier}, ${JSON.stringify(value)}, by which a strategic merge patch knows an item: both are taken for one; use a patch of type merge or json, or kubectl replace`,
      )
    : []

/** Binds the rules of the kinds to what the server asks, over what the catalogue holds at the time. */
export const createMachinery = (catalogue: Catalogue): Machinery => ({
  catalogue,
  messageOf: (apiVersion, kind) => messageOf(catalogue, apiVersion, kind),
  decodeJson: decodeText,
  decodeValue: decodeParsed,
  decodeProtobuf: decodeEnveloped,
  protobufKind: envelopeKind,
  encodeProtobuf: encodeEnveloped,
  encodeWatchFrame,
  complete(resource, object) {
    const whole = copy(object)
    applyDefaults(catalogue.of(resource), whole)
    return whole
  },
  prepareForCreate: (resource, object) => prepareForCreate(catalogue.of(resource), object),
  prepareForUpdate(resource, next, previous, subresource) {
    const kind = catalogue.of(resource)
    if (!isUnruled(kind, subresource)) prepareForUpdate(kind, next, previous, subresource)
  },
  validateCreate: (resource, object) => fieldCauses(validateCreate(catalogue.of(resource), object)),
  validateUpdate(resource, next, previous, subresource, warn) {
    const kind = catalogue.of(resource)
    if (isUnruled(kind, subresource)) return []
    const errors = validateUpdate(kind, next, previous, subresource)
    for (const error of errors) if (error.isForgiven) warn(fieldErrorText(error))
    return fieldCauses(errors.filter(({ isForgiven }) => !isForgiven))
  },
  patchWarnings,
  warningsFor: (resource, object, isNew = false) => warningsOf(catalogue.of(resource), object, isNew),
  labelSelector,
  fieldSelector: (resource, text) => fieldSelector(catalogue.of(resource), text),
  patch: patchObject,
})
