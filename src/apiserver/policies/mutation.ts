import type { CompiledMutations } from '#api/admissionregistration/expressions/mutation.ts'
import { CelCostError, CelError, type Inputs, ListValue, ObjectValue, toJson } from '#cel/cel.ts'
import { fieldElement, formatElement, indexElement } from '#schema/apply/sets/path-element.ts'
import type { FieldType } from '#schema/apply/types/field-type.ts'
import { mergeValues } from '#schema/apply/values/merge.ts'
import { formatProblems, validateValue } from '#schema/apply/values/validate.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '#schema/json-value.ts'
import { applyJsonPatch } from '#schema/patch/json-patch.ts'
import { JsonPatchError } from '#schema/patch/json-patch-error.ts'
import type { Budget } from './evaluation.ts'

type Value = NonNullable<Inputs[string]> | null

/** A mutation that cannot be made; the message says why. */
export class MutationError extends Error {
  readonly code = 'MUTATION_FAILED'
}

/** What one mutation makes of an object. Throws MutationError and BudgetError. */
export const mutatedBy = (
  { isPatch, expression }: CompiledMutations['mutations'][number],
  object: JsonObject,
  type: FieldType,
  inputs: Inputs,
  budget: Budget,
): JsonObject => {
  if (expression === undefined) return object
  const { value, error } = budget.evaluate(expression, inputs)
  if (error !== undefined) throw new MutationError(error)
  return isPatch ? patched(object, value as Value) : applied(object, value as Value, type)
}

const patched = (object: JsonObject, value: Value): JsonObject => {
  const operations = json(value)
  try {
    return applyJsonPatch(object, operations) as JsonObject
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error
    // A test that fails is a condition that does not hold.
    if (error.isFailedTest) return object
    throw new MutationError(`JSON Patch: ${error.message}`)
  }
}

const applied = (object: JsonObject, value: Value, type: FieldType): JsonObject => {
  // First, since it ends where a value has too many parts.
  const written = json(value) as JsonObject
  checkNames(value, 'Object')
  const config = { ...written, apiVersion: object.apiVersion!, kind: object.kind! }
  const problems = validateValue(type, config)
  const refuse = (why: string) => new MutationError(`error applying patch: ${why}`)
  if (problems.length > 0) throw refuse(`failed to convert patch object to typed object: ${formatProblems(problems)}`)
  const whole = atomics(type, config, '')
  if (whole.length > 0)
    throw refuse(`invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${whole.join(', ')}`)
  return mergeValues(type, object, config) as JsonObject
}

const json = (value: Value): JsonValue => {
  try {
    return toJson(value)
  } catch (error) {
    if (error instanceof CelError || error instanceof CelCostError) throw new MutationError(error.message)
    throw error
  }
}

/** Objects that an expression makes are named by where they stand: `Object.spec` is the object's `spec`. */
const checkNames = (value: Value, name: string): void => {
  if (value instanceof ListValue) for (const item of value.items) checkNames(item, name)
  if (!(value instanceof ObjectValue)) return
  if (value.typeName !== name)
    throw new MutationError(
      `type mismatch: unexpected type name ${JSON.stringify(value.typeName)}, expected ${JSON.stringify(name)}, which matches field name path from root Object type`,
    )
  for (const field of value.names()) checkNames(value.field(field)!, `${name}.${field}`)
}

/** What of a configuration would be replaced as a whole. */
const atomics = (type: FieldType, value: JsonValue, path: string): readonly string[] => {
  if (Array.isArray(value) && type.list) {
    const { atomic, items } = type.list
    const inner = value.flatMap((item, index) => atomics(items, item, `${path}${formatElement(indexElement(index))}`))
    return [...(atomic ? [path] : []), ...inner]
  }
  if (!isJsonObject(value) || !type.map) return []
  const { atomic, fields } = type.map
  const inner = Object.entries(value).flatMap(([name, member]) => {
    const field = fields.get(name)
    return field === undefined ? [] : atomics(field.type, member!, `${path}${formatElement(fieldElement(name))}`)
  })
  return [...(atomic ? [path] : []), ...inner]
}
