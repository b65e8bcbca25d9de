import { type CelType, DYN, isSameType, partsOf } from './type.ts'

/** What type parameters stand for, by name. */
type Bindings = ReadonlyMap<string, CelType>

const isLoose = ({ kind }: CelType): boolean => kind === 'dyn' || kind === 'error'

/** What takes null, though it is none. */
const TAKES_NULL: ReadonlySet<string> = new Set(['null', 'opaque', 'object', 'duration', 'timestamp', 'dyn'])

const isLessSpecific = (one: CelType, other: CelType): boolean => {
  if (one.kind === 'dyn' || one.kind === 'param') return true
  if (other.kind === 'dyn' || other.kind === 'param' || one.kind !== other.kind) return false
  if (one.kind === 'type') return true
  const [parts, others] = [partsOf(one), partsOf(other)]
  if (parts.length === 0) return isSameType(one, other)
  if (one.kind === 'opaque' && other.kind === 'opaque' && one.name !== other.name) return false
  return parts.length === others.length && parts.every((part, index) => isLessSpecific(part, others[index]!))
}

/** Of two types of which one takes the other: the one that does. */
export const mostGeneral = (one: CelType, other: CelType): CelType => (isLessSpecific(one, other) ? one : other)

/** A type with what is known of its parameters put in. */
export const substituted = (bindings: Bindings, type: CelType, unknownIsDyn = false): CelType => {
  if (type.kind === 'param') {
    const known = bindings.get(type.name)
    if (known !== undefined) return substituted(bindings, known, unknownIsDyn)
    return unknownIsDyn ? DYN : type
  }
  return mapParts(type, (part) => substituted(bindings, part, unknownIsDyn))
}

const mapParts = (type: CelType, change: (part: CelType) => CelType): CelType => {
  switch (type.kind) {
    case 'list':
      return { kind: 'list', of: change(type.of) }
    case 'map':
      return { kind: 'map', key: change(type.key), value: change(type.value) }
    case 'opaque':
      return type.of.length === 0 ? type : { ...type, of: type.of.map(change) }
    case 'type':
      return type.of === undefined ? type : { kind: 'type', of: change(type.of) }
    default:
      return type
  }
}

/** A type of a declaration, its parameters under names of their own. */
export const renamed = (type: CelType, name: (param: string) => string): CelType =>
  type.kind === 'param' ? { kind: 'param', name: name(type.name) } : mapParts(type, (part) => renamed(part, name))

/** Finds out whether types take each other, and what parameters then stand for. */
class Assignment {
  /** What is new: copying all that is known would cost an expression of many terms their square. */
  readonly found = new Map<string, CelType>()
  readonly #before: Bindings

  constructor(before: Bindings) {
    this.#before = before
  }

  all(ones: readonly CelType[], others: readonly CelType[]): boolean {
    return ones.length === others.length && ones.every((one, index) => this.takes(one, others[index]!))
  }

  takes(one: CelType, other: CelType): boolean {
    if (other.kind === 'param') {
      const bound = this.#bind(one, other)
      if (bound !== undefined) return bound
    }
    if (one.kind === 'param') return this.#bind(other, one) === true
    if (isLoose(one) || isLoose(other)) return true
    if (one.kind === 'null') return TAKES_NULL.has(other.kind)
    if (other.kind === 'null') return TAKES_NULL.has(one.kind)
    if (one.kind !== other.kind) return false
    if (one.kind === 'type') return true
    if (one.kind === 'opaque' && other.kind === 'opaque' && one.name !== other.name) return false
    const parts = partsOf(one)
    return parts.length === 0 ? isSameType(one, other) : this.all(parts, partsOf(other))
  }

  /** Whether a parameter can stand for a type; undefined where it cannot, and stands for nothing yet. */
  #bind(type: CelType, param: CelType & { readonly kind: 'param' }): boolean | undefined {
    if (isSameType(type, param)) return true
    const known = this.#known(param.name)
    if (known === undefined) {
      if (!this.#isFree(param.name, type)) return undefined
      this.found.set(param.name, type)
      return true
    }
    if (isSameType(type, known)) return true
    if (!this.takes(type, known)) return false
    const general = mostGeneral(type, known)
    if (this.#isFree(param.name, general)) this.found.set(param.name, general)
    return true
  }

  #known(name: string): CelType | undefined {
    return this.found.get(name) ?? this.#before.get(name)
  }

  /** Whether a type says nothing of a parameter. */
  #isFree(name: string, type: CelType): boolean {
    if (type.kind !== 'param') return partsOf(type).every((part) => this.#isFree(name, part))
    if (type.name === name) return false
    const known = this.#known(type.name)
    return known === undefined || this.#isFree(name, known)
  }
}

/** What more is known of parameters if the first types take the others; undefined where they do not. */
export const assigned = (
  bindings: Bindings,
  ones: readonly CelType[],
  others: readonly CelType[],
): Bindings | undefined => {
  const assignment = new Assignment(bindings)
  return assignment.all(ones, others) ? assignment.found : undefined
}
