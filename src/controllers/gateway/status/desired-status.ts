import type { Condition } from '#api/meta/condition.ts'
import type { WantedCondition, WantedStatus } from '#routes/routes.ts'
import { canonical, sameValue } from '../../values/equal.ts'
import { type Entry, type Fields, isOurEntry, isShared, listOf, OWN_TYPES, SHARED } from './desired-parts.ts'

/**
 * The status that an object should have, which keeps what others have said in the one that it has: conditions of their
 * own, entries of other controllers. Conditions have the time since when they have been so. `now`: RFC 3339.
 */
export const mergedStatus = (
  current: Fields | undefined,
  { status, generation }: Pick<WantedStatus, 'status' | 'generation'>,
  now: string,
): Fields => {
  const stamp = (before: unknown, wanted: unknown): readonly Condition[] =>
    (wanted as readonly WantedCondition[]).map(({ isOlder, ...condition }) => {
      const old = conditionsOf(before).find(({ type }) => type === condition.type)
      if (isOlder && old?.status === 'True') return old
      const lastTransitionTime = old?.status === condition.status ? old.lastTransitionTime : now
      return { ...condition, observedGeneration: generation, lastTransitionTime }
    })
  const merged = Object.entries(status as Fields).map(([key, wanted]) => {
    const before = current?.[key]
    if (key === 'conditions') {
      const others = conditionsOf(before).filter(({ type }) => !OWN_TYPES.has(type))
      return [key, [...others, ...stamp(before, wanted)]]
    }
    if (key === 'listeners')
      return [
        key,
        listOf<Fields>(wanted).map((listener) => {
          const old = listOf<Fields>(before).find(({ name }) => name === listener.name)
          return { ...listener, conditions: stamp(old?.conditions, listener.conditions) }
        }),
      ]
    if (!isShared(key)) return [key, wanted]
    const about = (entry: Entry): string => canonical(entry[SHARED[key]])
    const entries = listOf<Entry>(before)
    const ours = listOf<Entry>(wanted).map((entry) => {
      const old = entries.find((one) => isOurEntry(one) && about(one) === about(entry))
      return { ...entry, conditions: stamp(old?.conditions, entry.conditions ?? []) }
    })
    return [key, [...entries.filter((one) => !isOurEntry(one)), ...ours]]
  })
  const next = { ...current, ...Object.fromEntries(merged) }
  return sameValue(next, current) ? (current ?? next) : next
}

const conditionsOf = (value: unknown): readonly Condition[] => listOf<Condition>(value)
