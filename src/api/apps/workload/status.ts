import { type FieldError, invalid } from '#api/validation/field-error.ts'
import { checkNonNegative } from '#api/validation/names.ts'

type Counts = { readonly [name: string]: unknown }

const countOf = (status: Counts, name: string): number => (typeof status[name] === 'number' ? status[name] : 0)

/** No count of pods is negative. `names` are in Kubernetes' order. */
export const checkCounts = (status: object | undefined, names: readonly string[]): readonly FieldError[] =>
  names.flatMap((name) => {
    const value = (status as Counts | undefined)?.[name]
    return typeof value === 'number' ? checkNonNegative(value, `status.${name}`) : []
  })

/**
 * None of these is more than there are pods, and no more are available than are ready.
 *
 * @param readiness how the kind's message names what is ready
 */
export const checkBounds = (
  status: object | undefined,
  names: readonly string[],
  readiness = 'readyReplicas',
): readonly FieldError[] => {
  const counts = (status ?? {}) as Counts
  const errors = names
    .filter((name) => countOf(counts, name) > countOf(counts, 'replicas'))
    .map((name) => invalid(`status.${name}`, countOf(counts, name), 'cannot be greater than status.replicas'))
  const available = countOf(counts, 'availableReplicas')
  return available > countOf(counts, 'readyReplicas')
    ? [...errors, invalid('status.availableReplicas', available, `cannot be greater than ${readiness}`)]
    : errors
}

interface Counted {
  readonly status?: { readonly collisionCount?: number }
}

/** Names that were tried are not tried again. */
export const checkCollisions = (now: Counted, before: Counted): readonly FieldError[] => {
  const [count, old] = [now.status?.collisionCount, before.status?.collisionCount]
  return old !== undefined && (count ?? -1) < old
    ? [invalid('status.collisionCount', count ?? 0, 'cannot be decremented')]
    : []
}
