import { duplicate, type FieldError, forbidden, invalid, invalidWhole, required } from '#api/validation/field-error.ts'
import { CelCostError, CelError, type Inputs } from '#cel/cel.ts'
import { selfValue } from '#cel/schema/schema-value.ts'
import { Optional, type Value } from '#cel/values/value.ts'
import { isJsonObject } from '#schema/json-value.ts'
import { own } from '#schema/own.ts'
import type { JsonSchema, ValidationRule } from '#schema/structural/json-schema.ts'
import { NOWHERE } from '#schema/structural/validate/problem.ts'
import type { CompiledRule } from './compiled-rule.ts'
import { Correlation, itemsBefore } from './correlation.ts'
import { ruleMessage, shownRule } from './rule-message.ts'
import type { RuleTree } from './rule-tree.ts'

/** What all rules of an object may cost together. */
const BUDGET = 10_000_000

const OVER = 'validation failed due to running out of cost budget, no further validation rules will be run'

/** The budget is gone. */
class OutOfBudget extends Error {
  readonly code = 'RULE_BUDGET'
}

/** A value, what it was before, and where it stands. */
interface Place {
  readonly value: unknown
  readonly old: unknown
  readonly path: string
  readonly correlation: Correlation
}

const below = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

const errorOf = (
  path: string,
  value: unknown,
  detail: string,
  { type }: JsonSchema,
  reason: string | undefined,
): FieldError => {
  switch (reason) {
    case 'FieldValueForbidden':
      return forbidden(path, detail)
    case 'FieldValueRequired':
      return required(path, detail)
    case 'FieldValueDuplicate':
      return type === 'object' || type === 'array'
        ? { ...duplicate(path, ''), hidesValue: true }
        : duplicate(path, value)
  }
  return type === 'object' || type === 'array' ? invalidWhole(path, detail) : invalid(path, value, detail)
}

/** Holds one object against the rules of its schema. */
export class RuleCheck {
  readonly errors: FieldError[] = []
  #budget = BUDGET

  run(tree: RuleTree, value: unknown, old: unknown): void {
    try {
      this.#check(tree, { value, old, path: '', correlation: Correlation.of(value, old, tree.schema) })
    } catch (error) {
      if (!(error instanceof OutOfBudget)) throw error
    }
  }

  #check(tree: RuleTree, place: Place): void {
    const { value } = place
    if (value === null || value === undefined) return
    if (tree.rules.length > 0) this.#rules(tree, place)
    if (Array.isArray(value)) this.#items(tree, place, value)
    else if (isJsonObject(value)) this.#members(tree, place, value)
  }

  #items({ items, schema }: RuleTree, { old, path, correlation }: Place, values: readonly unknown[]): void {
    if (items === undefined) return
    const before = itemsBefore(old, schema)
    for (const [index, value] of values.entries()) {
      const was = before(value)
      const inner = correlation.step(value, was, items.schema)
      this.#check(items, { value, old: was, path: `${path}[${index}]`, correlation: inner })
    }
  }

  #members(tree: RuleTree, { old, path, correlation }: Place, members: { readonly [name: string]: unknown }): void {
    for (const name of Object.keys(members).sort()) {
      const known = tree.properties.get(name)
      const inner = known ?? tree.values
      if (inner === undefined) continue
      // Before the change they were made the same.
      const isVersion = path === '' && (name === 'apiVersion' || name === 'kind')
      const [value, was] = [members[name], isJsonObject(old) ? own(old, name) : undefined]
      const at = known === undefined ? `${path}[${name}]` : below(path, name)
      const next = isVersion ? new Correlation(undefined) : correlation.step(value, was, inner.schema)
      this.#check(inner, { value, old: was, path: at, correlation: next })
    }
  }

  #rules(tree: RuleTree, place: Place): void {
    const { schema, isRoot } = tree
    if (this.#budget <= 0) this.#end(place, schema, OVER)
    let self: Value
    let old: Value | undefined
    try {
      self = selfValue(place.value, schema, isRoot)
      old = place.old === undefined || place.old === null ? undefined : selfValue(place.old, schema, isRoot)
    } catch (error) {
      // It is no value of its schema, which has been said, but for its format.
      if (!(error instanceof CelError)) throw error
      for (const { rule } of tree.rules)
        this.#wrong(place, schema, `${error.message} evaluating rule: ${shownRule(rule)}`)
      return
    }
    for (const one of tree.rules) {
      const isOptional = one.rule.optionalOldSelf === true
      if (one.usesOld && old === undefined && !isOptional) continue
      this.#rule(one, tree, place, { self, oldSelf: isOptional ? new Optional(old) : old })
    }
  }

  #rule(compiled: CompiledRule, tree: RuleTree, place: Place, inputs: Inputs): void {
    const { rule, expression } = compiled
    const { schema } = tree
    if (expression.program === undefined) {
      this.#wrong(place, schema, `rule compile error: ${expression.error}`)
      return
    }
    const { value, error, cost } = expression.program.evaluate(inputs)
    if (cost > this.#budget) this.#end(place, schema, OVER)
    this.#budget -= cost
    if (error !== undefined) this.#failed(error, rule, schema, place)
    else if (value !== true) this.#broken(compiled, tree, place, inputs)
  }

  /** Of a rule that came to nothing. */
  #failed(error: CelError | CelCostError, rule: ValidationRule, schema: JsonSchema, place: Place): void {
    const { message } = error
    const end = `for rule: ${shownRule(rule)}`
    if (error instanceof CelCostError)
      this.#end(
        place,
        schema,
        `'${message}': no further validation rules will be run due to call cost exceeds limit ${end}`,
      )
    const isCall = message.startsWith('no such overload')
    const why = 'call arguments did not match a supported operator, function or macro signature'
    this.#wrong(
      place,
      schema,
      isCall ? `'${message}': ${why} ${end}` : `${message} evaluating rule: ${shownRule(rule)}`,
    )
  }

  /** Of a rule that said no. */
  #broken({ rule, message, usesOld, path }: CompiledRule, { schema }: RuleTree, place: Place, inputs: Inputs): void {
    const at = path === '' ? place.path : below(place.path, path)
    const isForgiven = !usesOld && place.correlation.isForgiven
    const said = ruleMessage(rule, message?.program, inputs, this.#budget)
    this.#budget -= said.cost
    const error = said.isLast
      ? invalid(at || NOWHERE, schema.type ?? '', said.text)
      : errorOf(at || NOWHERE, place.value, said.text, schema, rule.reason)
    this.errors.push(isForgiven ? { ...error, isForgiven } : error)
    if (said.isLast) throw new OutOfBudget()
  }

  #wrong({ path }: Place, { type = '' }: JsonSchema, detail: string): void {
    this.errors.push(invalid(path || NOWHERE, type, detail))
  }

  #end(place: Place, schema: JsonSchema, detail: string): never {
    this.#wrong(place, schema, detail)
    throw new OutOfBudget()
  }
}
