/** One line to standard error, which the supervisor's log file takes: time, then the message. */
export const logLine = (message: string): void => {
  process.stderr.write(`${new Date().toISOString()} ${message}\n`)
}
