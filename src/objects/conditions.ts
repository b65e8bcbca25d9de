/** One of `status.conditions`: each type stands once. */
interface Condition {
  readonly type: string
  /** `True`, `False` or `Unknown`. */
  readonly status: string
  readonly reason?: string
}

interface Conditional {
  readonly status?: { readonly conditions?: readonly Condition[] }
}

export const findCondition = <C extends Condition>(conditions: readonly C[] | undefined, type: string): C | undefined =>
  conditions?.find((condition) => condition.type === type)

/** Whether the object has the condition, and it is True. */
export const hasCondition = ({ status }: Conditional, type: string): boolean =>
  findCondition(status?.conditions, type)?.status === 'True'

/** Of a pod: it takes traffic. Of a node: its kubelet speaks, and is well. */
export const isReady = (object: Conditional): boolean => hasCondition(object, 'Ready')

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
