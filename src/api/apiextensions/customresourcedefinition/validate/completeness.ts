import { type FieldError, required } from '#api/validation/field-error.ts'
import type { JsonSchema } from '#schema/structural/json-schema.ts'

const single = (items: JsonSchema['items']): JsonSchema | undefined =>
  items === undefined || Array.isArray(items) ? undefined : (items as JsonSchema)

/** What is checked below `allOf`, `anyOf`, `oneOf` and `not` must be there in the schema itself. */
export const checkCompleteness = (schema: JsonSchema, path: string): readonly FieldError[] =>
  checkParts(schema, schema, path, path)

const checkParts = (part: JsonSchema, schema: JsonSchema, at: string, from: string): readonly FieldError[] => {
  const nested = (one: JsonSchema, where: string): readonly FieldError[] => checkNested(one, schema, at, where)
  return [
    ...(part.not === undefined ? [] : nested(part.not, `${from}.not`)),
    ...(part.allOf ?? []).flatMap((one, index) => nested(one, `${from}.allOf[${index}]`)),
    ...(part.anyOf ?? []).flatMap((one, index) => nested(one, `${from}.anyOf[${index}]`)),
    ...(part.oneOf ?? []).flatMap((one, index) => nested(one, `${from}.oneOf[${index}]`)),
  ]
}

const checkNested = (
  part: JsonSchema,
  schema: JsonSchema | undefined,
  at: string,
  from: string,
): readonly FieldError[] => {
  if (schema === undefined) return [required(at, `because it is defined in ${from}`)]
  const items = single(part.items)
  return [
    ...checkParts(part, schema, at, from),
    ...(items === undefined ? [] : checkNested(items, single(schema.items), `${at}.items`, `${from}.items`)),
    ...Object.entries(part.properties ?? {}).flatMap(([name, one]) =>
      checkNested(one, schema.properties?.[name], `${at}.properties[${name}]`, `${from}.properties[${name}]`),
    ),
  ]
}
