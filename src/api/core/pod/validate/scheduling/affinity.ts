import type {
  Affinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinityTerm,
} from '#api/core/pod/spec/affinity.ts'
import type { LabelSelector } from '#api/meta/label-selector.ts'
import { type FieldError, forbidden, invalid, required } from '#api/validation/field-error.ts'
import { checkOperator, validateSelector } from '#api/validation/labels.ts'
import { checkForm, dnsLabel, dnsSubdomain, labelValue, qualifiedName } from '#api/validation/names.ts'

const NO_OPERATOR = 'not a valid selector operator'

const checkLabel = (
  { key = '', operator, values = [] }: NodeSelectorRequirement,
  at: string,
  checksValues: boolean,
) => {
  const errors: FieldError[] = []
  if (operator !== 'Gt' && operator !== 'Lt') errors.push(...checkOperator(operator, values, at))
  else if (values.length !== 1)
    errors.push(required(`${at}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"))
  errors.push(...checkForm(qualifiedName, key, `${at}.key`))
  if (checksValues)
    for (const [index, value] of values.entries())
      errors.push(...checkForm(labelValue, value, `${at}.values[${index}]`))
  return errors
}

const checkField = ({ key, operator, values = [] }: NodeSelectorRequirement, at: string): readonly FieldError[] => {
  const errors: FieldError[] = []
  if (operator !== 'In' && operator !== 'NotIn') errors.push(invalid(`${at}.operator`, operator, NO_OPERATOR))
  else if (values.length !== 1)
    errors.push(
      required(`${at}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"),
    )
  if (key !== 'metadata.name') return [...errors, invalid(`${at}.key`, key, 'not a valid field selector key')]
  return [...errors, ...values.flatMap((value, index) => checkForm(dnsSubdomain, value, `${at}.values[${index}]`))]
}

const checkTerm = (
  { matchExpressions = [], matchFields = [] }: NodeSelectorTerm,
  at: string,
  checksValues: boolean,
): readonly FieldError[] => [
  ...matchExpressions.flatMap((one, index) => checkLabel(one, `${at}.matchExpressions[${index}]`, checksValues)),
  ...matchFields.flatMap((one, index) => checkField(one, `${at}.matchFields[${index}]`)),
]

/** Checks which nodes are meant. */
export const checkNodeSelector = ({ nodeSelectorTerms = [] }: NodeSelector, path: string): readonly FieldError[] => {
  const at = `${path}.nodeSelectorTerms`
  if (nodeSelectorTerms.length === 0) return [required(at, 'must have at least one node selector term')]
  return nodeSelectorTerms.flatMap((term, index) => checkTerm(term, `${at}[${index}]`, true))
}

const checkWeight = (weight: number | undefined, at: string): readonly FieldError[] =>
  weight === undefined || weight <= 0 || weight > 100
    ? [invalid(`${at}.weight`, weight ?? 0, 'must be in the range 1-100')]
    : []

/** Keys whose values are the pod's own: what they mean, a selector says. */
const checkKeys = (
  keys: readonly string[],
  selector: LabelSelector | undefined,
  path: string,
): readonly FieldError[] => {
  if (keys.length === 0) return []
  if (selector === undefined) return [forbidden(path, 'must not be specified when labelSelector is not set')]
  return keys.flatMap((key, index) => checkForm(qualifiedName, key, `${path}[${index}]`))
}

/** A key of the pod's own stands in its selector once, as it was spelt: whoever says it too says it twice. */
export const twiceSaid = (
  keys: readonly string[],
  selector: LabelSelector | undefined,
  path: string,
): readonly FieldError[] => {
  const seen = new Set(Object.keys(selector?.matchLabels ?? {}))
  return (selector?.matchExpressions ?? []).flatMap(({ key = '' }) => {
    const index = keys.indexOf(key)
    const isTwice = index >= 0 && seen.has(key)
    seen.add(key)
    return isTwice ? [invalid(`${path}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector')] : []
  })
}

const checkPodTerm = (term: PodAffinityTerm, at: string): readonly FieldError[] => {
  const { labelSelector, namespaceSelector, namespaces = [], topologyKey = '' } = term
  const { matchLabelKeys = [], mismatchLabelKeys = [] } = term
  const inBoth = (list: readonly string[], others: readonly string[], field: string, other: string) =>
    list.flatMap((key, index) =>
      others.includes(key)
        ? [invalid(`${at}${field}[${index}]`, key, `exists in both matchLabelKeys and ${other}`)]
        : [],
    )
  return [
    ...(labelSelector ? validateSelector(labelSelector, `${at}.labelSelector`) : []),
    ...(namespaceSelector ? validateSelector(namespaceSelector, `${at}.namespaceSelector`) : []),
    ...namespaces.flatMap((name) => checkForm(dnsLabel, name, `${at}.namespace`)),
    ...checkKeys(matchLabelKeys, labelSelector, `${at}.matchLabelKeys`),
    ...checkKeys(mismatchLabelKeys, labelSelector, `${at}.mismatchLabelKeys`),
    ...twiceSaid(matchLabelKeys, labelSelector, at),
    ...inBoth(matchLabelKeys, mismatchLabelKeys, '.matchLabelKeys', 'mismatchLabelKeys'),
    ...(topologyKey ? [] : [required(`${at}.topologyKey`, 'can not be empty')]),
    ...checkForm(qualifiedName, topologyKey, `${at}.topologyKey`),
  ]
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'

const checkPodAffinity = (affinity: Affinity['podAffinity'], path: string): readonly FieldError[] => [
  ...(affinity?.[REQUIRED] ?? []).flatMap((term, index) => checkPodTerm(term, `${path}.${REQUIRED}[${index}]`)),
  ...(affinity?.[PREFERRED] ?? []).flatMap(({ weight, podAffinityTerm = {} as PodAffinityTerm }, index) => {
    const at = `${path}.${PREFERRED}[${index}]`
    return [...checkWeight(weight, at), ...checkPodTerm(podAffinityTerm, `${at}.podAffinityTerm`)]
  }),
]

/** Checks which nodes and which neighbours a pod wants. Of nodes that it would like, any value may be asked for. */
export const validateAffinity = (affinity: Affinity | undefined, path: string): readonly FieldError[] => {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity ?? {}
  const needed = nodeAffinity?.[REQUIRED]
  return [
    ...(needed ? checkNodeSelector(needed, `${path}.nodeAffinity.${REQUIRED}`) : []),
    ...(nodeAffinity?.[PREFERRED] ?? []).flatMap(({ weight, preference = {} }, index) => {
      const at = `${path}.nodeAffinity.${PREFERRED}[${index}]`
      return [...checkWeight(weight, at), ...checkTerm(preference, `${at}.preference`, false)]
    }),
    ...checkPodAffinity(podAffinity, `${path}.podAffinity`),
    ...checkPodAffinity(podAntiAffinity, `${path}.podAntiAffinity`),
  ]
}
