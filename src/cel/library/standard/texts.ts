import { ListValue, type MapValue } from '../../values/value.ts'
import { global, member, type Overload } from '../overload.ts'
import { patternOf } from '../pattern.ts'

/** How many code points a text has. */
export const lengthOf = (text: string): number => {
  let length = text.length
  for (let at = 0; at < text.length - 1; at++)
    if ((text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) length--
  return length
}

const matches = (text: string, pattern: string): boolean => patternOf(pattern).test(text)

const sizes = (['string', 'bytes', 'list(A)', 'map(A, B)'] as const).flatMap((type) => {
  const [name = ''] = type.split('(')
  const size = (value: string | Uint8Array | ListValue | MapValue): bigint => {
    if (typeof value === 'string') return BigInt(lengthOf(value))
    if (value instanceof Uint8Array) return BigInt(value.length)
    return BigInt(value instanceof ListValue ? value.items.length : value.size)
  }
  return [global(`size_${name}`, `size(${type}): int`, size), member(`${name}_size`, `${type}.size(): int`, size)]
})

/** Sizes, and what a text holds. */
export const texts: readonly Overload[] = [
  ...sizes,
  member('contains_string', 'string.contains(string): bool', (text: string, part: string) => text.includes(part)),
  member('ends_with_string', 'string.endsWith(string): bool', (text: string, part: string) => text.endsWith(part)),
  member('starts_with_string', 'string.startsWith(string): bool', (text: string, part: string) =>
    text.startsWith(part),
  ),
  global('matches', 'matches(string, string): bool', matches),
  member('matches_string', 'string.matches(string): bool', matches),
]
