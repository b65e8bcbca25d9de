import {
  BOOL,
  CelCompileError,
  type CelEnvironment,
  type CelProgram,
  celEnvironment,
  isSameType,
  optionalOf,
  STRING,
} from '#cel/cel.ts'
import { estimatedCost } from '#cel/cost/estimate.ts'
import type { DeclaredType } from '#cel/schema/declared-type.ts'
import { sizesOf } from '#cel/schema/sizes.ts'
import { FieldPathError, findField } from '#schema/structural/field-path.ts'
import type { JsonSchema, ValidationRule } from '#schema/structural/json-schema.ts'

/** An expression that is ready, and what it costs at most; or why it cannot be used. */
type Compiled =
  | { readonly program: CelProgram; readonly cost: number; readonly error?: undefined }
  | { readonly program?: undefined; readonly cost: 0; readonly error: string }

/** A rule of a schema, ready to be held against objects. */
export interface CompiledRule {
  readonly rule: ValidationRule
  readonly expression: Compiled
  readonly message: Compiled | undefined
  /** What is looked at before and after a change. */
  readonly usesOld: boolean
  /** What it names as wrong, from where it stands; empty: what it stands on. */
  readonly path: string
}

const compiled = (source: string, environment: CelEnvironment, declared: DeclaredType, what: string): Compiled => {
  try {
    const program = environment.compile(source)
    return { program, cost: estimatedCost(program.expression, sizesOf(declared)) }
  } catch (error) {
    if (error instanceof CelCompileError) return { cost: 0, error: `${what}compilation failed: ${error.message}` }
    throw error
  }
}

const must = (found: Compiled, type: typeof BOOL, why: string): Compiled =>
  found.program === undefined || isSameType(found.program.type, type) ? found : { cost: 0, error: why }

const pathOf = (schema: JsonSchema, path: string): string => {
  try {
    return findField(schema, path, true).path
  } catch (error) {
    if (error instanceof FieldPathError) return ''
    throw error
  }
}

/** The rules that stand right at a schema; undefined for one that says nothing. */
export const compiledRules = (schema: JsonSchema, declared: DeclaredType): readonly (CompiledRule | undefined)[] => {
  const { type: self } = declared
  const [plain, optional] = [
    celEnvironment({ self, oldSelf: self }),
    celEnvironment({ self, oldSelf: optionalOf(self) }),
  ]
  return (schema['x-kubernetes-validations'] ?? []).map((rule) => {
    if (rule.rule.trim() === '') return undefined
    const environment = rule.optionalOldSelf ? optional : plain
    const expression = must(
      compiled(rule.rule, environment, declared, ''),
      BOOL,
      'cel expression must evaluate to a bool',
    )
    const { messageExpression = '', fieldPath = '' } = rule
    const hasMessage = expression.error === undefined && messageExpression !== ''
    const words = 'messageExpression must evaluate to a string'
    return {
      rule,
      expression,
      message: hasMessage
        ? must(compiled(messageExpression, environment, declared, 'messageExpression '), STRING, words)
        : undefined,
      usesOld: expression.program?.uses('oldSelf') ?? false,
      path: fieldPath === '' ? '' : pathOf(schema, fieldPath),
    }
  })
}
