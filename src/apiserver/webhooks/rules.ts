import type { Attributes, ReviewedResource } from './attributes.ts'

/** `RuleWithOperations` of admissionregistration.k8s.io. */
export interface Rule {
  readonly operations?: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly apiVersions?: readonly string[]
  /** With or without a part, `*` for any: `pods`, `pods/status`. */
  readonly resources?: readonly string[]
  readonly scope?: string
}

/** What of a request a rule looks at. */
type Ruled = Pick<Attributes, 'operation' | 'subresource' | 'namespace'> & { readonly resource: ReviewedResource }

const ANY = '*'

/** What says who is asked: whoever had a say in it could keep itself from being taken away. */
const EXEMPT = new Set([
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
  'mutatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'validatingwebhookconfigurations',
])

export const isExempt = ({ group, plural }: ReviewedResource): boolean =>
  group === 'admissionregistration.k8s.io' && EXEMPT.has(plural)

/** Whether a rule is about such a request. */
export const matchesRule = (rule: Rule, { operation, resource, subresource, namespace }: Ruled): boolean =>
  isInScope(rule.scope, resource, namespace) &&
  holds(rule.operations, operation) &&
  holds(rule.apiGroups, resource.group) &&
  holds(rule.apiVersions, resource.version) &&
  (rule.resources ?? []).some((one) => isResource(one, resource.plural, subresource))

const holds = (items: readonly string[] = [], wanted: string): boolean => items.includes(ANY) || items.includes(wanted)

const isResource = (text: string, plural: string, subresource: string): boolean => {
  const slash = text.indexOf('/')
  const [first, second] = slash < 0 ? [text, ''] : [text.slice(0, slash), text.slice(slash + 1)]
  return (first === ANY || first === plural) && (second === ANY || second === subresource)
}

/** A Namespace belongs to the cluster, though its requests name it as theirs. */
const isInScope = (scope: string | undefined, { group, plural }: ReviewedResource, namespace: string): boolean => {
  if (!scope || scope === ANY) return true
  const isNamespaced = namespace !== '' && !(group === '' && plural === 'namespaces')
  return scope === 'Namespaced' ? isNamespaced : scope === 'Cluster' && !isNamespaced
}
