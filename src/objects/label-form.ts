// The shapes of metadata's names, from Kubernetes' naming rules: RFC 1123 for the prefix, 63 characters for names and
// values.
const NAME = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/

const NAME_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
const PREFIX_RULE =
  "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const QUALIFIED_RULE =
  "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

/** The length in UTF-8: Kubernetes counts bytes. */
export const byteLength = (text: string): number => {
  let length = text.length
  for (let at = 0; at < text.length; at++) {
    const point = text.codePointAt(at)!
    if (point < 0x80) continue
    // A character past the first plane is two in a text already, and four octets.
    length += point < 0x800 ? 1 : 2
    if (point >= 0x1_0000) at++
  }
  return length
}

/** What is wrong with a label's key, in Kubernetes' words; none where it is right. */
export const labelKeyProblems = (key: string): readonly string[] => {
  const parts = key.split('/')
  if (parts.length > 2) return [QUALIFIED_RULE]
  const problems: string[] = []
  const name = parts.at(-1)!
  if (parts.length === 2) {
    const prefix = parts[0]!
    if (prefix === '') problems.push('prefix part must be non-empty')
    else {
      if (byteLength(prefix) > 253) problems.push('prefix part must be no more than 253 characters')
      if (!SUBDOMAIN.test(prefix)) problems.push(PREFIX_RULE)
    }
  }
  if (name === '') problems.push('name part must be non-empty')
  else if (byteLength(name) > 63) problems.push('name part must be no more than 63 characters')
  if (!NAME.test(name)) problems.push(NAME_RULE)
  return problems
}

/** The same of a label's value, which may be empty. */
export const labelValueProblems = (value: string): readonly string[] => {
  const problems: string[] = []
  if (byteLength(value) > 63) problems.push('must be no more than 63 characters')
  if (value !== '' && !NAME.test(value)) problems.push(VALUE_RULE)
  return problems
}
