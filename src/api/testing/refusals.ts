import { Catalogue } from '#api/catalogue/catalogue.ts'
import { applyDefaults } from '#api/catalogue/defaults.ts'
import type { Kind } from '#api/catalogue/kind.ts'
import { prepareForCreate, prepareForUpdate } from '#api/catalogue/prepare.ts'
import { validateCreate, validateUpdate } from '#api/catalogue/validate.ts'
import { builtInKinds } from '#api/kinds.ts'
import type { ApiObject } from '#api/resource.ts'
import type { Cell } from '#api/table/column.ts'
import { toTable } from '#api/table/table.ts'
import { type FieldError, fieldCauses } from '#api/validation/field-error.ts'

const catalogue = new Catalogue(builtInKinds)

/** The kind of an object as a client wrote it. */
export const kindOf = (object: object): Kind => {
  const { apiVersion, kind } = object as ApiObject
  return catalogue.findKind(apiVersion, kind)!
}

/** Errors as people read them: `spec.ports: Required value`. */
export const textsOf = (errors: readonly FieldError[]): readonly string[] =>
  fieldCauses(errors).map(({ field, message }) => `${field}: ${message}`)

/** The object as it is checked at its creation: defaulted and prepared, in the namespace `default`. */
export const created = (object: object): ApiObject => {
  const kind = kindOf(object)
  const copy = structuredClone(object) as { metadata: { namespace?: string } } & ApiObject
  if (kind.resource.namespaced) copy.metadata.namespace ??= 'default'
  applyDefaults(kind, copy)
  prepareForCreate(kind, copy)
  return copy
}

/** Why an object is not created; nothing where it is. */
export const refusals = (object: object): readonly string[] => textsOf(validateCreate(kindOf(object), created(object)))

/** The object as it is checked at an update that changes what was created. */
const changed = (old: ApiObject, change: (object: any) => void, part = ''): ApiObject => {
  const object = structuredClone(old)
  change(object)
  const kind = kindOf(old)
  applyDefaults(kind, object)
  prepareForUpdate(kind, object, old, part)
  return object
}

/** Why an update is not taken. */
export const refusedChange = (before: object, change: (object: any) => void): readonly string[] =>
  refusedPart(created(before), '', change)

/** Why an update of a part of what is there is not taken. */
export const refusedPart = (old: ApiObject, part: string, change: (object: any) => void): readonly string[] =>
  textsOf(validateUpdate(kindOf(old), changed(old, change, part), old, part))

/** Why a status is not taken. */
export const refusedStatus = (before: object, status: object): readonly string[] =>
  refusedReport(created(before), status)

/** The same of what is there, as it was written: a status has no defaults. */
const refusedReport = (old: ApiObject, status: object): readonly string[] => {
  const kind = kindOf(old)
  const object = { ...structuredClone(old), status }
  prepareForUpdate(kind, object, old, 'status')
  return textsOf(validateUpdate(kind, object, old, 'status'))
}

/** The moment at which rows are printed. */
const NOW = Date.parse('2026-11-21T03:25:38Z')

/** What `kubectl get -o wide` prints of an object. */
export const rowOf = (object: object): readonly Cell[] =>
  toTable(kindOf(object), [object as ApiObject], { now: NOW, includeObject: 'None' }).rows[0]!.cells
