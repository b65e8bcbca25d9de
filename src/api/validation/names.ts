import { byteLength, labelKeyProblems, labelValueProblems } from '#objects/label-form.ts'
import { anchored, dnsSubdomain, form, longest, type NameForm, SUBDOMAIN } from '#objects/name-form.ts'
import { type FieldError, invalid, required } from './field-error.ts'

export { dns1035Label, dnsLabel, dnsSubdomain, type NameForm } from '#objects/name-form.ts'

const FREE_LABEL = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const FREE_SUBDOMAIN = `${FREE_LABEL}(\\.${FREE_LABEL})*`
/** A domain that is searched: as a subdomain, and with underscores. */
export const searchPath: NameForm = form(
  anchored(FREE_SUBDOMAIN),
  253,
  `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${FREE_SUBDOMAIN}')`,
)
/** `*.` before an RFC 1123 subdomain: all hosts one label below it. */
export const wildcardSubdomain: NameForm = form(
  anchored(`\\*\\.${SUBDOMAIN}`),
  253,
  `a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.${SUBDOMAIN}')`,
)
/** A label's value, 63 bytes, may be empty. */
export const labelValue: NameForm = labelValueProblems

/** `example.com/name` or `name`: label keys, annotation keys, resource names. */
export const qualifiedName: NameForm = labelKeyProblems

/** An IANA service name: a named container port, a named target port. 15 characters with at least one letter. */
export const portName: NameForm = (name) => {
  const problems: string[] = []
  if (byteLength(name) > 15) problems.push(longest(15))
  if (!/^[-a-z0-9]+$/.test(name))
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  if (!/[a-z]/.test(name)) problems.push('must contain at least one letter (a-z)')
  if (name.includes('--')) problems.push('must not contain consecutive hyphens')
  if (name.startsWith('-') || name.endsWith('-')) problems.push('must not begin or end with a hyphen')
  return problems
}

/** What can stand in a path: names of roles, of events, and of what else is not a name elsewhere. */
export const pathSegment: NameForm = (name) => {
  if (name === '.' || name === '..') return [`may not be '${name}'`]
  return ['/', '%'].filter((character) => name.includes(character)).map((character) => `may not contain '${character}'`)
}

/** The complaints of a form as field errors. */
export const checkForm = (form: NameForm, value: string, field: string): readonly FieldError[] => {
  const problems = form(value)
  // Nearly always: for each name of each write, no list is made.
  return problems.length === 0 ? NONE : problems.map((problem) => invalid(field, value, problem))
}

const NONE: readonly FieldError[] = []

export const checkPortNumber = (port: number, field: string): readonly FieldError[] =>
  Number.isInteger(port) && port >= 1 && port <= 65_535
    ? []
    : [invalid(field, port, 'must be between 1 and 65535, inclusive')]

/** A target port: a number, or a container port's name. */
export const checkPortNumberOrName = (port: number | string, field: string): readonly FieldError[] =>
  typeof port === 'number' ? checkPortNumber(port, field) : checkForm(portName, port, field)

/** Labels and selectors: keys and values are reported on the map itself, as Kubernetes does. */
export const checkLabels = (labels: { readonly [key: string]: string }, field: string): readonly FieldError[] => {
  const errors: FieldError[] = []
  for (const key in labels)
    errors.push(...checkForm(qualifiedName, key, field), ...checkForm(labelValue, labels[key]!, field))
  return errors
}

const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"
const HTTP_PATH_FORM = anchored(HTTP_PATH)

/** `acme.example/controller`: who owns a word, and the word. */
export const checkDomainPrefixedPath = (value: string | undefined, field: string): readonly FieldError[] => {
  if (!value) return [required(field)]
  const slash = value.indexOf('/')
  const [host, path] = [value.slice(0, Math.max(slash, 0)), value.slice(slash + 1)]
  if (host === '' || path === '')
    return [invalid(field, value, 'must be a domain-prefixed path (such as "acme.io/foo")')]
  const errors = checkForm(dnsSubdomain, host, field)
  if (HTTP_PATH_FORM.test(path)) return errors
  return [...errors, invalid(field, path, `Invalid path (regex used for validation is '${HTTP_PATH}')`)]
}

/** Not negative. */
export const checkNonNegative = (value: number | undefined, field: string): readonly FieldError[] =>
  value !== undefined && value < 0 ? [invalid(field, value, 'must be greater than or equal to 0')] : []
