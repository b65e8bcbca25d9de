/** One line to standard error, which the supervisor's log file takes: time, then the message. */
export const logLine = (message: string): void => {
  process.stderr.write(`${new Date().toISOString()} ${message}\n`)
}

/** An error for the log: those of ours say all in their message, of others the stack is wanted too. */
export const errorText = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return typeof (error as { readonly code?: unknown }).code === 'string'
    ? error.message
    : (error.stack ?? error.message)
}
