/** What a person did wrong or can mend: printed as it is, without a stack. `code` is listed in docs/errors.md. */
export class CliError extends Error {
  readonly code: string
  /** The way out, one sentence or a command. */
  readonly hint: string | undefined
  constructor(code: string, message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'CliError'
    this.code = code
    this.hint = options.hint
  }
}

/** The same error, with the exit status that its verb gives to errors of its kind. */
export const endingWith = (error: unknown, exitStatus: number): unknown =>
  error instanceof Error ? Object.assign(error, { exitStatus }) : error
