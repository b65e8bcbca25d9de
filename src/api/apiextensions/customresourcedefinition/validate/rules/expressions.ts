import { compiledRules } from '#api/apiextensions/custom/rules/compiled-rule.ts'
import { type FieldError, internal, invalid } from '#api/validation/field-error.ts'
import { type DeclaredType, declaredType, itemsSchema, valuesSchema } from '#cel/schema/declared-type.ts'
import { escapedName } from '#cel/schema/escape.ts'
import { mostOften } from '#cel/schema/sizes.ts'
import { type JsonSchema, someSchema } from '#schema/structural/json-schema.ts'
import { printedRule } from '../printed.ts'
import { RuleCosts } from './costs.ts'

/** A schema as its rules see it. */
interface Place {
  readonly schema: JsonSchema
  readonly path: string
  /** How often it stands in an object at most; undefined where nothing says so. */
  readonly times: number | undefined
  /** Inside of what nobody can tell what it was before. */
  readonly uncorrelated?: string | undefined
  readonly declared: DeclaredType | undefined
}

const WHERE = 'x-kubernetes-validations'

/** How many of what is below it a schema has at most. */
const mostBelow = (schema: JsonSchema): number | undefined => {
  if (schema.type === 'array') return schema.maxItems === undefined ? undefined : Math.max(0, schema.maxItems)
  if (schema.type !== 'object' || schema.additionalProperties === undefined) return 1
  return schema.maxProperties === undefined ? undefined : Math.max(0, schema.maxProperties)
}

class Rules {
  readonly costs = new RuleCosts()
  readonly errors: FieldError[] = []

  /** What is below comes first, as Kubernetes tells of it. */
  check(place: Place): void {
    const { schema, path, declared } = place
    const values = valuesSchema(schema)
    if (values !== undefined) this.#below(place, values, `${path}.additionalProperties`, declared?.element)
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const escaped = escapedName(name)
      const own = escaped === undefined ? undefined : declared?.fields?.get(escaped)
      this.#below(place, property, `${path}.properties[${name}]`, own)
    }
    const items = itemsSchema(schema)
    const isList = schema['x-kubernetes-list-type'] !== 'map'
    if (items !== undefined) this.#below(place, items, `${path}.items`, declared?.element, isList)
    if ((schema[WHERE] ?? []).length > 0) this.#own(place)
  }

  #below(place: Place, schema: JsonSchema, path: string, known: DeclaredType | undefined, isLost = false): void {
    const count = mostBelow(place.schema)
    this.check({
      schema,
      path,
      times: place.times === undefined || count === undefined ? undefined : place.times * count,
      uncorrelated: place.uncorrelated ?? (isLost ? place.path : undefined),
      declared: known ?? declaredType(schema, schema['x-kubernetes-embedded-resource'] === true),
    })
  }

  #own(place: Place): void {
    const { schema, path, declared, uncorrelated } = place
    if (declared === undefined) {
      const why = 'unable to convert structural schema to CEL declarations'
      const words = `internal error: failed to construct type information for ${WHERE} rules: ${why}`
      this.errors.push(internal(`${path}.${WHERE}`, words))
      return
    }
    for (const [index, compiled] of compiledRules(schema, declared).entries()) {
      if (compiled === undefined) continue
      const { rule, expression, message, usesOld } = compiled
      const at = `${path}.${WHERE}[${index}]`
      const cost = expression.cost * (place.times ?? mostOften(declared))
      this.errors.push(...this.costs.count(`${at}.rule`, cost, 'estimated rule cost'))
      if (expression.error !== undefined) this.errors.push(invalid(`${at}.rule`, printedRule(rule), expression.error))
      if (message?.error !== undefined)
        this.errors.push(invalid(`${at}.messageExpression`, printedRule(rule), message.error))
      else if (message !== undefined)
        this.errors.push(
          ...this.costs.count(`${at}.messageExpression`, message.cost, 'estimated messageExpression cost'),
        )
      if (usesOld && uncorrelated !== undefined) {
        const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`
        this.errors.push(invalid(`${at}.rule`, rule.rule, why))
      }
      if (!usesOld && rule.optionalOldSelf !== undefined) {
        const why = 'may not be set if oldSelf is not used in rule'
        this.errors.push(invalid(`${at}.optionalOldSelf`, rule.optionalOldSelf, why))
      }
    }
  }
}

/** The rules of a schema that is right in all else: whether they can be compiled, and what they cost at most. */
export const checkRules = (schema: JsonSchema, path: string): readonly FieldError[] => {
  if (!someSchema(schema, (one) => (one[WHERE] ?? []).length > 0)) return []
  const rules = new Rules()
  rules.check({ schema, path, times: 1, declared: declaredType(schema, true) })
  return [...rules.errors, ...rules.costs.errors(path)]
}
