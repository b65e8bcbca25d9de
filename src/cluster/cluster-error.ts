/** A cluster cannot be made, found or taken down; `code` is listed in docs/errors.md, `hint` is the way out. */
export class ClusterError extends Error {
  readonly code: string
  readonly hint: string | undefined
  constructor(code: string, message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'ClusterError'
    this.code = code
    this.hint = options.hint
  }
}
