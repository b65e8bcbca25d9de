import { BOOL, type CelType } from '#cel/cel.ts'
import { type Compiled, compiled } from './compiled.ts'
import { admissionEnvironment } from './environment.ts'

interface Condition {
  readonly name?: string
  readonly expression?: string
}

/** Conditions of which requests somebody is asked, ready to be evaluated, in their order. */
export const compiledConditions = (
  conditions: readonly Condition[] = [],
  named: { readonly params?: boolean; readonly variables?: ReadonlyMap<string, CelType> } = {},
): readonly Compiled[] => {
  const environment = admissionEnvironment({ authorizer: true, ...named })
  return conditions.map(({ expression = '' }) => compiled(expression.trim(), environment, [BOOL]))
}
