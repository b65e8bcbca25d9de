import type { Overload } from '../library/overload.ts'
import { ListValue, type Value } from '../values/value.ts'

/** More than anybody can afford: there is no need to count on. */
const TOO_MUCH = 1e9

type Effort = (args: readonly Value[]) => number

const flattened = ({ items }: ListValue, depth: number): number => {
  if (depth <= 0) return items.length
  let size = 0
  for (const item of items) {
    size += item instanceof ListValue ? flattened(item, depth - 1) : 1
    if (size > TOO_MUCH) break
  }
  return size
}

/** How often a text stands in another, as a replacement finds it. */
const occurrences = (text: string, part: string): number => {
  if (part === '') return text.length + 1
  let count = 0
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count++
  return count
}

/** Looking for a text may compare each of its letters at each place. */
const searched: Effort = ([text, part]) => ((text as string).length * (part as string).length) / 10

const replaced: Effort = (args) => {
  const [text, old, by, most = -1n] = args
  const looked = searched(args)
  const grows = (by as string).length - (old as string).length
  if (looked > TOO_MUCH || grows <= 0) return looked
  const { length } = text as string
  const found = occurrences(text as string, old as string)
  return looked + length + grows * ((most as bigint) < 0n ? found : Math.min(found, Number(most)))
}

const joined: Effort = ([list, by = '']) =>
  (list as ListValue).items.reduce<number>(
    (sum, item) => sum + (typeof item === 'string' ? item.length : 0) + (by as string).length,
    0,
  )

const together: Effort = (args) =>
  args.reduce<number>((sum, one) => sum + (one instanceof ListValue ? one.items : (one as Uint8Array)).length, 0)

const EFFORTS: ReadonlyMap<string, Effort> = new Map([
  ['add_list', together],
  ['add_bytes', together],
  ['list_flatten', ([list]) => flattened(list as ListValue, 1)],
  ['list_flatten_int', ([list, depth]) => flattened(list as ListValue, Number(depth))],
  ['string_replace_string_string', replaced],
  ['string_replace_string_string_int', replaced],
  ['string_split_string', searched],
  ['string_split_string_int', searched],
  ['string_index_of_string', searched],
  ['string_index_of_string_int', searched],
  ['string_last_index_of_string', searched],
  ['string_last_index_of_string_int', searched],
  ['list_join', joined],
  ['list_join_string', joined],
])

/** How many letters, octets or items a call looks at or makes, where that may be more than all that it gets; else 0. */
export const effortOf = ({ id }: Overload, args: readonly Value[]): number => EFFORTS.get(id)?.(args) ?? 0
