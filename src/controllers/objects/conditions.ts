interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
}

export const findCondition = <C extends Condition>(conditions: readonly C[] | undefined, type: string): C | undefined =>
  conditions?.find((condition) => condition.type === type)

export const withoutCondition = <C extends Condition>(conditions: readonly C[] | undefined, type: string): C[] =>
  (conditions ?? []).filter((condition) => condition.type !== type)

/** Puts a condition in; same status and reason changes nothing, and the same status keeps its lastTransitionTime. */
export const withCondition = <C extends Condition & { readonly lastTransitionTime?: string }>(
  conditions: readonly C[] | undefined,
  next: C,
): readonly C[] => {
  const before = findCondition(conditions, next.type)
  if (before && before.status === next.status && before.reason === next.reason) return conditions!
  const kept = before?.status === next.status ? { ...next, lastTransitionTime: before.lastTransitionTime } : next
  return [...withoutCondition(conditions, next.type), kept]
}
