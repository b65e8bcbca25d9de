import {
  type DeclaredType,
  declaredType,
  itemsSchema,
  resourceSchema,
  valuesSchema,
} from '#cel/schema/declared-type.ts'
import { escapedName } from '#cel/schema/escape.ts'
import type { JsonSchema } from '#schema/structural/json-schema.ts'
import { type CompiledRule, compiledRules } from './compiled-rule.ts'

/** The rules at a schema, and below it. */
export interface RuleTree {
  readonly schema: JsonSchema
  /** Of an object of the API. */
  readonly isRoot: boolean
  readonly rules: readonly CompiledRule[]
  readonly properties: ReadonlyMap<string, RuleTree>
  readonly values: RuleTree | undefined
  readonly items: RuleTree | undefined
}

const isResource = (schema: JsonSchema): boolean => schema['x-kubernetes-embedded-resource'] === true

/** What is declared of a property: what its object says, or where its name cannot be called, what it says itself. */
const declaredProperty = (declared: DeclaredType, name: string, schema: JsonSchema): DeclaredType | undefined => {
  const escaped = escapedName(name)
  return escaped === undefined ? declaredType(schema, isResource(schema)) : declared.fields?.get(escaped)
}

/** The rules of a schema; undefined where it has none at any depth. */
export const ruleTree = (
  schema: JsonSchema,
  isRoot: boolean,
  declared: DeclaredType | undefined = declaredType(schema, isRoot),
): RuleTree | undefined => {
  if (declared === undefined) return undefined
  const properties = new Map<string, RuleTree>()
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const type = declaredProperty(declared, name, property)
    const tree = type && ruleTree(property, isResource(property), type)
    if (tree !== undefined) properties.set(name, tree)
  }
  const element = (inner: JsonSchema | undefined): RuleTree | undefined =>
    inner && ruleTree(inner, isResource(inner), declared.element)
  const [values, items] = [element(valuesSchema(schema)), element(itemsSchema(schema))]
  const rules = compiledRules(isRoot ? resourceSchema(schema) : schema, declared).filter((rule) => rule !== undefined)
  if (rules.length === 0 && properties.size === 0 && values === undefined && items === undefined) return undefined
  return { schema, isRoot, rules, properties, values, items }
}
