import { byteLength } from './label-form.ts'

// The messages are Kubernetes' own, letter for letter: clients and people match on them.
const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
/** A pattern of subdomains, without its ends. */
export const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`
/** A pattern that a whole text must match. */
export const anchored = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`)
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const LABEL_FORM = anchored(LABEL)
const SUBDOMAIN_FORM = anchored(SUBDOMAIN)

const LABEL_MESSAGE = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`
const SUBDOMAIN_MESSAGE = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`

/** What is said of a text that is too long. */
export const longest = (length: number): string => `must be no more than ${length} characters`

/** A form's complaints about a text; none when it is right. */
export type NameForm = (name: string) => readonly string[]

/** A form of so many bytes at most. */
export const form =
  (pattern: RegExp, maximum: number, message: string): NameForm =>
  (name) => {
    const problems: string[] = []
    if (byteLength(name) > maximum) problems.push(longest(maximum))
    if (!pattern.test(name)) problems.push(message)
    return problems
  }

/** RFC 1123 label, 63 bytes: namespaces, Services, port names. */
export const dnsLabel: NameForm = form(LABEL_FORM, 63, LABEL_MESSAGE)
/** RFC 1123 subdomain, 253 bytes: most kinds' names. */
export const dnsSubdomain: NameForm = form(SUBDOMAIN_FORM, 253, SUBDOMAIN_MESSAGE)
/** RFC 1035 label, 63 bytes: versions of an API, words of a definition. */
export const dns1035Label: NameForm = form(
  anchored(LABEL_1035),
  63,
  `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${LABEL_1035}')`,
)
