import { type CelType, DYN, listOf, type ObjectType, objectOf, STRING } from '#cel/cel.ts'
import type { MutatingAdmissionPolicy } from '../mutatingadmissionpolicy/message.ts'
import { type Compiled, compiled } from './compiled.ts'
import { compiledConditions } from './conditions.ts'
import { admissionEnvironment } from './environment.ts'
import { type CompiledPolicy, compiledVariables } from './policy.ts'

/** All expressions of a policy that changes things, ready to be evaluated, in their order. */
export interface CompiledMutations extends Pick<CompiledPolicy, 'conditions' | 'variables'> {
  readonly mutations: readonly { readonly isPatch: boolean; readonly expression: Compiled | undefined }[]
}

const ROOT = 'Object'

/** Any field, of which nothing is known. */
class AnyFields extends Map<string, CelType> {
  override get(): CelType {
    return DYN
  }
}

const PATCH = objectOf(
  'JSONPatch',
  new Map([
    ['op', STRING],
    ['path', STRING],
    ['from', STRING],
    ['value', DYN],
  ]),
)

/** `Object`, `Object.spec` and whatever else is in it, and `JSONPatch`. */
class Makeable extends Map<string, ObjectType> {
  override get(name: string): ObjectType | undefined {
    if (name === PATCH.name) return PATCH
    return name === ROOT || name.startsWith(`${ROOT}.`) ? objectOf(name, new AnyFields()) : undefined
  }
}

export const compiledMutations = ({ spec }: MutatingAdmissionPolicy): CompiledMutations => {
  const params = spec?.paramKind !== undefined
  const { types: variables, all } = compiledVariables(spec?.variables, { params, authorizer: true })
  const environment = admissionEnvironment({ params, authorizer: true, variables, structs: new Makeable() })
  return {
    conditions: compiledConditions(spec?.matchConditions, { params, variables }),
    variables: all,
    mutations: (spec?.mutations ?? []).map(({ patchType, jsonPatch, applyConfiguration }) => {
      const isPatch = patchType === 'JSONPatch'
      const source = (isPatch ? jsonPatch : applyConfiguration)?.expression ?? ''
      const types = [isPatch ? listOf(PATCH) : objectOf(ROOT)]
      return { isPatch, expression: source.trim() === '' ? undefined : compiled(source, environment, types) }
    }),
  }
}
