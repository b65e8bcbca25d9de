import { readBoolean } from '../../values/texts.ts'

/** By which values an annotation keeps somebody out. */
type Restricts = (value: string, of: (name: string) => string | undefined) => boolean

const always: Restricts = () => true
const isTrue: Restricts = (value) => readBoolean(value) !== false
const VERIFY = 'auth-tls-verify-client'
const isOff = (value: string | undefined): boolean => value?.toLowerCase() === 'off'
/** Words of nginx that let some ask, and others not. */
const refuses: Restricts = (value) =>
  /(?:^|[\s;{}])(?:deny|auth_\w+|satisfy|limit_except|secure_link\w*|(?:return|error)\s+4\d\d)(?=[\s;{])/.test(value)

/**
 * Annotations of ingress-nginx that are there to keep somebody out, and are not honoured here: what they protect is not
 * served, rather than to everybody. ingress-nginx does the same where it cannot do what they say.
 */
const RESTRICTIONS: ReadonlyMap<string, Restricts> = new Map<string, Restricts>([
  ['auth-url', always],
  ['auth-type', always],
  ['auth-secret', always],
  ['auth-tls-secret', (_, of) => !isOff(of(VERIFY))],
  [VERIFY, (value) => !isOff(value)],
  ['auth-tls-match-cn', (_, of) => !isOff(of(VERIFY))],
  ['enable-modsecurity', isTrue],
  ['enable-owasp-core-rules', isTrue],
  ['configuration-snippet', refuses],
  ['server-snippet', refuses],
])

/** Whether an annotation that is not honoured would keep somebody out; `of`: the values of others. */
export const restricts = (name: string, value: string, of: (name: string) => string | undefined): boolean =>
  value !== '' && (RESTRICTIONS.get(name)?.(value, of) ?? false)
