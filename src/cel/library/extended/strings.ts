import { GO_ESCAPES } from '#schema/go-quoted.ts'
import { CelError } from '../../values/cel-error.ts'
import { ListValue, type Value } from '../../values/value.ts'
import { global, member, type Overload } from '../overload.ts'
import { formatted } from './format-text.ts'

const outOfRange = (index: bigint): CelError => new CelError(`index out of range: ${index}`)

/** A place in a text of code points. Throws CelError for one that is not in it, and not its end. */
const placeIn = (points: readonly string[], index: bigint): number => {
  if (index < 0n || index > BigInt(points.length)) throw outOfRange(index)
  return Number(index)
}

const charAt = (text: string, index: bigint): string => {
  const points = [...text]
  return points[placeIn(points, index)] ?? ''
}

/** How many code points stand before a place of the text. */
const pointsBefore = (text: string, place: number): bigint => {
  let points = place
  for (let at = 1; at < place; at++) if (isPair(text, at)) points--
  return BigInt(points)
}

/** Where the code point of this number stands in the text; its end for one behind it. */
const placeOf = (text: string, point: bigint): number => {
  let place = 0
  for (let left = point; left > 0n && place < text.length; left--) place += isPair(text, place + 1) ? 2 : 1
  return place
}

/** Whether this is the second half of a code point. */
const isPair = (text: string, at: number): boolean =>
  text.charCodeAt(at) >>> 10 === 0x37 && text.charCodeAt(at - 1) >>> 10 === 0x36

const indexOf = (text: string, part: string, from = 0n): bigint => {
  if (part === '') return from
  if (from < 0n) throw outOfRange(from)
  const found = text.indexOf(part, placeOf(text, from))
  return found < 0 ? -1n : pointsBefore(text, found)
}

const lastIndexOf = (text: string, part: string, from?: bigint): bigint => {
  const length = pointsBefore(text, text.length)
  if (part === '') return from ?? length
  if (from !== undefined && from < 0n) throw outOfRange(from)
  if (from !== undefined && from >= length) return -1n
  const found = text.lastIndexOf(part, from === undefined ? text.length : placeOf(text, from))
  return found < 0 ? -1n : pointsBefore(text, found)
}

/** A text parted, into no more than so many; Go parts by nothing between code points. */
const split = (text: string, by: string, most = -1n): ListValue => {
  if (most === 0n) return new ListValue([])
  const parts = by === '' ? [...text] : text.split(by)
  if (most < 0n || BigInt(parts.length) <= most) return new ListValue(parts)
  const kept = Number(most) - 1
  return new ListValue([...parts.slice(0, kept), parts.slice(kept).join(by)])
}

const replace = (text: string, old: string, by: string, most = -1n): string => {
  if (most < 0n) return text.replaceAll(old, () => by)
  if (old !== '') return (split(text, old, most + 1n).items as readonly string[]).join(by)
  // Nothing stands before each letter, and after the last one.
  return ['', ...text].map((letter, at) => letter + (at < most ? by : '')).join('')
}

const substring = (text: string, start: bigint, end?: bigint): string => {
  const points = [...text]
  if (end !== undefined && start > end) throw new CelError(`invalid substring range. start: ${start}, end: ${end}`)
  return points.slice(placeIn(points, start), end === undefined ? undefined : placeIn(points, end)).join('')
}

const inAscii = (text: string, change: (letter: string) => string): string => text.replace(/[A-Za-z]+/g, change)

const quote = (text: string): string => `"${[...text].map((letter) => GO_ESCAPES[letter] ?? letter).join('')}"`

const join = ({ items }: ListValue, by = ''): string =>
  items
    .map((item: Value) => {
      if (typeof item !== 'string') throw new CelError(`join: invalid input: ${String(item)}`)
      return item
    })
    .join(by)

/** What cel-go adds to texts. */
export const strings: readonly Overload[] = [
  member('string_char_at_int', 'string.charAt(int): string', charAt),
  member('string_index_of_string', 'string.indexOf(string): int', (text: string, part: string) => indexOf(text, part)),
  member('string_index_of_string_int', 'string.indexOf(string, int): int', indexOf),
  member('string_last_index_of_string', 'string.lastIndexOf(string): int', (text: string, part: string) =>
    lastIndexOf(text, part),
  ),
  member('string_last_index_of_string_int', 'string.lastIndexOf(string, int): int', lastIndexOf),
  member('string_lower_ascii', 'string.lowerAscii(): string', (text: string) =>
    inAscii(text, (letters) => letters.toLowerCase()),
  ),
  member('string_upper_ascii', 'string.upperAscii(): string', (text: string) =>
    inAscii(text, (letters) => letters.toUpperCase()),
  ),
  member('string_replace_string_string', 'string.replace(string, string): string', replace),
  member('string_replace_string_string_int', 'string.replace(string, string, int): string', replace),
  member('string_split_string', 'string.split(string): list(string)', split),
  member('string_split_string_int', 'string.split(string, int): list(string)', split),
  member('string_substring_int', 'string.substring(int): string', substring),
  member('string_substring_int_int', 'string.substring(int, int): string', substring),
  member('string_trim', 'string.trim(): string', (text: string) => text.trim()),
  member('string_format', 'string.format(list(dyn)): string', (text: string, { items }: ListValue) =>
    formatted(text, items),
  ),
  global('strings_quote', 'strings.quote(string): string', quote),
  member('list_join', 'list(string).join(): string', join),
  member('list_join_string', 'list(string).join(string): string', join),
]
