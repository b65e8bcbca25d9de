/**
 * `WEBHOOK_UNREACHABLE`: no answer came, in time or at all. `WEBHOOK_REFUSED`: one came that is no success.
 * `WEBHOOK_UNREADABLE`: what came is no JSON object, or too much. `WEBHOOK_CONFIG`: it is not said where it is.
 */
type WebhookErrorCode = 'WEBHOOK_UNREACHABLE' | 'WEBHOOK_REFUSED' | 'WEBHOOK_UNREADABLE' | 'WEBHOOK_CONFIG'

/** A webhook that could not be asked. The message is in Kubernetes' words, to stand behind `failed to call webhook:`. */
export class WebhookError extends Error {
  readonly code: WebhookErrorCode
  /** With what status it was refused. */
  readonly status: number | undefined
  constructor(code: WebhookErrorCode, message: string, options: ErrorOptions & { readonly status?: number } = {}) {
    super(message, options)
    this.name = 'WebhookError'
    this.code = code
    this.status = options.status
  }
}
