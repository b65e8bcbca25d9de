type CniErrorCode = 'CNI_CONF_INVALID' | 'CNI_PLUGIN_FAILED' | 'CNI_NO_ADDRESS'

/**
 * A network of CNI plugins that cannot be used, or did not do what was asked of it; the message is in libcni's words, as
 * people find them elsewhere. `code` is listed in docs/errors.md.
 */
export class CniError extends Error {
  readonly code: CniErrorCode
  /** Of a chain that failed: how many of its plugins have run, and may have made something. */
  readonly called: number | undefined

  constructor(
    code: CniErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly called?: number } = {},
  ) {
    super(message, options)
    this.name = 'CniError'
    this.code = code
    this.called = options.called
  }
}
