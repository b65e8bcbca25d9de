/** Codes of what is wrong with the command line itself: said so of any machine, whatever clusters it has. */
const OF_USAGE: ReadonlySet<unknown> = new Set([
  'USAGE',
  'NAME_INVALID',
  'NODES_INVALID',
  'RANGE_INVALID',
  'GRACE_INVALID',
  'CONFIG_INVALID',
  'NODE_INVALID',
])

/** Whether an error is of what was typed, and not of what was found. */
export const isUsage = (error: unknown): boolean => OF_USAGE.has((error as { readonly code?: unknown } | null)?.code)

/** With what `fairlead` ends for an error that its verb has given no status of its own: docs/errors.md has the table. */
export const exitStatusOf = (error: unknown): number =>
  isUsage(error) ? 2 : (error as { readonly code?: unknown }).code === 'INTERRUPTED' ? 130 : 1
