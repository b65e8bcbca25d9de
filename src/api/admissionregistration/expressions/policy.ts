import { BOOL, type CelType, DYN, listOf, mapOf, NULL, STRING } from '#cel/cel.ts'
import type { ValidatingAdmissionPolicy } from '../validatingadmissionpolicy/message.ts'
import { type Compiled, compiled } from './compiled.ts'
import { compiledConditions } from './conditions.ts'
import { admissionEnvironment, type Named } from './environment.ts'

type Spec = NonNullable<ValidatingAdmissionPolicy['spec']>
type VariableOf = NonNullable<Spec['variables']>[number]

/** All expressions of a policy, ready to be evaluated, in their order. */
export interface CompiledPolicy {
  readonly conditions: readonly Compiled[]
  readonly variables: readonly { readonly name: string; readonly expression: Compiled }[]
  /** Undefined where nothing is said. */
  readonly validations: readonly {
    readonly expression: Compiled | undefined
    readonly message: Compiled | undefined
  }[]
  readonly annotations: readonly (Compiled | undefined)[]
}

const SIMPLE = new Set(['bool', 'bytes', 'double', 'duration', 'int', 'null', 'string', 'timestamp', 'uint'])

/** What of a variable's type is known to who names it: lists and maps of simple values. */
const outer = (type: CelType): CelType => {
  if (type.kind === 'list') return listOf(outer(type.of))
  if (type.kind === 'map') return mapOf(outer(type.key), outer(type.value))
  return SIMPLE.has(type.kind) ? type : DYN
}

/** Variables of a policy: each may name those before it. */
export const compiledVariables = (
  variables: readonly VariableOf[] = [],
  named: Named,
): { readonly types: ReadonlyMap<string, CelType>; readonly all: CompiledPolicy['variables'] } => {
  const types = new Map<string, CelType>()
  const all = variables.map(({ name, expression = '' }) => {
    const environment = admissionEnvironment({ ...named, variables: new Map(types) })
    const ready = compiled(expression, environment)
    types.set(name ?? '', ready.program ? outer(ready.program.type) : DYN)
    return { name: name ?? '', expression: ready }
  })
  return { types, all }
}

const isSaid = (text: string | undefined): text is string => (text ?? '').trim() !== ''

export const compiledPolicy = ({ spec = {} as Spec }: ValidatingAdmissionPolicy): CompiledPolicy => {
  const params = spec.paramKind !== undefined
  const { types: variables, all } = compiledVariables(spec.variables, { params, authorizer: true })
  const whole = admissionEnvironment({ params, authorizer: true, variables })
  // Who is told of a refusal is not told what others may do.
  const words = admissionEnvironment({ params, variables })
  return {
    conditions: compiledConditions(spec.matchConditions, { params, variables }),
    variables: all,
    validations: (spec.validations ?? []).map(({ expression, messageExpression }) => ({
      expression: isSaid(expression) ? compiled(expression, whole, [BOOL]) : undefined,
      message: isSaid(messageExpression) ? compiled(messageExpression, words, [STRING]) : undefined,
    })),
    annotations: (spec.auditAnnotations ?? []).map(({ valueExpression }) =>
      isSaid(valueExpression) ? compiled(valueExpression, whole, [STRING, NULL]) : undefined,
    ),
  }
}
