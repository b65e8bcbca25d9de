import type { Catalogue } from '#api/catalogue/catalogue.ts'
import type { Kind } from '#api/catalogue/kind.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { groupVersion } from '#api/resource.ts'
import { CelCompileError, type CelEnvironment, type CelType, objectOf } from '#cel/cel.ts'
import { declaredType } from '#cel/schema/declared-type.ts'
import type { JsonSchema } from '#schema/structural/json-schema.ts'
import type { ValidatingAdmissionPolicy } from '../validatingadmissionpolicy/message.ts'
import { admissionEnvironment } from './environment.ts'
import { messageCelType } from './message-cel-type.ts'
import { compiledVariables } from './policy.ts'

interface Warning {
  readonly fieldRef: string
  readonly warning: string
}

const MOST_TYPES = 10

const celTypeOf = ({ resource: { message } }: Kind): CelType | undefined => {
  if (message.open === undefined) return messageCelType(message)
  const type = declaredType(message.open.schema('v3', () => ({})) as JsonSchema, true)?.type
  // Of its metadata more is known than rules of a schema may ask for.
  return type?.kind === 'object'
    ? objectOf(type.name, new Map([...type.fields, ['metadata', messageCelType(ObjectMeta)]]))
    : type
}

/** The kinds that a policy names one by one. */
const kindsOf = (catalogue: Catalogue, { spec }: ValidatingAdmissionPolicy): readonly Kind[] => {
  const kinds = new Set<Kind>()
  for (const { apiGroups = [], apiVersions = [], resources = [] } of spec?.matchConstraints?.resourceRules ?? []) {
    if ([...apiGroups, ...apiVersions].some((word) => word.includes('*'))) continue
    for (const group of apiGroups)
      for (const version of apiVersions)
        for (const plural of resources) {
          const kind = /[*/]/.test(plural) ? undefined : catalogue.find({ group, version, plural })
          if (kind !== undefined) kinds.add(kind)
        }
  }
  const text = ({ resource: { group, version, kind } }: Kind): string => `${group}\0${version}\0${kind}`
  return [...kinds].sort((a, b) => (text(a) < text(b) ? -1 : 1)).slice(0, MOST_TYPES)
}

const issuesOf = (environment: CelEnvironment, source: string): string | undefined => {
  try {
    environment.compile(source)
    return undefined
  } catch (error) {
    if (error instanceof CelCompileError) return error.message
    throw error
  }
}

/** What is wrong with a policy's expressions, by the types of what it is about, and of its parameters. */
export const typeWarnings = (catalogue: Catalogue, policy: ValidatingAdmissionPolicy): readonly Warning[] => {
  const { paramKind, variables, validations = [] } = policy.spec ?? {}
  const params = paramKind && catalogue.findKind(paramKind.apiVersion ?? '', paramKind.kind ?? '')
  const paramsType = params && celTypeOf(params)
  const environments = kindsOf(catalogue, policy).flatMap((kind) => {
    const objectType = celTypeOf(kind)
    if (objectType === undefined) return []
    const named = {
      params: paramKind !== undefined,
      authorizer: true,
      objectType,
      ...(paramsType ? { paramsType } : {}),
    }
    const { types } = compiledVariables(variables, named)
    return [{ kind, environment: admissionEnvironment({ ...named, variables: types }) }]
  })
  const warningsOf = (source: string | undefined, fieldRef: string): readonly Warning[] => {
    if (!source) return []
    const lines = environments.flatMap(({ kind: { resource }, environment }) => {
      const issues = issuesOf(environment, source)
      const prefix = resource.group === '' ? '/' : ''
      return issues === undefined ? [] : [`${prefix}${groupVersion(resource)}, Kind=${resource.kind}: ${issues}\n`]
    })
    return lines.length === 0 ? [] : [{ fieldRef, warning: lines.join('\n') }]
  }
  return validations.flatMap(({ expression, messageExpression }, index) => [
    ...warningsOf(expression, `spec.validations[${index}].expression`),
    ...warningsOf(messageExpression, `spec.validations[${index}].messageExpression`),
  ])
}
