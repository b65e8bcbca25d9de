import { type FieldError, invalid as invalidValue, tooLong } from '#api/validation/field-error.ts'

/** Octets of a manager's name. */
const MOST = 128
const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u

/** What is wrong with a name that somebody gives. */
export const managerProblems = (name: string): readonly FieldError[] => {
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

/** Who a User-Agent says it is: the printable characters before the first slash, as many as a name may have. */
export const agentName = (agent: string): string => {
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
