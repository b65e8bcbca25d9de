import type { Namespace, NamespaceCondition, NamespaceStatus } from '#api/core/namespace/message.ts'
import { timeText } from '#api/time-text.ts'
import { withCondition } from '#objects/conditions.ts'

/** What is still in the namespace: `pods.` → 2. Plural with group, as Kubernetes names it. */
export interface Remains {
  readonly counts: ReadonlyMap<string, number>
  readonly finalizers: ReadonlyMap<string, number>
  readonly failures: readonly string[]
}

const list = (counts: ReadonlyMap<string, number>, of: string): string =>
  [...counts]
    .map(([name, count]) => `${name} ${of} ${count} resource instances`)
    .sort()
    .join(', ')

/** The conditions that `kubectl describe ns` shows while a namespace is going, in Kubernetes' words. */
export const namespaceStatus = (namespace: Namespace, remains: Remains, now: number): NamespaceStatus => {
  const condition = (type: string, message: string, bad: string, good: string, fine: string): NamespaceCondition => ({
    type,
    status: message ? 'True' : 'False',
    lastTransitionTime: timeText(now),
    reason: message ? bad : good,
    message: message || fine,
  })
  const { counts, finalizers, failures } = remains
  const fine = (type: string, reason: string, message: string) => condition(type, '', '', reason, message)
  const conditions = [
    // What is served is known here, and its names are read.
    fine('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'),
    fine(
      'NamespaceDeletionGroupVersionParsingFailure',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    condition(
      'NamespaceDeletionContentFailure',
      failures.length > 0
        ? `Failed to delete all resource types, ${failures.length} remaining: ${[...failures].sort().join(', ')}`
        : '',
      'ContentDeletionFailed',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    condition(
      'NamespaceContentRemaining',
      counts.size > 0 ? `Some resources are remaining: ${list(counts, 'has')}` : '',
      'SomeResourcesRemain',
      'ContentRemoved',
      'All content successfully removed',
    ),
    condition(
      'NamespaceFinalizersRemaining',
      finalizers.size > 0 ? `Some content in the namespace has finalizers remaining: ${list(finalizers, 'in')}` : '',
      'SomeFinalizersRemain',
      'ContentHasNoFinalizers',
      'All content-preserving finalizers finished',
    ),
  ]
  return {
    ...namespace.status,
    phase: 'Terminating',
    conditions: conditions.reduce<readonly NamespaceCondition[]>((all, next) => {
      const before = all.find(({ type }) => type === next.type)
      // Counts go down within one reason: the message follows.
      if (before?.status === next.status && before.message !== next.message)
        return all.map((one) => (one === before ? { ...one, message: next.message } : one))
      return withCondition(all, next)
    }, namespace.status?.conditions ?? []),
  }
}
