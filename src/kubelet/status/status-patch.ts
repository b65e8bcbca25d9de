import type { PodCondition, PodStatus } from '#api/core/pod/status/status.ts'

const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined && inner !== null)
    .map(([key, inner]) => [key, plain(inner)] as const)
    // An empty message and an absent one are the same on the wire.
    .filter(([, inner]) => !(typeof inner === 'object' && inner !== null && Object.keys(inner).length === 0))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries)
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(plain(a)) === JSON.stringify(plain(b))

/** Conditions of ours that are there only while they hold. */
const PASSING = ['PodResizePending', 'PodResizeInProgress']

const AMOUNTS = ['resources', 'allocatedResources']

/**
 * The strategic merge patch of `status` that leads from what was written to what is wanted; undefined where they are
 * the same. Conditions are merged by type, so that those of others (readiness gates) stay.
 */
export const statusPatch = (written: PodStatus | undefined, wanted: PodStatus): Record<string, unknown> | undefined => {
  const patch: Record<string, unknown> = {}
  const before: Partial<Record<string, unknown>> = { ...written }
  for (const [key, value] of Object.entries(wanted)) {
    if (key === 'conditions') {
      const old = new Map(written?.conditions?.map((condition) => [condition.type, condition]))
      const changed = (wanted.conditions ?? []).filter((condition) => !same(old.get(condition.type), condition))
      // A merged condition keeps fields that the patch does not name: null takes them away.
      const without = (condition: PodCondition, key: 'reason' | 'message') =>
        condition[key] === undefined && old.get(condition.type)?.[key] ? { [key]: null } : {}
      const over = PASSING.filter((type) => old.has(type) && !wanted.conditions?.some((one) => one.type === type))
      if (changed.length + over.length > 0) {
        patch.conditions = [
          ...changed.map((c) => ({ ...c, ...without(c, 'reason'), ...without(c, 'message') })),
          ...over.map((type) => ({ type, $patch: 'delete' })),
        ]
      }
    } else if (!same(before[key], value)) {
      // Merged by their address, or by the resource, otherwise: what the pod no longer has would stay.
      if (key === 'podIPs' || key === 'hostIPs') patch[key] = [...(value as unknown[]), { $patch: 'replace' }]
      else if (AMOUNTS.includes(key) && before[key] !== undefined)
        patch[key] = { ...(value as object), $patch: 'replace' }
      else patch[key] = value
    }
  }
  for (const key of ['reason', 'message', 'initContainerStatuses', 'podIP', 'podIPs', 'allocatedResources']) {
    if (
      before[key] !== undefined &&
      before[key] !== '' &&
      !(key in wanted) &&
      !(Array.isArray(before[key]) && before[key].length === 0)
    ) {
      patch[key] = null
    }
  }
  return Object.keys(patch).length === 0 ? undefined : patch
}
