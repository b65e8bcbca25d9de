import { coerceEmbedded, validateEmbedded } from '#api/apiextensions/custom/embedded.ts'
import { type FieldError, fieldErrorText, invalid } from '#api/validation/field-error.ts'
import { copyJson } from '#schema/copy-json.ts'
import { inGoOrder, jsonEqual } from '#schema/json-value.ts'
import { prune } from '#schema/structural/prune.ts'
import type { Structural } from '#schema/structural/structural.ts'
import { validateValue } from '#schema/structural/validate/validate.ts'

/** An object with a value where a schema stands in it. */
type Around = (value: unknown) => unknown

interface Place {
  readonly path: string
  /** The schema of the object that it is in. */
  readonly root: Structural
  readonly around: Around
  /** It is of kind, apiVersion or metadata. */
  readonly isMeta: boolean
}

const META = ['metadata', 'apiVersion', 'kind']
const TYPE_META = { apiVersion: 'validation/v1', kind: 'Validation' }
const asObject: Around = (value) => ({ ...TYPE_META, ...(value as object) })

const aggregate = (errors: readonly FieldError[]): string => {
  const texts = [...new Set(errors.map(fieldErrorText))]
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`
}

/** Of metadata, the object that it would be in must have metadata as it may be. */
const checkMeta = (node: Structural, { path, root, around }: Place): readonly FieldError[] => {
  const at = `${path}.default`
  const object = around(copyJson(node.default))
  const why = (text: string): readonly FieldError[] => [
    invalid(at, node.default, `must result in valid metadata: ${text}`),
  ]
  const coerced = coerceEmbedded(object, root, '')
  if (coerced.errors.length > 0) return why(aggregate(coerced.errors))
  const errors = validateEmbedded(object, root)
  return errors.length > 0 ? why(aggregate(errors)) : validateValue(node, node.default, at)
}

const checkDefault = (node: Structural, place: Place): readonly FieldError[] => {
  if (place.isMeta) return checkMeta(node, place)
  const at = `${place.path}.default`
  const shown = inGoOrder(node.default)
  const pruned = { value: copyJson(node.default) }
  prune(pruned.value, node, node.isResource)
  const errors = jsonEqual(pruned.value, node.default) ? [] : [invalid(at, shown, 'must not have unknown fields')]
  const value = copyJson(node.default)
  const coerced = coerceEmbedded(value, node, at)
  if (coerced.errors.length > 0) return [...errors, ...coerced.errors]
  const embedded = validateEmbedded(value, node, at)
  return [...errors, ...(embedded.length > 0 ? embedded : validateValue(node, value, at))]
}

const walk = (node: Structural, given: Place): readonly FieldError[] => {
  const place = node.isResource ? { ...given, isMeta: false, around: asObject, root: node } : given
  const { path, around } = place
  const has = node.default !== undefined && node.default !== null
  return [
    ...(has ? checkDefault(node, place) : []),
    ...(node.items === undefined
      ? []
      : walk(node.items, { ...place, path: `${path}.items`, around: (value) => around([value]) })),
    ...[...node.properties].flatMap(([name, property]) =>
      walk(property, {
        ...place,
        path: `${path}.properties[${name}]`,
        around: (value) => around({ [name]: value }),
        isMeta: place.isMeta || (node.isResource && META.includes(name)),
      }),
    ),
  ]
}

/** Defaults must be what the schema knows and allows. */
export const checkDefaults = (schema: Structural, path: string): readonly FieldError[] => {
  const root = { ...schema, isResource: true }
  return walk(root, { path, root, around: asObject, isMeta: false })
}
