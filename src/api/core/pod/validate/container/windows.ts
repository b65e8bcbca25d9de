import type { SecurityContext } from '#api/core/pod/spec/security.ts'
import { type FieldError, invalid } from '#api/validation/field-error.ts'
import { checkForm, dnsSubdomain } from '#api/validation/names.ts'
import { byteLength } from '#objects/label-form.ts'

const MOST_KIB = 64
const LONGEST_DOMAIN = 256
const LONGEST_USER = 104
const NETBIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/
const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?'
const DOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`)
const CONTROL = /\p{Cc}/u

/** What is wrong with `DOMAIN\user`. */
const userProblems = (name: string): readonly string[] => {
  if (name === '') return ['runAsUserName cannot be an empty string']
  if (CONTROL.test(name)) return ['runAsUserName cannot contain control characters']
  const parts = name.split('\\')
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash']
  const user = parts.at(-1)!
  const domain = parts.length === 2 ? parts[0]! : undefined
  return [
    ...(domain !== undefined && domain.length >= LONGEST_DOMAIN
      ? [`runAsUserName's Domain length must be under ${LONGEST_DOMAIN} characters`]
      : []),
    ...(domain !== undefined && !NETBIOS.test(domain) && !DOMAIN.test(domain)
      ? ["runAsUserName's Domain doesn't match the NetBios nor the DNS format"]
      : []),
    ...(user === '' ? ["runAsUserName's User cannot be empty"] : []),
    ...(user.length > LONGEST_USER
      ? [`runAsUserName's User length must not be longer than ${LONGEST_USER} characters`]
      : []),
    ...(/^[. ]+$/.test(user) ? ["runAsUserName's User cannot contain only periods or spaces"] : []),
    ...(/["/\\:;|=,+*?<>@[\]]/.test(user)
      ? ['runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]']
      : []),
  ]
}

/** Checks what is said for nodes with Windows. */
export const validateWindows = (
  options: SecurityContext['windowsOptions'] | undefined,
  path: string,
): readonly FieldError[] => {
  if (options === undefined) return []
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName: user } = options
  const at = `${path}.gmsaCredentialSpec`
  const errors: FieldError[] = name === undefined ? [] : [...checkForm(dnsSubdomain, name, `${at}Name`)]
  if (spec === '') errors.push(invalid(at, spec, 'gmsaCredentialSpec cannot be an empty string'))
  else if (spec !== undefined && byteLength(spec) > MOST_KIB * 1024)
    errors.push(invalid(at, spec, `gmsaCredentialSpec size must be under ${MOST_KIB} KiB`))
  if (user !== undefined)
    errors.push(...userProblems(user).map((problem) => invalid(`${path}.runAsUserName`, user, problem)))
  return errors
}
