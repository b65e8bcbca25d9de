import type { Toleration } from '#api/core/pod/spec/scheduling.ts'
import { jsonEqual } from '#schema/json-value.ts'

/** Whether whatever the second tolerates the first tolerates too. */
const covers = (wide: Toleration, narrow: Toleration): boolean => {
  if (jsonEqual(wide, narrow)) return true
  const coversKeys = narrow.key === wide.key || (!wide.key && wide.operator === 'Exists')
  if (!coversKeys || (wide.effect && narrow.effect !== wide.effect)) return false
  const { tolerationSeconds: longest } = wide
  if (wide.effect === 'NoExecute' && longest !== undefined)
    if (narrow.tolerationSeconds === undefined || narrow.tolerationSeconds > longest) return false
  if (wide.operator === 'Exists') return true
  return narrow.operator === wide.operator && (narrow.value ?? '') === (wide.value ?? '')
}

/** Both together, without those that another one covers; of two that are equal the first stays. */
export const mergeTolerations = (
  first: readonly Toleration[] = [],
  second: readonly Toleration[] = [],
): readonly Toleration[] => {
  const all = [...first, ...second]
  const merged: Toleration[] = []
  all.forEach((toleration, index) => {
    if (merged.some((before) => covers(before, toleration))) return
    const after = all.slice(index + 1)
    if (after.some((later) => !jsonEqual(later, toleration) && covers(later, toleration))) return
    merged.push(toleration)
  })
  return merged
}
