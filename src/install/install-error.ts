/** What cannot be installed, or taken away, as it was asked for; docs/errors.md lists `code`. */
export class InstallError extends Error {
  override readonly name = 'InstallError'
  readonly code: string
  /** The way out, one sentence or a command. */
  readonly hint: string | undefined

  constructor(code: string, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.hint = hint
  }
}
