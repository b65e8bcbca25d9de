import { duplicate, type FieldError, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { validateSelector } from '#api/validation/labels.ts'
import { checkForm, pathSegment } from '#api/validation/names.ts'
import { repeats } from '#api/validation/repeats.ts'
import type { MatchResources } from '../match.ts'
import { validateRule } from './rule.ts'

const MATCH_POLICIES = ['Equivalent', 'Exact']

/** Checks which requests a policy or a binding is about. */
export const validateMatchResources = (match: MatchResources, field: string): readonly FieldError[] => {
  const { matchPolicy, namespaceSelector, objectSelector } = match
  const errors: FieldError[] = []
  if (matchPolicy === undefined) errors.push(required(`${field}.matchPolicy`))
  else if (!MATCH_POLICIES.includes(matchPolicy))
    errors.push(notSupported(`${field}.matchPolicy`, matchPolicy, MATCH_POLICIES))
  for (const [name, selector] of Object.entries({ namespaceSelector, objectSelector }))
    if (selector === undefined) errors.push(required(`${field}.${name}`))
    else errors.push(...validateSelector(selector, `${field}.${name}`))
  for (const name of ['resourceRules', 'excludeResourceRules'] as const)
    errors.push(...(match[name] ?? []).flatMap((rule, index) => validateNamedRule(rule, `${field}.${name}[${index}]`)))
  return errors
}

const validateNamedRule = (
  rule: NonNullable<MatchResources['resourceRules']>[number],
  field: string,
): readonly FieldError[] => {
  const names = rule.resourceNames ?? []
  const again = repeats(names)
  return [
    ...names.flatMap((name, index) => [
      ...checkForm(pathSegment, name, `${field}.resourceNames[${index}]`),
      ...(again.has(index) ? [duplicate(`${field}.resourceNames[${index}]`, name)] : []),
    ]),
    ...validateRule(rule, field),
  ]
}

/** Checks the kind that parameters are of. */
export const validateParamKind = (
  { apiVersion = '', kind = '' }: { readonly apiVersion?: string; readonly kind?: string },
  field: string,
): readonly FieldError[] => {
  const errors: FieldError[] = []
  if (apiVersion === '') errors.push(required(`${field}.apiVersion`))
  else if (apiVersion.split('/').length > 2)
    errors.push(invalid(`${field}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`))
  if (kind === '') errors.push(required(`${field}.kind`))
  else if (!/^[a-z](?:[-a-z0-9]*[a-z0-9])?$/.test(kind.toLowerCase()))
    errors.push(invalid(`${field}.kind`, kind, 'may have mixed case, but should otherwise match a DNS-1035 label'))
  return errors
}
