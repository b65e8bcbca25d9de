import type { MatchResources } from '#api/admissionregistration/match.ts'
import type { Attributes } from '../webhooks/attributes.ts'
import { formOf, type Invocation, isSelected, type Surroundings } from '../webhooks/matching.ts'

type Rule = NonNullable<MatchResources['resourceRules']>[number]
type Form = Omit<Invocation, 'hook'>

/** What is about some requests. */
export interface Constrained {
  readonly spec?: { readonly matchConstraints?: MatchResources }
}

const same = <T>(object: T): T => object

const found = (
  rules: readonly Rule[],
  matchPolicy: string | undefined,
  attributes: Attributes,
  { equivalents }: Surroundings,
): Form | undefined => {
  const named = rules.filter(
    ({ resourceNames = [] }) => resourceNames.length === 0 || resourceNames.includes(attributes.name),
  )
  return formOf(named, matchPolicy, attributes, equivalents)
}

/** By its rules alone, whoever it is about. */
export const ruledForm = (
  match: MatchResources | undefined,
  attributes: Attributes,
  surroundings: Surroundings,
): Form | undefined => {
  const { resource, kind } = attributes
  const own: Form = { resource, kind, show: same, take: same }
  if (match === undefined) return own
  const { resourceRules = [], excludeResourceRules = [], matchPolicy } = match
  if (found(excludeResourceRules, matchPolicy, attributes, surroundings) !== undefined) return undefined
  return resourceRules.length === 0 ? own : found(resourceRules, matchPolicy, attributes, surroundings)
}

/**
 * The form in which a request is one that a policy or a binding is about; undefined: it is not. Throws ApiError 404 for
 * a namespace that is not there.
 */
export const matchedForm = (
  match: MatchResources | undefined,
  attributes: Attributes,
  surroundings: Surroundings,
): Form | undefined => {
  const form = ruledForm(match, attributes, surroundings)
  return form === undefined || isSelected(match ?? {}, attributes, surroundings) ? form : undefined
}
