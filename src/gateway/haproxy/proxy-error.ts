/** What an HAProxy refused, or that it cannot be reached. */
export class ProxyError extends Error {
  readonly code: 'PROXY_UNREACHABLE' | 'PROXY_REFUSED' | 'PROXY_NOT_RELOADED' | 'CHECK_UNFINISHED' | 'PLAN_INVALID'
  constructor(code: ProxyError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ProxyError'
    this.code = code
  }
}

/** What is no line of its files counts as refused, too: some part brings it. */
export const isRefusal = (error: unknown): error is ProxyError =>
  error instanceof ProxyError && (error.code === 'PROXY_REFUSED' || error.code === 'PLAN_INVALID')

/** What work comes to, or `refused` where HAProxy refuses it. */
export const unlessRefused = async <T>(work: Promise<T> | undefined, refused: T): Promise<T | undefined> => {
  try {
    return await work
  } catch (error) {
    if (isRefusal(error)) return refused
    throw error
  }
}
