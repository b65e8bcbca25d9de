import type { Clock } from '#clock/clock.ts'
import { slotKind } from '#dataplane/haproxy/slot-kind.ts'
import type { Backend, RoutingTable } from '#routes/table/table.ts'
import { portsForAll, withoutAllNames } from './all-names.ts'
import { KindBudget, WAITS, WAITS_FOR_AUTHORITIES } from './kind-budget.ts'
import { largeAuthorities, withoutNewAuthorities } from './large-authorities.ts'
import { kindsByNamespace, rulesTo } from './parts.ts'

/** What a proxy has when something else is wanted of it. */
interface Before {
  /** What its configuration says, pools of backends too. */
  readonly kinds: Iterable<string>
  /** What it serves; undefined: it starts, and is reloaded for nothing. */
  readonly table: RoutingTable | undefined
}

/**
 * What of a table has to wait until a proxy may be reloaded for it, as whoever writes routes, Ingresses or certificates of
 * authorities may have it come and go; and how all is served until then.
 */
export class Waiting {
  readonly #budget: KindBudget
  /** Why rules are served otherwise than they say, by their ids. */
  rules: ReadonlyMap<string, string> = new Map()
  /** Keys of backends that have no endpoints until then. */
  backends: ReadonlySet<string> = new Set()
  #kinds: ReadonlySet<string> = new Set()

  constructor(clock: Clock) {
    this.#budget = new KindBudget(clock)
  }

  /**
   * The table with backends that are not tried again where retries have to wait, and with authorities of before. `againMs`: there
   * may be more room then; undefined: nothing waits.
   */
  within(whole: RoutingTable, before: Before): { readonly table: RoutingTable; readonly againMs?: number } {
    const wanted = new Map([...kindsByNamespace(whole), ...portsForAll(whole), ...largeAuthorities(whole)])
    const { kinds, againMs } = this.#budget.waiting(new Set(before.kinds), wanted, before.table === undefined)
    this.#kinds = kinds
    const { table, held } = withoutNewAuthorities(whole, kinds, before.table ?? whole)
    const once = new Set([...table.backends].flatMap(([key, one]) => (kinds.has(slotKind(one)) ? [key] : [])))
    this.backends = held
    this.rules = new Map([
      ...Array.from(rulesTo(table, once), (id) => [id, WAITS] as const),
      ...Array.from(rulesTo(table, held), (id) => [id, WAITS_FOR_AUTHORITIES] as const),
    ])
    return kinds.size === 0 ? { table } : { table: triedOnce(table, once), againMs }
  }

  /** A table without what would be shown for all names at ports that have to wait. */
  strict(table: RoutingTable): RoutingTable {
    return withoutAllNames(table, this.#kinds)
  }
}

/** Kinds of what a configuration says of a table, beside pools of backends. */
export const saidOf = (table: RoutingTable): readonly string[] => [
  ...portsForAll(table).keys(),
  ...largeAuthorities(table).keys(),
]

const triedOnce = (table: RoutingTable, keys: ReadonlySet<string>): RoutingTable => {
  if (keys.size === 0) return table
  const once = ({ retry, ...one }: Backend): Backend => one
  return {
    ...table,
    backends: new Map(Array.from(table.backends, ([key, one]) => [key, keys.has(key) ? once(one) : one])),
  }
}
