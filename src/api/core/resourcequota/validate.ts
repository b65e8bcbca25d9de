import { type FieldError, invalid, required } from '#api/validation/field-error.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dnsSubdomain, qualifiedName } from '#api/validation/names.ts'
import { isCountedName, isQuotaName } from '#api/validation/resource-names.ts'
import { parseQuantity } from '#schema/quantity.ts'
import type { Amounts } from '#schema/quantity-sum.ts'
import type { ResourceQuota } from './message.ts'

type Spec = NonNullable<ResourceQuota['spec']>

const OF_PODS = ['pods', 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory']
const WHOLE = 1_000_000_000n

/** By scope: what of that which has a well-known name can be limited in it. */
const LIMITED: { readonly [scope: string]: readonly string[] } = {
  Terminating: OF_PODS,
  NotTerminating: OF_PODS,
  BestEffort: ['pods'],
  NotBestEffort: OF_PODS,
  PriorityClass: OF_PODS,
  CrossNamespacePodAffinity: OF_PODS,
  VolumeAttributesClass: ['persistentvolumeclaims', 'requests.storage'],
}
/** Those that an object is in or not, whatever values are named. */
const PLAIN = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity']
const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
]

/** Checks a quota at its creation. */
export const validateQuotaCreate = (quota: ResourceQuota): readonly FieldError[] => [
  ...validateMetadata(quota.metadata, true, dnsSubdomain),
  ...validateSpec(quota.spec ?? {}),
  ...validateStatus(quota),
]

/** A quota's scopes stay as they are. */
export const validateQuotaUpdate = (quota: ResourceQuota, old: ResourceQuota): readonly FieldError[] => {
  const scopesOf = ({ spec }: ResourceQuota): string => [...new Set(spec?.scopes)].sort().join(' ')
  return [
    ...validateMetadataUpdate(quota.metadata, old.metadata),
    ...validateSpec(quota.spec ?? {}),
    ...(scopesOf(quota) === scopesOf(old) ? [] : [immutable('spec.scopes', quota.spec?.scopes)]),
  ]
}

/** Checks how much a controller says is given and used. */
export const validateQuotaStatus = (quota: ResourceQuota, old: ResourceQuota): readonly FieldError[] => [
  ...validateMetadataUpdate(quota.metadata, old.metadata),
  ...validateStatus(quota),
]

const validateStatus = ({ status }: ResourceQuota): readonly FieldError[] => [
  ...validateAmounts(status?.hard, 'status.hard'),
  ...validateAmounts(status?.used, 'status.used'),
]

const validateAmounts = (amounts: Amounts = {}, path: string): readonly FieldError[] =>
  Object.entries(amounts).flatMap(([name, amount]) => {
    const field = `${path}[${name}]`
    const errors = [...checkForm(qualifiedName, name, field)]
    if (!name.includes('/') && !isQuotaName(name))
      errors.push(invalid(field, name, 'must be a standard resource for quota'))
    const { nano } = parseQuantity(amount)
    if (nano < 0n) errors.push(invalid(field, amount, 'must be greater than or equal to 0'))
    if (isCountedName(name) && nano % WHOLE !== 0n) errors.push(invalid(field, amount, 'must be an integer'))
    return errors
  })

const validateSpec = (spec: Spec): readonly FieldError[] => [
  ...validateAmounts(spec.hard, 'spec.hard'),
  ...validateScopes(spec),
  ...validateSelector(spec),
]

/** What is limited and cannot be in a scope: an error each. */
const misplaced = ({ hard = {} }: Spec, scope: string, error: FieldError): readonly FieldError[] => {
  const limited = Object.hasOwn(LIMITED, scope) ? LIMITED[scope] : undefined
  if (limited === undefined) return []
  return Object.keys(hard)
    .filter((name) => isQuotaName(name) && !limited.includes(name))
    .map(() => error)
}

const conflicting = (names: readonly string[], error: FieldError): readonly FieldError[] =>
  CONFLICTS.filter((pair) => pair.every((one) => names.includes(one))).map(() => error)

const validateScopes = (spec: Spec): readonly FieldError[] => {
  const scopes = spec.scopes ?? []
  const wrong = (why: string): FieldError => invalid('spec.scopes', scopes, why)
  return [
    ...scopes.flatMap((scope) => [
      ...(!Object.hasOwn(LIMITED, scope) ? [wrong('unsupported scope')] : []),
      ...misplaced(spec, scope, wrong('unsupported scope applied to resource')),
    ]),
    ...conflicting(scopes, wrong('conflicting scopes')),
  ]
}

const validateSelector = (spec: Spec): readonly FieldError[] => {
  const path = 'spec.scopeSelector.matchExpressions'
  const { matchExpressions } = spec.scopeSelector ?? {}
  if (matchExpressions === undefined) return []
  // Kubernetes shows it as its own code has it.
  const shown = {
    MatchExpressions: matchExpressions.map(({ scopeName, operator, values }) => ({
      ScopeName: scopeName,
      Operator: operator,
      Values: values ?? null,
    })),
  }
  const errors = matchExpressions.flatMap(({ scopeName, operator, values = [] }) => {
    const own: FieldError[] = []
    if (!Object.hasOwn(LIMITED, scopeName)) own.push(invalid(`${path}.scopeName`, scopeName, 'unsupported scope'))
    own.push(...misplaced(spec, scopeName, invalid(path, shown, 'unsupported scope applied to resource')))
    if (PLAIN.includes(scopeName) && operator !== 'Exists')
      own.push(
        invalid(
          `${path}.operator`,
          operator,
          "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
        ),
      )
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0)
        own.push(
          required(
            `${path}.values`,
            "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
          ),
        )
    } else if (operator !== 'Exists' && operator !== 'DoesNotExist')
      own.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'))
    else if (values.length > 0)
      own.push(
        invalid(
          `${path}.values`,
          values,
          "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
        ),
      )
    return own
  })
  const names = matchExpressions.map(({ scopeName }) => scopeName)
  return [...errors, ...conflicting(names, invalid(path, spec.scopes ?? null, 'conflicting scopes'))]
}
