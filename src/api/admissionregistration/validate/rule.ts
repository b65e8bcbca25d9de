import { type FieldError, invalid, notSupported, required } from '#api/validation/field-error.ts'
import type { RuleWithOperations } from '../match.ts'

const ANY = '*'
const OPERATIONS = [ANY, 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const SCOPES = [ANY, 'Cluster', 'Namespaced']

/** Checks which requests a rule is about. */
export const validateRule = (
  { operations = [], apiGroups = [], apiVersions = [], resources = [], scope }: RuleWithOperations,
  field: string,
): readonly FieldError[] => [
  ...alone(operations, `${field}.operations`, 'operations'),
  ...operations.flatMap((operation, index) =>
    OPERATIONS.includes(operation) ? [] : [notSupported(`${field}.operations[${index}]`, operation, OPERATIONS)],
  ),
  ...alone(apiGroups, `${field}.apiGroups`, 'API groups'),
  ...alone(apiVersions, `${field}.apiVersions`, 'API versions'),
  ...apiVersions.flatMap((version, index) => (version === '' ? [required(`${field}.apiVersions[${index}]`)] : [])),
  ...validateResources(resources, `${field}.resources`),
  ...(scope === undefined || SCOPES.includes(scope) ? [] : [notSupported(`${field}.scope`, scope, SCOPES)]),
]

/** A list that names something, and nothing beside `*`. */
const alone = (items: readonly string[], field: string, what: string): readonly FieldError[] => {
  if (items.length === 0) return [required(field)]
  return items.length > 1 && items.includes(ANY)
    ? [invalid(field, items, `if '*' is present, must not specify other ${what}`)]
    : []
}

const validateResources = (resources: readonly string[], field: string): readonly FieldError[] => {
  const errors: FieldError[] = resources.length === 0 ? [required(field)] : []
  // What stands before a part that is any, and which parts stand behind any.
  const wholes = new Set<string>()
  const everywhere = new Set<string>()
  // The last that has no part counts, as in Kubernetes.
  let isLastPlain = false
  for (const [index, text] of resources.entries()) {
    if (text === '') {
      errors.push(required(`${field}[${index}]`))
      continue
    }
    const slash = text.indexOf('/')
    if (slash < 0) {
      isLastPlain = text !== ANY
      continue
    }
    const [resource, part] = [text.slice(0, slash), text.slice(slash + 1)]
    const refuse = (present: string): void =>
      void errors.push(invalid(`${field}[${index}]`, text, `if '${present}' is present, must not specify ${text}`))
    if (wholes.has(resource)) refuse(`${resource}/*`)
    if (everywhere.has(part)) refuse(`*/${part}`)
    if (part === ANY) wholes.add(resource)
    if (resource === ANY) everywhere.add(part)
  }
  if (resources.length > 1 && resources.includes('*/*'))
    errors.push(invalid(field, resources, "if '*/*' is present, must not specify other resources"))
  if (resources.includes(ANY) && isLastPlain)
    errors.push(invalid(field, resources, "if '*' is present, must not specify other resources without subresources"))
  return errors
}
