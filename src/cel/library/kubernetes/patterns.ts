import type { RE2JS } from 're2js'
import { CelError } from '../../values/cel-error.ts'
import { ListValue } from '../../values/value.ts'
import { member, type Overload } from '../overload.ts'
import { patternOf } from '../pattern.ts'

const legal = (pattern: string): RE2JS => {
  try {
    return patternOf(pattern)
  } catch (error) {
    if (error instanceof CelError) throw new CelError(`Illegal regex: ${error.message}`)
    throw error
  }
}

const findAll = (text: string, pattern: string, most = -1n): ListValue => {
  const matcher = legal(pattern).matcher(text)
  const found: string[] = []
  while ((most < 0n || BigInt(found.length) < most) && matcher.find()) found.push(matcher.group() ?? '')
  return new ListValue(found)
}

/** What patterns find. */
export const patterns: readonly Overload[] = [
  member('string_find_string', 'string.find(string): string', (text: string, pattern: string) => {
    const [found = ''] = findAll(text, pattern, 1n).items
    return found
  }),
  member('string_find_all_string', 'string.findAll(string): list(string)', findAll),
  member('string_find_all_string_int', 'string.findAll(string, int): list(string)', findAll),
]
