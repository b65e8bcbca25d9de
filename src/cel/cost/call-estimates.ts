import { BOOL, type CelType, DYN } from '../types/type.ts'
import type { Value } from '../values/value.ts'
import { fixed, product, type Range, sum, times, UNKNOWN, ZERO } from './range.ts'
import type { CallEstimate, SizeNode } from './size-node.ts'

const TEXT = 0.1
const PATTERN = 0.25

/** What estimates ask for: how large a part is, and what is in a list. */
interface Sizes {
  size(node: SizeNode): Range
}

type Estimate = (sizes: Sizes, args: readonly SizeNode[], id: string) => CallEstimate | undefined

const named = (names: string, estimate: Estimate): readonly (readonly [string, Estimate])[] =>
  names.split(' ').map((name) => [name, estimate])

const ONE: Estimate = () => ({ cost: fixed(1) })

/** Going once through a text, of which the result has the size too. */
const through: Estimate = (sizes, [text]) => {
  const size = sizes.size(text!)
  return { cost: times(size, TEXT), size }
}

const parsed: Estimate = (sizes, args) => (args.length === 0 ? undefined : { cost: times(sizes.size(args[0]!), TEXT) })

const elementOf = ({ type, path }: SizeNode): SizeNode | undefined =>
  type.kind === 'list' ? { type: type.of, path: path.length === 0 ? [] : [...path, '@items'] } : undefined

const isText = ({ kind }: CelType): boolean => kind === 'string' || kind === 'bytes'

const each: Estimate = (sizes, [target]) => {
  const element = elementOf(target!)
  if (element === undefined) return { cost: times(sizes.size(target!), TEXT) }
  const one = isText(element.type) ? sum(fixed(1), times(sizes.size(element), TEXT)) : fixed(1)
  return { cost: product(sizes.size(target!), one) }
}

const replaced: Estimate = (sizes, [target, old, by]) => {
  const [size, from, to] = [sizes.size(target!), sizes.size(old!), sizes.size(by!)]
  const most =
    from.min === 0 ? [size.max + 1, size.max] : to.max <= from.min ? [0, size.max] : [Math.ceil(size.max / from.min), 0]
  const least =
    from.max === 0 ? [size.min + 1, size.min] : from.max <= to.min ? [0, size.min] : [Math.ceil(size.min / from.max), 0]
  const result = sum(product({ min: least[0]!, max: most[0]! }, to), { min: least[1]!, max: most[1]! })
  return { cost: times(size, 2 * TEXT), size: result }
}

const literalOf = (node: SizeNode | undefined): Value | undefined =>
  node?.expression?.kind === 'literal' ? node.expression.value : undefined

const split: Estimate = (sizes, [target, , count]) => {
  const size = sizes.size(target!)
  const most = literalOf(count)
  return { cost: times(size, 2 * TEXT), size: { min: 0, max: typeof most === 'bigint' ? Number(most) : size.max } }
}

const joined: Estimate = (sizes, [target, separator]) => {
  const list = sizes.size(target!)
  const element = elementOf(target!)
  let size = element === undefined ? ZERO : product(list, sizes.size(element))
  if (separator !== undefined)
    size = sum(size, product(sizes.size(separator), { min: Math.max(0, list.min - 1), max: Math.max(0, list.max - 1) }))
  return { cost: times(size, TEXT), size }
}

const matched = (text: Range, pattern: Range): Range =>
  product(times(sum(text, fixed(1)), TEXT), times(pattern, PATTERN))

const found: Estimate = (sizes, [text, pattern]) => {
  const size = sizes.size(text!)
  return { cost: matched(size, sizes.size(pattern!)), size: { min: 0, max: size.max } }
}

const contained: Estimate = (sizes, [, other], id) => {
  const bytes = { min: 4, max: 16 }
  const parts = [times(sum(bytes, bytes), TEXT)]
  if (id.startsWith('cidr_contains_cidr')) parts.push(times(bytes, TEXT), fixed(1))
  if (id.endsWith('_string')) parts.push(times(sizes.size(other!), TEXT))
  return { cost: sum(...parts) }
}

const made = (factor: number, size: Range): CallEstimate => ({ cost: sum(times(size, factor), fixed(11)), size })

const wholeOf = (node: SizeNode | undefined, otherwise: number): number => {
  const value = literalOf(node)
  return typeof value === 'bigint' && value >= 0n ? Number(value) : otherwise
}

const squared = (sizes: Sizes, node: SizeNode): CallEstimate => {
  const size = sizes.size(node)
  const element = elementOf(node)?.type ?? DYN
  return { ...made(2 + (isText(element) ? TEXT : 0), product(size, size)) }
}

const asSets =
  (factor: number): Estimate =>
  (sizes, [one, other]) => ({ cost: sum(times(product(sizes.size(one!), sizes.size(other!)), factor), fixed(1)) })

/** Of functions by name, as Kubernetes' own libraries estimate them. */
const BY_NAME: ReadonlyMap<string, Estimate> = new Map([
  ...named('check', () => ({ cost: fixed(350_000) })),
  ...named('serviceAccount path group resource subresource namespace name allowed reason error errored', ONE),
  ...named('isSorted sum max min indexOf lastIndexOf', each),
  ...named('url lowerAscii upperAscii substring trim jsonpatch.escapeKey', through),
  ...named('replace', replaced),
  ...named('split', split),
  ...named('join', joined),
  ...named('find findAll', found),
  ...named('cidr isIP isCIDR quantity isQuantity semver isSemver', parsed),
  ...named('ip', (sizes, args, id) => (id === 'cidr_ip' ? { cost: fixed(1) } : parsed(sizes, args, id))),
  ...named('ip.isCanonical', (sizes, [text]) => ({ cost: times(sizes.size(text!), 2 * TEXT) })),
  ...named(
    'masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast',
    ONE,
  ),
  ...named('containsIP containsCIDR', contained),
  ...named('validate', (sizes, [, text]) => ({ cost: times(times(sizes.size(text!), TEXT), 128 * PATTERN) })),
  ...named('format.named sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub', ONE),
  ...named('major minor patch getScheme getHostname getHost getPort getEscapedPath getQuery', ONE),
  ...named('slice', (sizes, [list, start, end]) =>
    made(1, fixed(wholeOf(end, sizes.size(list!).max) - wholeOf(start, 0))),
  ),
  ...named('flatten', (sizes, [list, depth]) =>
    made(depth === undefined ? 1 : wholeOf(depth, UNKNOWN.max), sizes.size(list!)),
  ),
  ...named('lists.range', (_, [count]) => made(1, fixed(wholeOf(count, UNKNOWN.max)))),
  ...named('reverse', (sizes, [list]) => made(1, sizes.size(list!))),
  ...named('distinct', (sizes, [list]) => made(2, product(sizes.size(list!), sizes.size(list!)))),
  ...named('sort', (sizes, [list]) => squared(sizes, list!)),
  ...named('@sortByAssociatedKeys', (sizes, [, keys]) => squared(sizes, keys!)),
  ...named('sets.contains sets.intersects', asSets(1)),
  ...named('sets.equivalent', asSets(2)),
])

const compared: Estimate = (sizes, [one, other]) => {
  const most = Math.min(sizes.size(one!).max, sizes.size(other!).max)
  return { cost: times({ min: most > 0 ? 1 : 0, max: most }, TEXT) }
}

const added: Estimate = (sizes, [one, other], id) => {
  const size = sum(sizes.size(one!), sizes.size(other!))
  return { cost: id === 'add_list' ? fixed(1) : times(size, TEXT), size }
}

const resized =
  (change: (size: Range) => Range): Estimate =>
  (sizes, [text]) => {
    const size = sizes.size(text!)
    return { cost: times(size, TEXT), size: change(size) }
  }

/** Of overloads, as cel-go estimates them. */
const BY_ID: ReadonlyMap<string, Estimate> = new Map([
  ...named('string_format', (sizes, [text]) => ({ cost: times(sizes.size(text!), TEXT) })),
  ...named(
    'string_to_bytes',
    resized(({ min, max }) => ({ min, max: max * 4 })),
  ),
  ...named(
    'bytes_to_string',
    resized(({ min, max }) => ({ min: Math.floor(min / 4), max })),
  ),
  ...named(
    'strings_quote',
    resized(({ min, max }) => ({ min: min + 2, max: max * 2 + 2 })),
  ),
  ...named('starts_with_string ends_with_string', (sizes, [, part]) => ({ cost: times(sizes.size(part!), TEXT) })),
  ...named('in_list', (sizes, [, list]) => ({ cost: sizes.size(list!) })),
  ...named('matches_string', (sizes, [text, pattern]) => ({ cost: matched(sizes.size(text!), sizes.size(pattern!)) })),
  ...named('contains_string', (sizes, [text, part]) => ({
    cost: product(times(sizes.size(text!), TEXT), times(sizes.size(part!), TEXT)),
  })),
  ...named('add_string add_bytes add_list', added),
  ...named('less_string less_equals_string greater_string greater_equals_string', compared),
  ...named('less_bytes less_equals_bytes greater_bytes greater_equals_bytes equals not_equals', compared),
])

/** Types of values that are compared at once, whatever they hold. */
const ATOMS = new Set(['net.IP', 'net.CIDR', 'kubernetes.Quantity', 'kubernetes.Semver'])

/** What a call costs beside its arguments, the receiver among them. */
export const estimateCall = (sizes: Sizes, name: string, id: string, args: readonly SizeNode[]): CallEstimate => {
  const type = args[0]?.type ?? BOOL
  if (name === '_==_' && 'name' in type && ATOMS.has(type.name)) return { cost: fixed(1) }
  return (BY_NAME.get(name) ?? BY_ID.get(id))?.(sizes, args, id) ?? { cost: fixed(1) }
}
