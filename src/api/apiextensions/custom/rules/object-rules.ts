import type { ApiObject } from '#api/resource.ts'
import type { JsonSchema } from '#schema/structural/json-schema.ts'
import type { ObjectRules } from '../validate.ts'
import { RuleCheck } from './rule-check.ts'
import { ruleTree } from './rule-tree.ts'

/** The rules in CEL of a version's schema; undefined where it has none. */
export const objectRules = (schema: JsonSchema | undefined): ObjectRules | undefined => {
  const tree = schema && ruleTree(schema, true)
  if (tree === undefined) return undefined
  return {
    check(object: ApiObject, old?: ApiObject) {
      const check = new RuleCheck()
      check.run(tree, object, old)
      return check.errors
    },
  }
}
