import { parseType } from '../types/parse-type.ts'
import type { CelType } from '../types/type.ts'
import type { Value } from '../values/value.ts'

/** What a function does for arguments of certain types. The receiver, if there is one, is the first of them. */
export interface Overload {
  /** `starts_with_string`: what it costs is known by it. */
  readonly id: string
  readonly name: string
  readonly isMember: boolean
  readonly args: readonly CelType[]
  readonly result: CelType
  /** Names of the type parameters. */
  readonly params: readonly string[]
  readonly call: (...args: never[]) => Value
}

/** The types between commas that stand in no brackets. */
const listed = (text: string): readonly string[] => {
  const found: string[] = []
  let [depth, from] = [0, 0]
  for (let at = 0; at <= text.length; at++) {
    if (text[at] === '(') depth++
    if (text[at] === ')') depth--
    if (at < text.length && (text[at] !== ',' || depth > 0)) continue
    const word = text.slice(from, at).trim()
    if (word !== '') found.push(word)
    from = at + 1
  }
  return found
}

/**
 * Declares an overload of a member by its signature: `string.startsWith(string): bool`.
 * Arguments come as their types say; with `dyn` and parameters among them, as any value.
 */
export const member = (id: string, signature: string, call: (...args: never[]) => Value): Overload => {
  const dot = receiverEnd(signature)
  const { name, args, result } = parted(signature.slice(dot + 1))
  return declared(id, name, [signature.slice(0, dot), ...args], result, true, call)
}

/** Where the dot after the receiver stands: the first in no brackets. */
const receiverEnd = (signature: string): number => {
  let depth = 0
  for (let at = 0; ; at++) {
    if (signature[at] === '(') depth++
    if (signature[at] === ')') depth--
    if (signature[at] === '.' && depth === 0) return at
  }
}

const parted = (signature: string) => {
  const open = signature.indexOf('(')
  const close = signature.lastIndexOf('): ')
  return {
    name: signature.slice(0, open),
    args: listed(signature.slice(open + 1, close)),
    result: signature.slice(close + 3),
  }
}

/** Declares an overload of a function: `size(string): int`. */
export const global = (id: string, signature: string, call: (...args: never[]) => Value): Overload => {
  const { name, args, result } = parted(signature)
  return declared(id, name, args, result, false, call)
}

const declared = (
  id: string,
  name: string,
  args: readonly string[],
  result: string,
  isMember: boolean,
  call: Overload['call'],
): Overload => ({
  id,
  name,
  isMember,
  args: args.map(parseType),
  result: parseType(result),
  params: [...new Set([...args, result].join(' ').match(/\b[A-Z]\b/g) ?? [])],
  call,
})
