import type { ProxyPlan } from '#dataplane/haproxy/proxy-plan.ts'
import { namespaceOfPart } from '#routes/told-words.ts'

/** What a proxy shall serve, made of parts that may be left out each by itself. */
export interface Wanted {
  /** Without the parts of these ids. */
  compile(without: ReadonlySet<string>): ProxyPlan
  parts(): Parts
  /** Who answers for parts whose ids do not say it as `HTTPRoute shop/web 0` and `Gateway shop/gw http` do. */
  namespaces?(): ReadonlyMap<string, string>
}

/** By ids; the text is another as soon as the part is. */
export interface Parts extends Iterable<readonly [id: string, text: string]> {
  keys(): Iterable<string>
  get(id: string): string | undefined
}

/** HAProxy's words where it refuses a plan. */
type Check = (plan: ProxyPlan) => Promise<string | undefined>

export interface Search {
  /** They are looked at after all others, and alone where those are taken. */
  readonly suspects: ReadonlySet<string>
  /** They are known to be refused. */
  readonly leftOut: ReadonlySet<string>
}

export interface Found {
  /** Parts, each with HAProxy's words. */
  readonly refused: ReadonlyMap<string, string>
  /** Suspects of a namespace of which so many are refused that it is not asked for more: some of them may be in order. */
  readonly notAsked: ReadonlySet<string>
}

/** So many suspects of a namespace are found in one search: each costs as much as a change of anybody's. */
export const MOST_REFUSED = 8

/**
 * Which parts HAProxy refuses, such that it takes all others together. Namespaces in which all is well are found first,
 * however much of others is refused. Undefined: it refuses what is none of the parts.
 */
export const findRefused = async (
  wanted: Wanted,
  { suspects, leftOut }: Search,
  check: Check,
): Promise<Found | undefined> => {
  const all = [...wanted.parts().keys()]
  const parts = all.filter((id) => !leftOut.has(id))
  const namespaces = wanted.namespaces?.() ?? new Map<string, string>()
  const refused = new Map<string, string>()
  const left = new Set([...all, ...leftOut])
  /** HAProxy's words, where it does not take these beside all that it has taken. */
  const admit = async (ids: readonly string[]): Promise<string | undefined> => {
    const without = new Set(left)
    for (const id of ids) without.delete(id)
    const words = await check(wanted.compile(without))
    if (words === undefined) for (const id of ids) left.delete(id)
    return words
  }
  /** Takes groups in, down to those of which HAProxy does not want all, with its words. */
  const admitGroups = async (groups: readonly Group[]): Promise<readonly (readonly [Group, string])[]> => {
    if (groups.length === 0) return []
    const words = await admit(groups.flat())
    if (words === undefined) return []
    if (groups.length === 1) return [[groups[0]!, words]]
    const half = groups.length >> 1
    return [...(await admitGroups(groups.slice(0, half))), ...(await admitGroups(groups.slice(half)))]
  }
  /** Of a group that it does not want as a whole; `most` of it are found. */
  const admitHalves = async (group: Group, words: string, most: number): Promise<void> => {
    const end = refused.size + most
    const halve = async (some: Group, why: string): Promise<void> => {
      if (some.length === 1) refused.set(some[0]!, why)
      else
        for (const part of [some.slice(0, some.length >> 1), some.slice(some.length >> 1)]) {
          if (refused.size >= end) return
          const more = await admit(part)
          if (more !== undefined) await halve(part, more)
        }
    }
    await halve(group, words)
  }
  // A rule is asked for with its listeners there: else these would have to answer for it.
  for (const isRule of [false, true])
    for (const isSuspect of [false, true]) {
      const some = parts.filter((id) => isRuleId(id) === isRule && suspects.has(id) === isSuspect)
      for (const [group, words] of await admitGroups(byNamespace(some, namespaces)))
        await admitHalves(group, words, isSuspect ? MOST_REFUSED : Number.POSITIVE_INFINITY)
    }
  if (all.every((id) => left.has(id)) && (await check(wanted.compile(left))) !== undefined) return undefined
  return { refused, notAsked: new Set(parts.filter((id) => left.has(id) && !refused.has(id))) }
}

/** Ids of parts. */
type Group = readonly string[]

const isRuleId = (id: string): boolean => /^(?:\w+Route|Ingress) /.test(id)

const byNamespace = (ids: readonly string[], namespaces: ReadonlyMap<string, string>): readonly Group[] => [
  ...Map.groupBy(ids, (id) => namespaces.get(id) ?? namespaceOfPart(id)).values(),
]
