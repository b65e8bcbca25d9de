import type { ApiObject } from '#api/resource.ts'
import { selects } from '#objects/label-selector.ts'
import type { Labels } from '#objects/object.ts'
import type { Attributes, ReviewedKind, ReviewedResource } from './attributes.ts'
import type { Hook, Webhook } from './hook.ts'
import { matchesRule, type Rule } from './rules.ts'

/** A form in which the objects of a request can be had, beside its own. */
export interface Equivalent {
  readonly resource: ReviewedResource
  readonly kind: ReviewedKind
  /** An object of the request in this form. */
  show(object: ApiObject): ApiObject
  /** As `show`, the other way. */
  take(object: ApiObject): ApiObject
}

/** The form in which a hook is told of a request: its own, or another one of the same. */
export interface Invocation extends Equivalent {
  readonly hook: Hook
}

const same = (object: ApiObject): ApiObject => object

/** Who knows what a hook's selectors ask for. */
export interface Surroundings {
  /** The labels of a namespace. Throws ApiError 404. */
  namespaceLabels(name: string): Labels | undefined
  /** Of the resource of the request. */
  readonly equivalents: readonly Equivalent[]
  /** Whether a request is as the conditions of a hook say. Throws ApiError 403. Absent: no hook has any. */
  readonly meets?: (invocation: Invocation, attributes: Attributes) => boolean
}

/** By rules alone, whoever it is about: what is told of a request, in which form. The first rule that fits counts. */
export const formOf = (
  rules: readonly Rule[],
  matchPolicy: string | undefined,
  attributes: Pick<Attributes, 'operation' | 'kind' | 'resource' | 'subresource' | 'namespace'>,
  equivalents: readonly Equivalent[],
): Equivalent | undefined => {
  const { resource, kind } = attributes
  if (rules.some((rule) => matchesRule(rule, attributes))) return { resource, kind, show: same, take: same }
  if (matchPolicy === 'Exact') return undefined
  for (const rule of rules)
    for (const other of equivalents) if (matchesRule(rule, { ...attributes, resource: other.resource })) return other
  return undefined
}

/** The same for a hook. */
export const invocationOf = (
  hook: Hook,
  attributes: Parameters<typeof formOf>[2],
  equivalents: readonly Equivalent[],
): Invocation | undefined => {
  const { rules = [], matchPolicy } = hook.webhook
  const form = formOf(rules, matchPolicy, attributes, equivalents)
  return form && { hook, ...form }
}

/** Whether a hook that such a request concerns is to be asked of this one. Throws ApiError 404 for a namespace that is not there. */
export const isSelected = (
  { namespaceSelector, objectSelector }: Pick<Webhook, 'namespaceSelector' | 'objectSelector'>,
  attributes: Attributes,
  surroundings: Surroundings,
): boolean => {
  const { object, oldObject } = attributes
  if (!isEmpty(objectSelector)) {
    const fits = (one: typeof object): boolean => one !== undefined && selects(objectSelector, one.metadata?.labels)
    if (!fits(object) && !fits(oldObject)) return false
  }
  if (isEmpty(namespaceSelector)) return true
  const labels = namespaceLabels(attributes, surroundings)
  return labels === undefined || selects(namespaceSelector, labels.of)
}

/** The labels that a namespaceSelector is held against; undefined for what lies in no namespace, which it never leaves out. */
const namespaceLabels = (
  { resource, subresource, operation, namespace, object }: Attributes,
  surroundings: Surroundings,
): { readonly of: Labels | undefined } | undefined => {
  const isNamespace = resource.group === '' && resource.plural === 'namespaces'
  // What a namespace is to be, not what it was.
  if (isNamespace && subresource === '' && (operation === 'CREATE' || operation === 'UPDATE'))
    return { of: object?.metadata?.labels }
  return namespace === '' ? undefined : { of: surroundings.namespaceLabels(namespace) }
}

const isEmpty = (selector: Webhook['objectSelector']): boolean =>
  selector === undefined ||
  (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0)
