/** What an HAProxy refused, or that it cannot be reached. */
export class ProxyError extends Error {
  readonly code: 'PROXY_UNREACHABLE' | 'PROXY_REFUSED' | 'PROXY_NOT_RELOADED' | 'CHECK_UNFINISHED' | 'PLAN_INVALID'
  constructor(code: ProxyError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ProxyError'
    this.code = code
  }
}
