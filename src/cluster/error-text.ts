/** An error for the log: those of ours say all in their message, of others the stack is wanted too. */
export const errorText = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return typeof (error as { readonly code?: unknown }).code === 'string'
    ? error.message
    : (error.stack ?? error.message)
}
