import { formatElement, sortedElements } from './path-element.ts'

/**
 * A set of fields, in the very form in which `fieldsV1` shows it: a tree by elements of paths. A field is in the set
 * where its node is empty or holds the member `.`; a node that holds others alone is only on the way to them. Never
 * changed once made: sets share their parts. Source: structured-merge-diff's FieldsV1.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet
}

/** A set that its maker still fills. */
export interface GrowingSet {
  [element: string]: FieldSet
}

/** No field at all; and, within a set, a field with nothing below it. */
export const EMPTY: FieldSet = Object.freeze({})
/** What says that a field with others below it is a member itself. */
export const SELF = '.'

/** A path, from the root: its elements. */
export type FieldPath = readonly string[]

export const isEmpty = (set: FieldSet): boolean => {
  for (const _ in set) return false
  return true
}

/** Of a node within a set: whether the field itself belongs to it. */
export const isMember = (node: FieldSet): boolean => SELF in node || isEmpty(node)

/** A node of these members below a field, which is one itself where `member` says so; undefined where nothing is left. */
export const nodeOf = (below: FieldSet | undefined, member: boolean): FieldSet | undefined => {
  if (below === undefined || isEmpty(below)) return member ? EMPTY : undefined
  return member ? { [SELF]: EMPTY, ...below } : below
}

export const has = (set: FieldSet, path: FieldPath): boolean => {
  let node: FieldSet | undefined = set
  for (const element of path) {
    node = node[element]
    if (node === undefined) return false
  }
  return path.length > 0 && isMember(node)
}

/** Puts a field into a set whose nodes are its maker’s own, but for the empty one. */
const withField = (set: GrowingSet, path: FieldPath): void => {
  let node = set
  for (const [depth, element] of path.entries()) {
    const known = node[element]
    if (depth === path.length - 1) {
      if (known === undefined) node[element] = EMPTY
      else if (!isMember(known)) (known as GrowingSet)[SELF] = EMPTY
      return
    }
    // What is on the way is a member where it had nothing below it.
    const next = known === undefined ? {} : known === EMPTY ? { [SELF]: EMPTY } : (known as GrowingSet)
    node[element] = next
    node = next
  }
}

/** The set of these paths. */
export const setOf = (paths: Iterable<FieldPath>): FieldSet => {
  const set: GrowingSet = {}
  for (const path of paths) withField(set, path)
  return set
}

/** What is in either; the first itself where the second adds nothing. */
export const union = (left: FieldSet, right: FieldSet): FieldSet => {
  if (left === right) return left
  let result: GrowingSet | undefined
  for (const element in right) {
    if (element === SELF) continue
    const known = left[element]
    const other = right[element]!
    const joined = known === undefined ? other : joinNodes(known, other)
    if (joined === known) continue
    result ??= { ...left }
    result[element] = joined
  }
  return result ?? left
}

const joinNodes = (left: FieldSet, right: FieldSet): FieldSet => {
  if (left === right) return left
  if (isEmpty(right)) return isMember(left) ? left : { [SELF]: EMPTY, ...left }
  if (isEmpty(left)) return isMember(right) ? right : { [SELF]: EMPTY, ...right }
  const joined = union(left, right)
  return SELF in joined || !isMember(right) ? joined : { [SELF]: EMPTY, ...joined }
}

/**
 * What is in the first and not in the second: fields are told apart, so that one stays that lies below a field of the
 * second. The first itself where nothing goes.
 */
export const difference = (left: FieldSet, right: FieldSet): FieldSet => without(left, right, false)

/** As `difference`, and with a field of the second goes all that lies below it. */
export const recursiveDifference = (left: FieldSet, right: FieldSet): FieldSet => without(left, right, true)

const without = (left: FieldSet, right: FieldSet, recursive: boolean): FieldSet => {
  let result: GrowingSet | undefined
  for (const element in right) {
    const known = element === SELF ? undefined : left[element]
    if (known === undefined) continue
    const rest = withoutNode(known, right[element]!, recursive)
    if (rest === known) continue
    result ??= { ...left }
    if (rest === undefined) delete result[element]
    else result[element] = rest
  }
  return result ?? left
}

const withoutNode = (left: FieldSet, right: FieldSet, recursive: boolean): FieldSet | undefined => {
  const taken = isMember(right)
  if (isEmpty(left)) return taken ? undefined : left
  if (taken && recursive) return undefined
  const below = without(left, right, recursive)
  if (below === left && !(taken && SELF in left)) return left
  const { [SELF]: self, ...rest } = below
  return nodeOf(rest, self !== undefined && !taken)
}

/** What is in both. */
export const intersection = (left: FieldSet, right: FieldSet): FieldSet => {
  const result: GrowingSet = {}
  for (const element in left) {
    const other = right[element]
    if (element === SELF || other === undefined) continue
    const node = left[element]!
    const common = nodeOf(intersection(node, other), isMember(node) && isMember(other))
    if (common !== undefined) result[element] = common
  }
  return result
}

/** All members: at each level those of the level first, then those below, in the order of the elements. */
export const pathsOf = (set: FieldSet): readonly FieldPath[] => {
  const paths: FieldPath[] = []
  const visit = (node: FieldSet, above: FieldPath): void => {
    const elements = sortedElements(Object.keys(node).filter((element) => element !== SELF))
    for (const element of elements) if (isMember(node[element]!)) paths.push([...above, element])
    for (const element of elements) visit(node[element]!, [...above, element])
  }
  visit(set, [])
  return paths
}

/** As messages name a path: `.spec.ports[port=80,protocol="TCP"].name`. */
export const formatPath = (path: FieldPath): string => path.map(formatElement).join('')
