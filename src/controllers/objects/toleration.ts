import type { Taint } from '#api/core/node/taint.ts'
import type { Toleration } from '#api/core/pod/spec/scheduling.ts'

/** Whether this toleration is for that taint: an absent key or effect is for every one. */
export const toleratesTaint = (toleration: Toleration, taint: Taint): boolean =>
  (!toleration.effect || toleration.effect === taint.effect) &&
  (!toleration.key || toleration.key === taint.key) &&
  (toleration.operator === 'Exists' || (!!toleration.key && (toleration.value ?? '') === (taint.value ?? '')))

/** The one that counts where several would: the first. */
export const tolerationOf = (tolerations: readonly Toleration[] | undefined, taint: Taint): Toleration | undefined =>
  tolerations?.find((toleration) => toleratesTaint(toleration, taint))
