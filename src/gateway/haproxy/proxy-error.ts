/** What an HAProxy refused, or that it cannot be reached. */
export class ProxyError extends Error {
  readonly code: 'PROXY_UNREACHABLE' | 'PROXY_REFUSED' | 'PROXY_NOT_RELOADED' | 'CHECK_UNFINISHED' | 'PLAN_INVALID'
  constructor(code: ProxyError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ProxyError'
    this.code = code
  }
}

export const isRefusal = (error: unknown): boolean => error instanceof ProxyError && error.code === 'PROXY_REFUSED'

/** What work comes to, or `refused` where HAProxy refuses it. */
export const unlessRefused = async <T>(work: Promise<T> | undefined, refused: T): Promise<T | undefined> => {
  try {
    return await work
  } catch (error) {
    if (isRefusal(error)) return refused
    throw error
  }
}
