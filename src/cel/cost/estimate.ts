import { ACCUMULATOR, isBinding } from '../syntax/expanding.ts'
import type { Call, Comprehension, Expression, List, MapLiteral, Select } from '../syntax/expression.ts'
import { type CelType, DYN, unwrapOptional } from '../types/type.ts'
import { COST } from './actual.ts'
import { estimateCall } from './call-estimates.ts'
import { literalSize } from './literal-size.ts'
import { fixed, product, type Range, sum, UNKNOWN, union, ZERO } from './range.ts'
import type { SizeNode, SizeOf } from './size-node.ts'

/** How large what is in a list or a map is. */
interface Entry {
  readonly kind: 'list' | 'map'
  readonly key: Range
  readonly value: Range
}

/** A variable of a fold. */
interface Local {
  readonly path: readonly string[]
  readonly size: Range | undefined
  readonly entry: Entry | undefined
}

const SCALARS = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint'])

/** `a.?b`, which has no overloads. */
const OPTIONAL_FIELD = [{ id: 'select_optional_field' }]

const isScalar = (type: CelType): boolean => {
  const inner = unwrapOptional(type)
  return inner === undefined ? SCALARS.has(type.kind) : isScalar(inner)
}

const joined = (one: Entry | undefined, other: Entry | undefined): Entry | undefined =>
  one && other && { kind: one.kind, key: union(one.key, other.key), value: union(one.value, other.value) }

const most = (sizes: readonly Range[]): Range =>
  sizes.length === 0 ? ZERO : sizes.reduce((all, size) => union(all, size))

/** What an expression costs at least and at most, before it is known what it is asked of. */
class Coster {
  readonly #sizeAt: SizeOf
  readonly #paths = new Map<Expression, readonly string[]>()
  readonly #sizes = new Map<Expression, Range>()
  readonly #entries = new Map<Expression, Entry>()
  readonly #locals = new Map<string, Local[]>()

  constructor(sizeAt: SizeOf) {
    this.#sizeAt = sizeAt
  }

  cost(expression: Expression): Range {
    switch (expression.kind) {
      case 'comprehension':
        return isBinding(expression) ? this.#binding(expression) : this.#fold(expression)
      case 'struct':
        return sum(fixed(COST.struct), ...expression.fields.map(({ value }) => this.cost(value)))
      case 'map':
        return this.#map(expression)
      case 'list':
        return this.#list(expression)
      case 'call':
        return this.#call(expression)
      case 'select':
        return this.#select(expression)
      case 'identifier':
        this.#paths.set(expression, this.#local(expression.name)?.path ?? [expression.name])
        return fixed(COST.select)
      case 'literal':
        return ZERO
    }
  }

  size(node: SizeNode): Range {
    return node.size ?? (node.path.length > 0 ? this.#sizeAt(node.path) : undefined) ?? UNKNOWN
  }

  #select(select: Select): Range {
    const operand = this.cost(select.operand)
    if (select.isTest) return operand
    this.#paths.set(select, [...this.#pathOf(select.operand), select.field])
    const { kind } = select.operand.type ?? DYN
    return ['map', 'object', 'param'].includes(kind) ? sum(operand, fixed(COST.select)) : operand
  }

  #call(call: Call): Range {
    const { name, target, overloads = OPTIONAL_FIELD } = call
    const args = target === undefined ? call.args : [target, ...call.args]
    const costs = args.map((arg) => this.cost(arg))
    if (name === 'dyn') {
      this.#copy(call, args[0]!)
      return sum(fixed(COST.call), ...costs)
    }
    if (name === '_&&_' || name === '_||_') return { min: costs[0]!.min, max: sum(...costs).max }
    if (name === '_?_:_') return this.#conditional(call, args, costs)
    const nodes = args.map((arg) => this.#node(arg))
    let cost: Range | undefined
    let size: Range | undefined
    for (const { id } of overloads) {
      const estimate = estimateCall(this, name, id, nodes)
      cost = cost === undefined ? estimate.cost : union(cost, estimate.cost)
      if (estimate.size !== undefined) size = size === undefined ? estimate.size : union(size, estimate.size)
      if (id === 'add_list') this.#setEntry(call, joined(this.#entryOf(args[0]!), this.#entryOf(args[1]!)))
      if (id === 'index_list' || id === 'index_map') {
        size = this.#entryOf(args[0]!)?.value
        this.#paths.set(call, [...this.#pathOf(args[0]!), id === 'index_list' ? '@items' : '@values'])
      }
      size ??= this.#sizeOf(call)
    }
    this.#setSize(call, size)
    return sum(cost!, ...costs)
  }

  #conditional(call: Call, args: readonly Expression[], costs: readonly Range[]): Range {
    const [yes, no] = [args[1]!, args[2]!]
    this.#setSize(call, union(this.#sizeOf(yes) ?? UNKNOWN, this.#sizeOf(no) ?? UNKNOWN))
    this.#setEntry(call, joined(this.#entryOf(yes), this.#entryOf(no)))
    return sum(costs[0]!, union(costs[1]!, costs[2]!))
  }

  #list(list: List): Range {
    const costs = list.items.map(({ value }) => this.cost(value))
    const sizes = list.items.map(({ value }) => this.#sizeOf(value) ?? UNKNOWN)
    this.#setEntry(list, { kind: 'list', key: fixed(1), value: most(sizes) })
    return sum(fixed(COST.list), ...costs)
  }

  #map(map: MapLiteral): Range {
    const costs = map.entries.flatMap(({ key, value }) => [this.cost(key), this.cost(value)])
    const keys = map.entries.map(({ key }) => this.#sizeOf(key) ?? UNKNOWN)
    const values = map.entries.map(({ value }) => this.#sizeOf(value) ?? UNKNOWN)
    this.#setEntry(map, { kind: 'map', key: most(keys), value: most(values) })
    return sum(fixed(COST.map), ...costs)
  }

  #binding(fold: Comprehension): Range {
    const outside = sum(this.cost(fold.range), this.cost(fold.start))
    const inside = this.#with(fold.accumulator, this.#localOf(fold.start), () => this.cost(fold.result))
    this.#copy(fold, fold.result)
    return sum(outside, inside)
  }

  #fold(fold: Comprehension): Range {
    const { range, start, second } = fold
    const outside = sum(this.cost(range), this.cost(start))
    let turn = ZERO
    const result = this.#with(fold.accumulator, this.#localOf(start), () => {
      const first = second === undefined ? this.#single(range) : this.#part(range, 'key')
      const one = (): void => {
        turn = sum(this.cost(fold.condition), this.cost(fold.step))
      }
      this.#with(fold.variable, first, () =>
        second === undefined ? one() : this.#with(second, this.#part(range, 'value'), one),
      )
      return this.cost(fold.result)
    })
    const count = this.#sizeOf(range) ?? UNKNOWN
    if (start.kind === 'literal') this.#setSize(fold, this.#sizeOf(start))
    else if (start.kind === 'list' || start.kind === 'map') {
      this.#setSize(fold, count)
      this.#setEntry(fold, this.#entryOf(fold.step))
    }
    return sum(outside, result, product(count, turn))
  }

  /** What the only variable of a fold stands for: items of a list, or keys of a map. */
  #single(range: Expression): Local {
    const kind = this.#entryOf(range)?.kind ?? range.type?.kind
    return this.#part(range, kind === 'list' ? 'value' : 'key')
  }

  #part(range: Expression, part: 'key' | 'value'): Local {
    const entry = this.#entryOf(range)
    const isList = (entry?.kind ?? range.type?.kind) === 'list'
    const step = part === 'key' ? (isList ? '@indices' : '@keys') : isList ? '@items' : '@values'
    return { path: [...this.#pathOf(range), step], size: entry?.[part], entry: undefined }
  }

  #localOf(expression: Expression): Local {
    return { path: this.#pathOf(expression), size: this.#sizeOf(expression), entry: this.#entryOf(expression) }
  }

  #local(name: string): Local | undefined {
    return this.#locals.get(name)?.at(-1)
  }

  #with<T>(name: string, local: Local, work: () => T): T {
    const stack = this.#locals.get(name) ?? []
    this.#locals.set(name, [...stack, local])
    const found = work()
    this.#locals.set(name, stack)
    return found
  }

  #pathOf(expression: Expression): readonly string[] {
    const local = expression.kind === 'identifier' ? this.#local(expression.name) : undefined
    return local?.path ?? this.#paths.get(expression) ?? []
  }

  #node(expression: Expression): SizeNode {
    const path = this.#pathOf(expression)
    const known = path[0] === ACCUMULATOR ? [] : path
    return { path: known, type: expression.type ?? DYN, expression, size: this.#sizeOf(expression) }
  }

  #sizeOf(expression: Expression): Range | undefined {
    const known = this.#sizes.get(expression) ?? literalSize(expression)
    if (known !== undefined) return known
    const path = this.#pathOf(expression)
    const size = path.length > 0 ? this.#sizeAt(path) : undefined
    if (size !== undefined) return size
    if (isScalar(expression.type ?? DYN)) return fixed(1)
    return expression.kind === 'identifier' ? this.#local(expression.name)?.size : undefined
  }

  #entryOf(expression: Expression): Entry | undefined {
    const known = this.#entries.get(expression)
    if (known !== undefined || expression.kind !== 'identifier') return known
    return this.#local(expression.name)?.entry
  }

  #setSize(expression: Expression, size: Range | undefined): void {
    if (size !== undefined) this.#sizes.set(expression, size)
  }

  #setEntry(expression: Expression, entry: Entry | undefined): void {
    if (entry !== undefined) this.#entries.set(expression, entry)
  }

  #copy(to: Expression, from: Expression): void {
    this.#setSize(to, this.#sizeOf(from))
    this.#setEntry(to, this.#entryOf(from))
  }
}

/** What an expression costs at most, as cel-go estimates it. `sizeAt` says how large variables can be. */
export const estimatedCost = (expression: Expression, sizeAt: SizeOf): number => new Coster(sizeAt).cost(expression).max
