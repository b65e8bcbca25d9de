import type { Rule, WeightedBackend } from '#routes/table/entry.ts'
import { asciiJson } from './ascii-json.ts'
import { contentId, type NamedTexts } from './content-id.ts'
import { type RouteValue, ruleValue, slotValue } from './value.ts'

/** Rules as texts, with slots in the place of the backends that they stand for. */
export class RuleTexts {
  readonly #texts: NamedTexts
  readonly #slotOf: ReadonlyMap<string, string>
  readonly #values = new Map<Rule, RouteValue>()

  /** Slots by the keys of backends. */
  constructor(texts: NamedTexts, slotOf: ReadonlyMap<string, string>) {
    this.#texts = texts
    this.#slotOf = slotOf
  }

  /** A rule without anything to do but to forward to one backend needs no program. */
  value(rule: Rule): RouteValue {
    const known = this.#values.get(rule)
    if (known !== undefined) return known
    const name = this.#texts.name(asciiJson(this.#text(rule)))
    const slot = this.#plainSlot(rule)
    const value = slot === undefined ? ruleValue(name) : slotValue(slot, name)
    this.#values.set(rule, value)
    return value
  }

  #plainSlot(rule: Rule): string | undefined {
    const { filters, action, requestTimeoutMs, backendTimeoutMs, persistence, sources, bodyLimit } = rule
    if (filters.length > 0 || action.type !== 'forward' || action.to.length !== 1) return undefined
    if (requestTimeoutMs || backendTimeoutMs || persistence || sources || bodyLimit !== undefined) return undefined
    const [only] = action.to as [WeightedBackend]
    return only.filters.length === 0 && 'backend' in only.to ? this.#slotOf.get(only.to.backend) : undefined
  }

  #text({ id, filters, action, requestTimeoutMs, backendTimeoutMs, persistence, sources, bodyLimit }: Rule): unknown {
    return {
      id,
      filters: this.#filters(filters),
      action: action.type === 'forward' ? { type: 'forward', to: action.to.map((one) => this.#weighted(one)) } : action,
      requestTimeoutMs,
      backendTimeoutMs,
      persistence,
      sources,
      bodyLimit,
    }
  }

  #weighted({ weight, to, filters }: WeightedBackend): unknown {
    const slot = 'backend' in to ? this.#slotOf.get(to.backend) : undefined
    const target =
      slot !== undefined
        ? { slot, key: contentId((to as { backend: string }).backend) }
        : 'status' in to
          ? { status: to.status }
          : { status: 500 }
    return { weight, ...target, filters: this.#filters(filters) }
  }

  #filters(filters: Rule['filters']): unknown {
    return filters.map((filter) => {
      if (filter.type !== 'mirror') return filter
      const { backend, ...rest } = filter
      return { ...rest, slot: backend === undefined ? undefined : this.#slotOf.get(backend) }
    })
  }
}
