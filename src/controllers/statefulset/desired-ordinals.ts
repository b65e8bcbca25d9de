import type { StatefulSet } from '#api/apps/statefulset/message.ts'
import type { Pod } from '#api/core/pod/message.ts'

type Named = Pick<Pod, 'metadata'>

/** `web-3` is pod 3 of the set `web`; -1 for a name that ends otherwise. */
export const ordinalOf = ({ metadata }: Named): number => {
  const [, digits] = /-(0|[1-9][0-9]*)$/.exec(metadata?.name ?? '') ?? []
  const ordinal = Number(digits ?? -1)
  return ordinal > 2 ** 31 - 1 ? -1 : ordinal
}

/** The pod is named as one of this set is. */
export const isNamedAfter = (set: StatefulSet, pod: Named): boolean =>
  ordinalOf(pod) >= 0 && pod.metadata?.name === podName(set, ordinalOf(pod))

export const podName = (set: StatefulSet, ordinal: number): string => `${set.metadata?.name}-${ordinal}`

/** The numbers that the set's pods should have, in order. */
export const ordinalsOf = ({ spec }: StatefulSet): readonly number[] => {
  const start = spec?.ordinals?.start ?? 0
  return Array.from({ length: Math.max(0, spec?.replicas ?? 1) }, (_, index) => start + index)
}

export const isWanted = (set: StatefulSet, ordinal: number): boolean => {
  const start = set.spec?.ordinals?.start ?? 0
  return ordinal >= start && ordinal < start + (set.spec?.replicas ?? 1)
}
