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
