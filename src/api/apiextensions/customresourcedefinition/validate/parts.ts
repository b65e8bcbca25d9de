import { type FieldError, invalid, required, tooMany } from '#api/validation/field-error.ts'
import { byteLength } from '#objects/label-form.ts'
import { FieldPathError, findField } from '#schema/structural/field-path.ts'
import type { JsonSchema } from '#schema/structural/json-schema.ts'
import type { Columns, SelectableFields, Subresources } from './internal.ts'

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string']
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']
const MAX_SELECTABLE = 8
const SELECTABLE = ['string', 'boolean', 'integer']

const simplePath = (value: string, path: string): readonly FieldError[] =>
  value.startsWith('.') ? [] : [invalid(path, value, 'must be a simple json path starting with .')]

const pathUnder = (
  value: string | undefined,
  path: string,
  roots: readonly string[],
  what: string,
): readonly FieldError[] => {
  if (!value) return [required(path)]
  const errors = simplePath(value, path)
  if (errors.length > 0 || roots.some((root) => value.startsWith(root))) return errors
  return [invalid(path, value, `should be a json path under ${what}`)]
}

/** Where the replicas of a scale stand. */
export const checkSubresources = (subresources: Subresources | undefined, path: string): readonly FieldError[] => {
  const { scale } = subresources ?? {}
  if (scale === undefined) return []
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale
  return [
    ...pathUnder(specReplicasPath, `${path}.scale.specReplicasPath`, ['.spec.'], '.spec'),
    ...pathUnder(statusReplicasPath, `${path}.scale.statusReplicasPath`, ['.status.'], '.status'),
    ...(labelSelectorPath
      ? pathUnder(
          labelSelectorPath,
          `${path}.scale.labelSelectorPath`,
          ['.spec.', '.status.'],
          'either .spec or .status',
        )
      : []),
  ]
}

const checkColumn = (column: Columns[number], path: string): readonly FieldError[] => {
  const { name, type, format, jsonPath } = column
  const types = `must be one of ${COLUMN_TYPES.join(',')}`
  const errors: FieldError[] = []
  if (!name) errors.push(required(`${path}.name`))
  if (!type) errors.push(required(`${path}.type`, types))
  else if (!COLUMN_TYPES.includes(type)) errors.push(invalid(`${path}.type`, type, types))
  if (format && !COLUMN_FORMATS.includes(format))
    errors.push(invalid(`${path}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`))
  errors.push(...(jsonPath ? simplePath(jsonPath, `${path}.JSONPath`) : [required(`${path}.JSONPath`)]))
  return errors
}

/** What `kubectl get` is to print. */
export const checkColumns = (columns: Columns, path: string): readonly FieldError[] =>
  columns.flatMap((column, index) => checkColumn(column, `${path}[${index}]`))

/** What objects are to be selected by: fields of the schema that hold one value. */
export const checkSelectableFields = (
  fields: SelectableFields,
  schema: JsonSchema,
  path: string,
): readonly FieldError[] => {
  const seen = new Set<string>()
  const errors: FieldError[] = []
  for (const [index, { jsonPath }] of fields.entries()) {
    const at = `${path}[${index}].jsonPath`
    if (!jsonPath) {
      errors.push(required(at))
      continue
    }
    try {
      const found = findField(schema, jsonPath, false)
      if (found.root === 'metadata') errors.push(invalid(at, jsonPath, 'must not point to fields in metadata'))
      if (!SELECTABLE.includes(found.schema.type ?? ''))
        errors.push(
          invalid(
            at,
            jsonPath,
            'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
          ),
        )
      if (seen.has(found.path)) errors.push({ type: 'Duplicate', field: at, badValue: jsonPath, detail: '' })
      seen.add(found.path)
    } catch (error) {
      if (!(error instanceof FieldPathError)) throw error
      errors.push(invalid(at, jsonPath, `is an invalid path: ${error.message}`))
    }
  }
  if (seen.size > MAX_SELECTABLE) errors.push(tooMany(path, MAX_SELECTABLE, seen.size))
  return errors
}

/** Letters, marks, numbers, punctuation, symbols, and the space. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u

/** What is said to who uses a version that is deprecated. */
export const checkDeprecation = (
  isDeprecated: boolean,
  warning: string | undefined,
  path: string,
): readonly FieldError[] => {
  if (warning === undefined) return []
  if (!isDeprecated) return [invalid(path, warning, 'can only be set for deprecated versions')]
  const errors: FieldError[] = []
  if (byteLength(warning) > 256) errors.push(invalid(path, warning, 'must be <= 256 characters long'))
  if (warning === '') errors.push(invalid(path, warning, 'must not be an empty string'))
  let at = 0
  for (const character of warning) {
    if (!PRINTABLE.test(character)) {
      const why = `must only contain printable UTF-8 characters; non-printable character found at index ${at}`
      errors.push(invalid(path, warning, why))
      break
    }
    at += byteLength(character)
  }
  return errors
}
