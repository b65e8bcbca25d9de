import { type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { repeats } from '#api/validation/repeats.ts'
import { own } from '#schema/own.ts'
import type { JsonSchema } from '#schema/structural/json-schema.ts'

/** The one schema of a list's items. */
const itemOf = ({ items }: JsonSchema): JsonSchema | undefined =>
  items === undefined || Array.isArray(items) ? undefined : (items as JsonSchema)

const mustBe = (type: string | undefined, wanted: string, what: string, path: string): readonly FieldError[] => {
  if (type === wanted) return []
  const why = `must be ${wanted} if ${what} is specified`
  return [type ? invalid(`${path}.type`, type, why) : required(`${path}.type`, why)]
}

const checkMapType = (schema: JsonSchema, path: string): readonly FieldError[] => {
  const mapType = schema['x-kubernetes-map-type']
  if (mapType === undefined) return []
  return [
    ...mustBe(schema.type, 'object', 'x-kubernetes-map-type', path),
    ...(['atomic', 'granular'].includes(mapType)
      ? []
      : [notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular'])]),
  ]
}

/** Items of a set are taken as a whole. */
const checkSetItems = (item: JsonSchema, path: string): readonly FieldError[] => {
  const why = 'must be atomic as item of a list with x-kubernetes-list-type=set'
  const listType = item['x-kubernetes-list-type']
  const isSplit =
    item.type === 'array'
      ? listType !== undefined && listType !== 'atomic'
      : item.type === 'object' && item['x-kubernetes-map-type'] !== 'atomic'
  if (!isSplit) return []
  const name = item.type === 'array' ? 'x-kubernetes-list-type' : 'x-kubernetes-map-type'
  // Kubernetes shows the type of the list in both cases.
  return [invalid(`${path}.items.${name}`, listType ?? null, why)]
}

const checkKeys = (schema: JsonSchema, item: JsonSchema, path: string): readonly FieldError[] => {
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const at = `${path}.x-kubernetes-list-map-keys`
  const again = repeats(keys)
  return keys.flatMap((key, index) => {
    const property = own(item.properties ?? {}, key) as JsonSchema | undefined
    const errors: FieldError[] = []
    if (property === undefined) errors.push(invalid(at, keys, 'entries must all be names of item properties'))
    else if (property.type === 'array' || property.type === 'object')
      errors.push(
        invalid(
          `${path}.items.properties[${key}].type`,
          item.type,
          "must be a scalar type if parent array's x-kubernetes-list-type is map",
        ),
      )
    if (again.has(index)) errors.push(invalid(at, keys, 'must not contain duplicate entries'))
    return errors
  })
}

const checkMap = (schema: JsonSchema, path: string): readonly FieldError[] => {
  const { items } = schema
  const item = itemOf(schema)
  const errors: FieldError[] = []
  if ((schema['x-kubernetes-list-map-keys'] ?? []).length === 0)
    errors.push(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'))
  if (items === undefined) errors.push(required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map'))
  else if (item === undefined)
    errors.push(invalid(`${path}.items`, items, 'must only have a single schema if x-kubernetes-list-type is map'))
  else if (item.type !== 'object')
    errors.push(
      invalid(`${path}.items.type`, item.type ?? '', "must be object if parent array's x-kubernetes-list-type is map"),
    )
  else errors.push(...checkKeys(schema, item, path))
  return errors
}

/** Items that are told apart are never null, and have all that tells them apart. */
const checkIdentity = (schema: JsonSchema, path: string): readonly FieldError[] => {
  const item = itemOf(schema)
  const listType = schema['x-kubernetes-list-type']
  if (item === undefined || (listType !== 'set' && listType !== 'map')) return []
  const errors: FieldError[] = []
  if (item.nullable)
    errors.push(forbidden(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`))
  for (const key of listType === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : []) {
    const property = own(item.properties ?? {}, key) as JsonSchema | undefined
    if (property === undefined) continue
    const at = `${path}.items.properties[${key}]`
    const which = 'this property is in x-kubernetes-list-map-keys, so it'
    if (!item.required?.includes(key) && property.default === undefined)
      errors.push(required(`${at}.default`, `${which} must have a default or be a required property`))
    if (property.nullable) errors.push(forbidden(`${at}.nullable`, `${which} cannot be nullable`))
  }
  return errors
}

/** What a schema says of how lists and objects are merged. */
export const checkMergeTypes = (schema: JsonSchema, path: string): readonly FieldError[] => {
  const listType = schema['x-kubernetes-list-type']
  const item = itemOf(schema)
  const errors: FieldError[] = [...checkMapType(schema, path)]
  const at = `${path}.x-kubernetes-list-type`
  if (listType !== undefined) {
    if (schema.type !== 'array') errors.push(...mustBe(schema.type, 'array', 'x-kubernetes-list-type', path))
    else if (listType === 'set' && item !== undefined) errors.push(...checkSetItems(item, path))
    if (!['atomic', 'set', 'map'].includes(listType)) errors.push(notSupported(at, listType, ['atomic', 'set', 'map']))
  }
  if ((schema['x-kubernetes-list-map-keys'] ?? []).length > 0 && listType !== 'map') {
    const why = 'must be map if x-kubernetes-list-map-keys is non-empty'
    errors.push(listType === undefined ? required(at, why) : invalid(at, listType, why))
  }
  if (listType === 'map') errors.push(...checkMap(schema, path))
  return [...errors, ...checkIdentity(schema, path)]
}
