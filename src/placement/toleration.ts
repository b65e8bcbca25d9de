import type { Taint } from '#api/core/node/taint.ts'
import type { Toleration } from '#api/core/pod/spec/scheduling.ts'

const NUMBER = /^(0|-?[1-9]\d*)$/

/** `Gt` and `Lt` (KEP-5471): the taint's value is above, or below, the toleration's. What is no integer matches nothing. */
const compares = ({ operator, value = '' }: Toleration, taint: Taint): boolean => {
  const against = taint.value ?? ''
  if (!NUMBER.test(value) || !NUMBER.test(against)) return false
  return operator === 'Gt' ? BigInt(against) > BigInt(value) : BigInt(against) < BigInt(value)
}

const valueFits = (toleration: Toleration, taint: Taint): boolean => {
  switch (toleration.operator || 'Equal') {
    case 'Exists':
      return true
    case 'Equal':
      // Without a key it would be for every taint, which only Exists may be.
      return !!toleration.key && (toleration.value ?? '') === (taint.value ?? '')
    case 'Gt':
    case 'Lt':
      return !!toleration.key && compares(toleration, taint)
    default:
      // A later version's operator: keeping away is the safe reading.
      return false
  }
}

/** Whether this toleration is for that taint: an absent key or effect is for every one. */
const toleratesTaint = (toleration: Toleration, taint: Taint): boolean =>
  (!toleration.effect || toleration.effect === taint.effect) &&
  (!toleration.key || toleration.key === taint.key) &&
  valueFits(toleration, taint)

/** The one that counts where several would: the first. */
export const tolerationOf = (tolerations: readonly Toleration[] | undefined, taint: Taint): Toleration | undefined =>
  tolerations?.find((toleration) => toleratesTaint(toleration, taint))

export const isTolerated = (tolerations: readonly Toleration[] | undefined, taint: Taint): boolean =>
  tolerationOf(tolerations, taint) !== undefined
