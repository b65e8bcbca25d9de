import type { Overload } from '../library/overload.ts'
import { lengthOf } from '../library/standard/texts.ts'
import { ListValue, MapValue, ObjectValue, Opaque, Optional, type Value } from '../values/value.ts'
import { effortOf } from './effort.ts'

/** What parts of expressions cost, as cel-go counts. */
export const COST = { select: 1, call: 1, list: 10, map: 30, struct: 40 }

const TEXT = 0.1
const PATTERN = 0.25

/** How large a value is, where it has a size. */
const sizeOf = (value: Value | undefined): number => {
  if (typeof value === 'string') return lengthOf(value)
  if (value instanceof Uint8Array) return value.length
  if (value instanceof ListValue) return value.items.length
  if (value instanceof MapValue) return value.size
  if (value instanceof Opaque) return value.size
  if (value instanceof ObjectValue) return value.names().length
  if (value instanceof Optional && value.value !== undefined) return sizeOf(value.value)
  return 1
}

const walked = (value: Value | undefined, times = 1): number => Math.ceil(sizeOf(value) * times * TEXT)

/** What going through all of a value costs. */
const traversal = (value: Value): number => {
  if (typeof value === 'string') return Math.floor(lengthOf(value) * TEXT)
  if (value instanceof Uint8Array) return Math.floor(value.length * TEXT)
  if (value instanceof ListValue) return value.items.reduce<number>((sum, item) => sum + traversal(item), 0)
  if (value instanceof MapValue)
    return value.keys().reduce<number>((sum, key) => sum + traversal(key) + traversal(value.get(key)!), 0)
  return 1
}

const matched = (text: Value | undefined, pattern: number): number =>
  Math.ceil((1 + sizeOf(text)) * TEXT) * Math.ceil(pattern * PATTERN)

type Cost = (args: readonly Value[], id: string) => number
type ResultCost = (args: readonly Value[], result: Value) => number

const contained: Cost = ([network, other], id) => {
  const compared = Math.ceil(2 * sizeOf(network) * TEXT)
  const parsed = id.endsWith('_string') ? walked(other) : 0
  return compared + parsed + (id.startsWith('cidr_contains_cidr') ? walked(network) + 1 : 0)
}

const squared = (size: number): number => 10 + 2 * size * size

const each = <C>(names: string, cost: C): readonly (readonly [string, C])[] =>
  names.split(' ').map((name) => [name, cost])

const named = each<Cost>
const namedByResult = each<ResultCost>

const ONE: Cost = () => 1

/** By the name of the function, as Kubernetes' own libraries count. */
const BY_NAME: ReadonlyMap<string, Cost> = new Map<string, Cost>([
  ...named('check', () => 350_000),
  ...named('serviceAccount path group resource subresource namespace name allowed reason error errored', ONE),
  ...named(
    'fieldSelector labelSelector',
    ([, text]) => 10 + walked(text) + Math.ceil(Math.ceil(sizeOf(text) * 0.5) * 50),
  ),
  ...named('isSorted sum max min indexOf lastIndexOf', ([list]) => traversal(list!)),
  ...named('url lowerAscii upperAscii substring trim jsonpatch.escapeKey', ([text]) => walked(text)),
  ...named('replace split ip.isCanonical', ([text]) => walked(text, 2)),
  ...named('find findAll', ([text, pattern]) => matched(text, sizeOf(pattern))),
  ...named('cidr isIP isCIDR quantity isQuantity semver isSemver', ([text]) => walked(text)),
  ...named('ip', ([text], id) => (id === 'cidr_ip' ? 1 : walked(text))),
  ...named(
    'masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast',
    ONE,
  ),
  ...named('containsIP containsCIDR', contained),
  ...named('validate', ([, text]) => matched(text, 128)),
  ...named('format.named sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub', ONE),
  ...named('major minor patch getScheme getHostname getHost getPort getEscapedPath getQuery', ONE),
  ...named('distinct sort', ([list]) => squared(sizeOf(list))),
  ...named('sets.contains sets.intersects', ([one, other]) => 1 + sizeOf(one) * sizeOf(other)),
  ...named('sets.equivalent', ([one, other]) => 1 + 2 * sizeOf(one) * sizeOf(other)),
  ...named('@sortByAssociatedKeys', ([, keys]) => squared(sizeOf(keys))),
])

const compared: Cost = ([one, other]) =>
  one instanceof Opaque ? 1 : Math.ceil(Math.min(sizeOf(one), sizeOf(other)) * TEXT)

/** By the overload, as cel-go counts. */
const BY_ID: ReadonlyMap<string, Cost> = new Map<string, Cost>([
  ...named(
    'starts_with_string ends_with_string string_to_bytes bytes_to_string strings_quote string_format',
    ([text]) => walked(text),
  ),
  ...named('in_list', ([, list]) => sizeOf(list)),
  ...named('equals not_equals', compared),
  ...named('less_string less_equals_string greater_string greater_equals_string', compared),
  ...named('less_bytes less_equals_bytes greater_bytes greater_equals_bytes', compared),
  ...named('add_string add_bytes', ([one, other]) => Math.ceil((sizeOf(one) + sizeOf(other)) * TEXT)),
  ...named('matches matches_string', ([text, pattern]) => matched(text, sizeOf(pattern))),
  ...named('contains_string', ([text, part]) => walked(text) * walked(part)),
])

/** By the name of the function: what is known when it has been called alone. */
const BY_RESULT: ReadonlyMap<string, ResultCost> = new Map<string, ResultCost>([
  ...namedByResult('join', (_, result) => walked(result, 2)),
  ...namedByResult('slice lists.range reverse', (_, result) => 10 + sizeOf(result)),
  ...namedByResult('flatten', (args, result) => 10 + Number(args[1] ?? 1n) * sizeOf(result)),
])

/** From here on a call costs by its effort too, also where cel-go counts none: it shares what we copy. */
const LARGE = 10_000

/**
 * What a call is going to cost, before it is made: one that may not be afforded must not hold the server up first, nor
 * fill its memory.
 */
export const costOf = (overload: Overload, args: readonly Value[]): number => {
  const { id, name } = overload
  const effort = effortOf(overload, args)
  const large = effort > LARGE ? Math.ceil(effort * TEXT) : 0
  if (BY_RESULT.has(name)) return large
  return large + ((BY_NAME.get(name) ?? BY_ID.get(id))?.(args, id) ?? COST.call)
}

/** What it costs beyond that, by what it came to. */
export const costOfResult = ({ name }: Overload, args: readonly Value[], result: Value): number =>
  BY_RESULT.get(name)?.(args, result) ?? 0
