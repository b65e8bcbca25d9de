import type { ObjectMeta } from '#api/meta/object-meta.ts'
import { quoted } from '#schema/go-quoted.ts'
import type { PodLike } from './check.ts'
import { violations } from './evaluate.ts'
import { type LevelVersion, levelText } from './policy.ts'

/** Of a namespace with more, these many are looked at. */
const MOST = 3000

const nameOf = ({ metadata }: PodLike): string => metadata?.name ?? ''

/** What is said where a namespace begins to enforce a level that pods in it violate: they stay as they are. */
export const existingPodWarnings = (
  namespace: string,
  enforce: LevelVersion,
  pods: readonly PodLike[],
): readonly string[] => {
  const chosen = byController(pods).slice(0, MOST)
  const names = new Map<string, readonly string[]>()
  for (const pod of chosen) {
    const reasons = violations(enforce, pod).map(({ reason }) => reason)
    const warning = reasons.join(', ')
    if (reasons.length > 0) names.set(warning, [...(names.get(warning) ?? []), nameOf(pod)])
  }
  const told = [...names].map(([warning, all]) => `${wordsFor(all)}: ${warning}`).sort()
  const level = quoted(levelText(enforce))
  return [
    ...(chosen.length < pods.length
      ? [
          `new PodSecurity enforce level only checked against the first ${chosen.length} of ${pods.length} existing pods`,
        ]
      : []),
    ...(told.length > 0
      ? [`existing pods in namespace ${quoted(namespace)} violate the new PodSecurity enforce level ${level}`]
      : []),
    ...told,
  ]
}

const wordsFor = (names: readonly string[]): string => {
  const [first = '', ...others] = names.toSorted()
  if (others.length === 0) return first
  return `${first} (and ${others.length} other ${others.length === 1 ? 'pod' : 'pods'})`
}

/** One of each controller first: its others are as it is. */
const byController = (pods: readonly PodLike[]): readonly PodLike[] => {
  const seen = new Set<string>()
  const others: PodLike[] = []
  const first = pods.filter((pod) => {
    const owner = controllerOf(pod.metadata)
    if (owner === undefined || !seen.has(owner)) {
      if (owner !== undefined) seen.add(owner)
      return true
    }
    others.push(pod)
    return false
  })
  return [...first, ...others]
}

const controllerOf = (metadata: ObjectMeta | undefined): string | undefined =>
  metadata?.ownerReferences?.find(({ controller }) => controller)?.uid
