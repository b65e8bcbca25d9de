import type { Condition } from '#api/meta/condition.ts'
import { GATEWAY_CONTROLLER } from '#routes/data-plane.ts'
import type { WantedStatus } from '#routes/routes.ts'
import { canonical, sameValue } from '../../values/equal.ts'

type Fields = Readonly<Record<string, unknown>>
/** What a status says of one of those that a route or a policy is for: an entry is its controller's alone. */
interface Entry extends Fields {
  readonly controllerName: string
  readonly conditions?: readonly Condition[]
}

/** The lists of a status in which several controllers have entries, and what each entry is about. */
const SHARED = { parents: 'parentRef', ancestors: 'ancestorRef' } as const
/** The conditions that the API gives objects themselves; others are of somebody else's. */
const OWN_TYPES: ReadonlySet<string> = new Set([
  'Accepted',
  'AttachedListenerSets',
  'Conflicted',
  'InsecureFrontendValidationMode',
  'OverlappingTLSConfig',
  'PartiallyInvalid',
  'Programmed',
  'ResolvedRefs',
  'SupportedVersion',
])

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
    (wanted as readonly Condition[]).map((condition) => {
      const old = conditionsOf(before).find(({ type }) => type === condition.type)
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
      const old = entries.find((one) => isOurs(one) && about(one) === about(entry))
      return { ...entry, conditions: stamp(old?.conditions, entry.conditions ?? []) }
    })
    return [key, [...entries.filter((one) => !isOurs(one)), ...ours]]
  })
  const next = { ...current, ...Object.fromEntries(merged) }
  return sameValue(next, current) ? (current ?? next) : next
}

/** The status without the entries of this controller, which speak of nothing any more; undefined where it has none. */
export const withoutOurs = (current: Fields | undefined): Fields | undefined => {
  const left = Object.entries(current ?? {}).map(([key, value]) =>
    isShared(key) ? [key, listOf<Entry>(value).filter((one) => !isOurs(one))] : [key, value],
  )
  const next = Object.fromEntries(left) as Fields
  return sameValue(next, current) ? undefined : next
}

const isShared = (key: string): key is keyof typeof SHARED => Object.hasOwn(SHARED, key)
const isOurs = ({ controllerName }: Entry): boolean => controllerName === GATEWAY_CONTROLLER
const listOf = <T>(value: unknown): readonly T[] => (Array.isArray(value) ? value : [])
const conditionsOf = (value: unknown): readonly Condition[] => listOf<Condition>(value)
