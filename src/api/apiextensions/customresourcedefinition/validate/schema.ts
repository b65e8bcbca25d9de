import { schemaTools } from '#api/apiextensions/custom/tools.ts'
import { type FieldError, fieldErrorText, forbidden, invalid } from '#api/validation/field-error.ts'
import type { JsonSchema } from '#schema/structural/json-schema.ts'
import { StructuralError, structuralOf } from '#schema/structural/structural.ts'
import { checkCompleteness } from './completeness.ts'
import { checkDefaults } from './defaults.ts'
import { checkInvariants } from './invariants.ts'
import { checkOpenApi } from './openapi.ts'
import { fieldsSet, printedSchema } from './printed.ts'
import { checkRules } from './rules/expressions.ts'

/** What may stand at the root of a schema whose `status` is checked by itself, in Go's names and order. */
const ROOT_FIELDS =
  'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations'
const ALLOWED_AT_ROOT = new Set(ROOT_FIELDS.split(' '))

const checkRoot = (schema: JsonSchema, path: string): readonly FieldError[] => {
  const where = 'at the root of the schema if the status subresource is enabled'
  for (const field of fieldsSet(schema)) {
    if (field === 'Type') {
      if (schema.type === 'object') continue
      return [invalid(`${path}.type`, schema.type, `only "object" is allowed as the type ${where}`)]
    }
    if (!ALLOWED_AT_ROOT.has(field))
      return [invalid(path, printedSchema(schema), `only [${ROOT_FIELDS}] fields are allowed ${where}`)]
  }
  return []
}

const checkPattern = (pattern: string): string | undefined => {
  try {
    schemaTools.pattern(pattern)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

interface StructureFindings {
  readonly errors: readonly FieldError[]
  /** Told of only where nothing else is wrong: the other checks say the same of the place where it is. */
  readonly unsupported?: string
}

const byText = (one: FieldError, other: FieldError): number => {
  const [a, b] = [fieldErrorText(one), fieldErrorText(other)]
  return a < b ? -1 : a > b ? 1 : 0
}

/** A schema must be structural, and its defaults must be what it allows. */
const checkStructure = (schema: JsonSchema, path: string): StructureFindings => {
  const shape = (): readonly FieldError[] =>
    [...checkInvariants(schema, 'root', path, checkPattern), ...checkCompleteness(schema, path)].sort(byText)
  try {
    // Patterns are compiled with the rest: those that are none are told of as the structure is.
    structuralOf(schema, { ...schemaTools, pattern: () => () => true })
  } catch (error) {
    if (!(error instanceof StructuralError)) throw error
    return { errors: [], unsupported: error.message }
  }
  const errors = shape()
  return { errors: errors.length > 0 ? errors : checkDefaults(structuralOf(schema, schemaTools), path) }
}

/** The schema of a version, or of all of them; `path` is that of what holds it. */
export const checkSchema = (
  schema: JsonSchema | undefined,
  hasStatus: boolean,
  path: string,
): readonly FieldError[] => {
  if (schema === undefined) return []
  const at = `${path}.openAPIV3Schema`
  const structure = checkStructure(schema, at)
  const errors = [
    ...(hasStatus ? checkRoot(schema, at) : []),
    ...(schema.nullable ? [forbidden(`${at}.nullable`, 'nullable cannot be true at the root')] : []),
    ...structure.errors,
    ...checkOpenApi(schema, { path: at, isRoot: true }),
  ]
  if (errors.length > 0) return errors
  if (structure.unsupported === undefined) return checkRules(schema, at)
  return [invalid(at, '', structure.unsupported)]
}
