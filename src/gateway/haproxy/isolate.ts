import type { ProxyPlan } from '#dataplane/haproxy/proxy-plan.ts'

/** What a proxy shall serve, made of parts that may be left out each by itself. */
export interface Wanted {
  /** Without the parts of these ids. */
  compile(without: ReadonlySet<string>): ProxyPlan
  /** By ids; the text is another as soon as the part is. */
  parts(): ReadonlyMap<string, string>
}

/** HAProxy's words where it refuses a plan. */
type Check = (plan: ProxyPlan) => Promise<string | undefined>

export interface Search {
  /** They are looked at after all others, and alone where those are taken. */
  readonly suspects: ReadonlySet<string>
  /** They are known to be refused. */
  readonly leftOut: ReadonlySet<string>
  /** There is no time for another question. */
  readonly isOver: () => boolean
}

export interface Found {
  /** Parts, each with HAProxy's words. */
  readonly refused: ReadonlyMap<string, string>
  /** Parts that there was no time for: some of them may be refused. */
  readonly undecided: ReadonlySet<string>
}

/**
 * Which parts HAProxy refuses, such that it takes all others together. Namespaces in which all is well are found first,
 * however much of others is refused. Undefined: it refuses what is none of the parts.
 */
export const findRefused = async (
  wanted: Wanted,
  { suspects, leftOut, isOver }: Search,
  check: Check,
): Promise<Found | undefined> => {
  const all = [...wanted.parts().keys()]
  const parts = all.filter((id) => !leftOut.has(id))
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
  /** Takes groups in, down to those of which HAProxy does not want all. */
  const admitGroups = async (groups: readonly Group[]): Promise<readonly Group[]> => {
    if (groups.length === 0 || isOver()) return groups
    if ((await admit(groups.flat())) === undefined) return []
    if (groups.length === 1) return groups
    const half = groups.length >> 1
    return [...(await admitGroups(groups.slice(0, half))), ...(await admitGroups(groups.slice(half)))]
  }
  /** Of a group that it does not want as a whole. */
  const admitHalves = async (group: Group): Promise<void> => {
    const half = group.length >> 1
    for (const part of group.length === 1 ? [group] : [group.slice(0, half), group.slice(half)]) {
      if (isOver()) return
      const words = await admit(part)
      if (words !== undefined && part.length === 1) refused.set(part[0]!, words)
      else if (words !== undefined) await admitHalves(part)
    }
  }
  const unlikely = await admitGroups(byNamespace(parts.filter((id) => !suspects.has(id))))
  const likely = await admitGroups(byNamespace(parts.filter((id) => suspects.has(id))))
  for (const group of [...unlikely, ...likely].sort((one, other) => one.length - other.length)) await admitHalves(group)
  if (all.every((id) => left.has(id)) && (await check(wanted.compile(left))) !== undefined) return undefined
  return { refused, undecided: new Set(parts.filter((id) => left.has(id) && !refused.has(id))) }
}

/** Ids of parts. */
type Group = readonly string[]

/** Parts are of objects: `HTTPRoute shop/web 0`. */
const byNamespace = (ids: readonly string[]): readonly Group[] => [
  ...Map.groupBy(ids, (id) => id.split(' ')[1]?.split('/')[0] ?? '').values(),
]
