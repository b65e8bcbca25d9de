import { errorText } from '../error-text.ts'

/**
 * From here on an error that nobody caught is written to the log, with its stack, and the process goes on: with it all
 * who watch would begin anew, and objects in memory would be lost (docs/adr/0013-faults-that-nobody-caught.md says why
 * that is safe here). Not to be called before it serves: a start that fails shall end, and be tried again.
 */
export const survive = (log: (message: string) => void): void => {
  const tell = (what: string, error: unknown): void => {
    try {
      log(
        `${what}, and nobody caught it: ${error instanceof Error ? (error.stack ?? error.message) : errorText(error)}`,
      )
    } catch {
      // A log that cannot be written is no reason to end either.
    }
  }
  process.on('uncaughtException', (error) => tell('an error was thrown', error))
  process.on('unhandledRejection', (error) => tell('a promise was rejected', error))
}
