/** What went wrong, with curl's exit status for it. */
export class CurlError extends Error {
  readonly code = 'CURL_FAILED'
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** What programs that serve everybody are refused by where a certificate is nobody's. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER/

/** How far a request had come: which of curl's sentences says what went wrong depends on it. */
export type Phase = 'Resolving' | 'Connection' | 'SSL connection' | 'Operation'

/** A failure in curl's words. `host` and `port`: who was to be reached. */
export const curlFailure = (error: NodeJS.ErrnoException, host: string, port: number, phase: Phase): CurlError => {
  const { code = '' } = error
  if (error instanceof CurlError) return error
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new CurlError(6, `Could not resolve host: ${host}`)
  const isAlert = /^ERR_SSL_.*ALERT/.test(code)
  if (CERTIFICATE.test(code) && !isAlert) return new CurlError(60, `SSL certificate problem: ${error.message}`)
  if (phase === 'SSL connection') return new CurlError(35, `TLS connect error: ${error.message}`)
  if (isAlert) return new CurlError(56, error.message)
  if (code.startsWith('ERR_HTTP2')) return new CurlError(92, error.message)
  if (code === 'ECONNRESET') return new CurlError(error.message === 'socket hang up' ? 52 : 56, error.message)
  return new CurlError(7, `Failed to connect to ${host} port ${port}: ${code || error.message}`)
}
