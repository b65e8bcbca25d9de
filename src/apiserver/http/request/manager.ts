import { type FieldError, fieldCauses, invalid as invalidValue, tooLong } from '#api/validation/field-error.ts'
import { invalid } from '../../errors.ts'
import type { Exchange } from './exchange.ts'

/** Octets of a manager's name. */
const MOST = 128
const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u

/**
 * Who a write is told to be by: `fieldManager` of the query, or what stands before the first slash of the User-Agent; ''
 * where neither says anything. Throws ApiError 422 for a name that cannot be shown; `options` names the options that it
 * stands in.
 */
export const managerOf = ({ query, request }: Exchange, options = optionsOf(request.method)): string => {
  const named = query.get('fieldManager') ?? ''
  const causes = fieldCauses(managerProblems(named))
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind: options }, '', causes)
  return named === '' ? prefixOf(request.headers['user-agent'] ?? '') : named
}

const optionsOf = (method: string | undefined): string =>
  method === 'POST' ? 'CreateOptions' : method === 'PUT' ? 'UpdateOptions' : 'PatchOptions'

/** What is wrong with a name that somebody gives. */
const managerProblems = (name: string): readonly FieldError[] => {
  const problems: FieldError[] = Buffer.byteLength(name) > MOST ? [tooLong('fieldManager', MOST)] : []
  let position = 0
  for (const character of name) {
    if (UNPRINTABLE.test(character))
      problems.push(
        invalidValue('fieldManager', name, `invalid character ${codePointText(character)} (at position ${position})`),
      )
    position += Buffer.byteLength(character)
  }
  return problems
}

/** `U+0007`: a character that cannot be printed, as Go names it. */
const codePointText = (character: string): string =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`

/** The printable characters before the first slash, as many as a name may have. */
const prefixOf = (agent: string): string => {
  const slash = agent.indexOf('/')
  const name = slash < 0 ? agent : agent.slice(0, slash)
  if (/^[ -~]*$/.test(name) && name.length <= MOST) return name
  let prefix = ''
  let octets = 0
  for (const character of name) {
    if (UNPRINTABLE.test(character)) continue
    octets += Buffer.byteLength(character)
    if (octets > MOST) break
    prefix += character
  }
  return prefix
}
