import { backendsOf } from '#routes/rules/backends-of.ts'
import type { PathChange, Rule, WeightedBackend } from '#routes/table/entry.ts'
import type { Origin } from '#routes/table/origin.ts'
import { contentId } from './content-id.ts'
import { expressionText } from './expression.ts'
import { namedText } from './named-text.ts'
import { ruleName } from './rule-name.ts'
import { type Led, ruleValue, slotValue } from './value.ts'

interface Kept {
  readonly backends: readonly string[]
  readonly slots: readonly (string | undefined)[]
  readonly led: Led
}
const kept = new WeakMap<Rule, Kept>()

/** Rules as texts, with slots in the place of the backends that they stand for. */
export class RuleTexts {
  readonly #slotOf: ReadonlyMap<string, string>

  /** Slots by the keys of backends. */
  constructor(slotOf: ReadonlyMap<string, string>) {
    this.#slotOf = slotOf
  }

  /** A rule without anything to do but to forward to one backend needs no program. The same object for the same slots. */
  of(rule: Rule): Led {
    const before = kept.get(rule)
    if (before?.backends.every((key, at) => this.#slotOf.get(key) === before.slots[at])) return before.led
    const backends = backendsOf(rule)
    const led = this.#led(rule)
    kept.set(rule, { backends, slots: backends.map((key) => this.#slotOf.get(key)), led })
    return led
  }

  #led(rule: Rule): Led {
    const slot = this.#plainSlot(rule)
    if (slot !== undefined) return { value: slotValue(slot, ruleName(rule.id)) }
    const { name, ...texts } = namedText(this.#text(rule), patternsOf(rule).map(expressionText))
    return { value: ruleValue(name), ...texts }
  }

  #plainSlot(rule: Rule): string | undefined {
    const { filters, action, requestTimeoutMs, backendTimeoutMs, persistence, sources, refused, bodyLimit } = rule
    if (filters.length > 0 || action.type !== 'forward' || action.to.length !== 1) return undefined
    if (requestTimeoutMs || backendTimeoutMs || persistence || sources || refused || bodyLimit !== undefined)
      return undefined
    const [only] = action.to as [WeightedBackend]
    return only.filters.length === 0 && 'backend' in only.to ? this.#slotOf.get(only.to.backend) : undefined
  }

  #text(rule: Rule): unknown {
    const { id, origin, filters, action, requestTimeoutMs, backendTimeoutMs } = rule
    const { persistence, sources, refused, bodyLimit } = rule
    return {
      name: ruleName(id),
      filters: this.#filters(filters, origin),
      action:
        action.type === 'forward'
          ? { type: 'forward', to: action.to.map((one) => this.#weighted(one, origin)) }
          : action.type === 'redirect'
            ? withProgram(action)
            : action,
      requestTimeoutMs,
      backendTimeoutMs,
      persistence,
      sources,
      refused,
      bodyLimit,
    }
  }

  #weighted({ weight, to, filters }: WeightedBackend, origin: Origin): unknown {
    const slot = 'backend' in to ? this.#slotOf.get(to.backend) : undefined
    const target =
      slot !== undefined
        ? { slot, key: contentId((to as { backend: string }).backend) }
        : 'status' in to
          ? { status: to.status }
          : { status: 500 }
    return { weight, ...target, filters: this.#filters(filters, origin) }
  }

  /** Copies say which namespace asks for them: each has a share of what the proxy has room for. */
  #filters(filters: Rule['filters'], { namespace = '' }: Origin): unknown {
    return filters.map((filter) => {
      if (filter.type === 'rewrite' || filter.type === 'redirect') return withProgram(filter)
      if (filter.type !== 'mirror') return filter
      const { backend, ...rest } = filter
      return { ...rest, namespace, slot: backend === undefined ? undefined : this.#slotOf.get(backend) }
    })
  }
}

/** Expressions by which a rule moves paths. */
const patternsOf = ({ filters, action }: Rule): readonly string[] =>
  [
    ...filters,
    ...(action.type === 'redirect' ? [action] : []),
    ...(action.type === 'forward' ? action.to.flatMap((one) => one.filters) : []),
  ].flatMap((change) => ('path' in change && change.path?.type === 'Regex' ? [change.path.pattern] : []))

/** What moves a path by an expression, with its program's name. */
const withProgram = <T extends { readonly path?: PathChange }>(change: T): unknown => {
  const { path } = change
  if (path?.type !== 'Regex') return change
  const { type, pattern, value } = path
  return { ...change, path: { type, program: expressionText(pattern).name, value } }
}
