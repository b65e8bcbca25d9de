/** A pod was not attached; `code` is listed in docs/errors.md. */
export class PodNetworkError extends Error {
  override readonly name = 'PodNetworkError'
  readonly code: string

  constructor(code: string, message: string, options: { readonly cause?: unknown } = {}) {
    super(`${code}: ${message}`, options)
    this.code = code
  }
}
