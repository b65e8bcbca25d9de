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

/**
 * Which parts HAProxy refuses, each with its words, such that it takes all others together. `suspects` are looked at
 * first, and alone where the others are taken. Undefined: it refuses what is none of the parts.
 */
export const findRefused = async (
  wanted: Wanted,
  suspects: ReadonlySet<string>,
  check: Check,
): Promise<ReadonlyMap<string, string> | undefined> => {
  const parts = [...wanted.parts().keys()]
  const likely = parts.filter((id) => suspects.has(id))
  const unlikely = parts.filter((id) => !suspects.has(id))
  const refused = new Map<string, string>()
  const left = new Set(parts)
  /** Takes a group in where HAProxy takes it, or its halves, down to the one that it does not want. */
  const admit = async (group: readonly string[]): Promise<void> => {
    if (group.length === 0) return
    const without = new Set(left)
    for (const id of group) without.delete(id)
    const words = await check(wanted.compile(without))
    if (words === undefined) for (const id of group) left.delete(id)
    else if (group.length === 1) refused.set(group[0]!, words)
    else {
      const half = group.length >> 1
      await admit(group.slice(0, half))
      await admit(group.slice(half))
    }
  }
  await admit(unlikely)
  await admit(likely)
  if (refused.size === parts.length && (await check(wanted.compile(left))) !== undefined) return undefined
  return refused
}
