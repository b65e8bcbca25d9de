import { type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dnsLabel, dnsSubdomain } from '#api/validation/names.ts'
import { jsonEqual } from '#schema/json-value.ts'
import { checkStatusConditions } from '../conditions.ts'
import { MANDATORY_SCHEMAS } from '../mandatory.ts'
import type { FlowSchema } from './message.ts'

type Spec = NonNullable<FlowSchema['spec']>
type PolicyRules = NonNullable<Spec['rules']>[number]
type Subject = NonNullable<PolicyRules['subjects']>[number]
type ResourceRule = NonNullable<PolicyRules['resourceRules']>[number]
type NonResourceRule = NonNullable<PolicyRules['nonResourceRules']>[number]

const MOST = 10_000
const METHODS = ['ByNamespace', 'ByUser']
const KINDS = ['Group', 'ServiceAccount', 'User']
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch']
const ALL = '*'

export const validateFlowSchemaCreate = (schema: FlowSchema): readonly FieldError[] => {
  const { metadata, spec, status } = schema
  const name = metadata?.name ?? ''
  const fixed = Object.hasOwn(MANDATORY_SCHEMAS, name) ? MANDATORY_SCHEMAS[name] : undefined
  return [
    ...validateMetadata(metadata, false, dnsSubdomain),
    ...specErrors(name, spec ?? EMPTY),
    ...(fixed === undefined || jsonEqual(spec, fixed)
      ? []
      : [invalid('spec', spec, `spec of '${name}' must equal the fixed value`)]),
    ...checkStatusConditions(status?.conditions),
  ]
}

export const validateFlowSchemaUpdate = (schema: FlowSchema, old: FlowSchema): readonly FieldError[] => [
  ...validateMetadataUpdate(schema.metadata, old.metadata),
  ...validateFlowSchemaCreate(schema),
]

export const validateFlowSchemaStatus = ({ status }: FlowSchema): readonly FieldError[] =>
  checkStatusConditions(status?.conditions)

const EMPTY: Spec = { priorityLevelConfiguration: { name: '' }, matchingPrecedence: 0 }

const specErrors = (name: string, spec: Spec): readonly FieldError[] => {
  const { matchingPrecedence: precedence, distinguisherMethod, priorityLevelConfiguration, rules = [] } = spec
  const errors: FieldError[] = []
  const wrong = (detail: string): number => errors.push(invalid('spec.matchingPrecedence', precedence, detail))
  if (precedence <= 0) wrong('must be a positive value')
  if (precedence > MOST) wrong(`must not be greater than ${MOST}`)
  if (precedence === 1 && name !== 'exempt') wrong("only the schema named 'exempt' may have matchingPrecedence 1")
  if (distinguisherMethod && !METHODS.includes(distinguisherMethod.type))
    errors.push(notSupported('spec.distinguisherMethod.type', distinguisherMethod, METHODS))
  const at = 'spec.priorityLevelConfiguration.name'
  if (priorityLevelConfiguration.name === '') errors.push(required(at, 'must reference a priority level'))
  else errors.push(...checkForm(dnsSubdomain, priorityLevelConfiguration.name, at))
  return [...errors, ...rules.flatMap((rule, index) => rulesErrors(rule, `spec.rules[${index}]`))]
}

const rulesErrors = (rule: PolicyRules, at: string): readonly FieldError[] => {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule
  const none =
    resourceRules.length + nonResourceRules.length > 0
      ? []
      : [required(at, 'at least one of resourceRules and nonResourceRules has to be non-empty')]
  return [
    ...(subjects.length > 0 ? [] : [required(`${at}.subjects`, 'subjects must contain at least one value')]),
    ...subjects.flatMap((subject, index) => subjectErrors(subject, `${at}.subjects[${index}]`)),
    ...none,
    ...resourceRules.flatMap((one, index) => resourceErrors(one, `${at}.resourceRules[${index}]`)),
    ...nonResourceRules.flatMap((one, index) => pathErrors(one, `${at}.nonResourceRules[${index}]`)),
  ]
}

/** By kind: the member that says who it is. */
const MEMBERS = { ServiceAccount: 'serviceAccount', User: 'user', Group: 'group' } as const

const subjectErrors = (subject: Subject, at: string): readonly FieldError[] => {
  const { kind } = subject
  if (!Object.hasOwn(MEMBERS, kind)) return [notSupported(`${at}.kind`, kind, KINDS)]
  const own = MEMBERS[kind as keyof typeof MEMBERS]
  const who = subject[own]
  const others = Object.entries(MEMBERS)
    .filter(([, member]) => member !== own && subject[member] !== undefined)
    .map(([other, member]) =>
      forbidden(`${at}.${member}`, `${member} is forbidden when subject kind is not '${other}'`),
    )
  const errors =
    who === undefined
      ? [required(`${at}.${own}`, `${own} is required when subject kind is '${kind}'`)]
      : own === 'serviceAccount'
        ? accountErrors(subject.serviceAccount!, `${at}.${own}`)
        : who.name === ''
          ? [required(`${at}.${own}.name`)]
          : []
  return [...errors, ...others]
}

const accountErrors = (account: NonNullable<Subject['serviceAccount']>, at: string): readonly FieldError[] => {
  const { name, namespace } = account
  return [
    ...(name === '' ? [required(`${at}.name`)] : name === ALL ? [] : checkForm(dnsSubdomain, name, `${at}.name`)),
    ...(namespace === ''
      ? [required(`${at}.namespace`, 'must specify namespace for service account')]
      : checkForm(dnsLabel, namespace, `${at}.namespace`)),
  ]
}

/** All or some: who says all says nothing else. */
const exclusive = (items: readonly string[], at: string, others: string): readonly FieldError[] =>
  items.length > 1 && items.includes(ALL)
    ? [invalid(at, items, `if '*' is present, must not specify other ${others}`)]
    : []

const verbErrors = (verbs: readonly string[], at: string): readonly FieldError[] => {
  if (verbs.length === 0) return [required(at, 'verbs must contain at least one value')]
  if (verbs.includes(ALL)) return exclusive(verbs, at, 'verbs')
  return verbs.every((verb) => VERBS.includes(verb)) ? [] : [notSupported(at, verbs, VERBS)]
}

const NAMESPACE = "each member of this list must be '*' or a DNS-1123 label; "

const resourceErrors = (rule: ResourceRule, at: string): readonly FieldError[] => {
  const { verbs = [], apiGroups = [], resources = [], namespaces = [], clusterScope = false } = rule
  const [groupsAt, resourcesAt, namespacesAt] = [`${at}.apiGroups`, `${at}.resources`, `${at}.namespaces`]
  const none = 'resource rules that are not cluster scoped must supply at least one namespace'
  return [
    ...verbErrors(verbs, `${at}.verbs`),
    ...(apiGroups.length === 0 ? [required(groupsAt, 'resource rules must supply at least one api group')] : []),
    ...exclusive(apiGroups, groupsAt, 'api groups'),
    ...(resources.length === 0 ? [required(resourcesAt, 'resource rules must supply at least one resource')] : []),
    ...exclusive(resources, resourcesAt, 'resources'),
    ...(namespaces.length === 0 && !clusterScope ? [required(namespacesAt, none)] : []),
    ...(namespaces.includes(ALL)
      ? exclusive(namespaces, namespacesAt, 'namespaces')
      : namespaces.flatMap((name, index) =>
          dnsLabel(name).map((problem) => invalid(`${namespacesAt}[${index}]`, name, NAMESPACE + problem)),
        )),
  ]
}

const pathErrors = ({ verbs = [], nonResourceURLs = [] }: NonResourceRule, at: string): readonly FieldError[] => {
  const urls = `${at}.nonResourceURLs`
  const errors = verbErrors(verbs, `${at}.verbs`)
  if (nonResourceURLs.length === 0)
    return [...errors, required(urls, 'nonResourceURLs must contain at least one value')]
  if (nonResourceURLs.includes(ALL)) return [...errors, ...exclusive(nonResourceURLs, urls, 'non-resource URLs')]
  const wrong = nonResourceURLs.flatMap((path, index) => {
    const problem = pathProblem(path)
    return problem === undefined ? [] : [invalid(`${urls}[${index}]`, path, problem)]
  })
  return [...errors, ...wrong]
}

const pathProblem = (path: string): string | undefined => {
  if (path === '') return 'must not be empty'
  if (!path.startsWith('/')) return 'must start with slash'
  if (path.includes(' ')) return 'must not contain white-space'
  if (path.includes('//')) return 'must not contain double slash'
  const stars = path.split(ALL).length - 1
  return stars > 1 || (stars === 1 && !path.endsWith('/*')) ? 'wildcard can only do suffix matching' : undefined
}
