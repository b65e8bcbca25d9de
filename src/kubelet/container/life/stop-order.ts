import type { ContainerEntry } from '../container-entry.ts'

/**
 * Stops those that are no sidecars at once, and then the sidecars, which serve the others to the end, and each other in the
 * order in which they came (KEP-753).
 */
export const stopInOrder = async (
  entries: readonly ContainerEntry[],
  stop: (entry: ContainerEntry) => Promise<void>,
): Promise<void> => {
  const sidecars = entries.filter(({ role }) => role === 'sidecar')
  await Promise.all(entries.filter(({ role }) => role !== 'sidecar').map(stop))
  for (const entry of sidecars.reverse()) await stop(entry)
}
