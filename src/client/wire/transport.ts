import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'

/** Why a request came to nothing: it had no answer, or one that refused it. */
export type Trouble = { readonly error: unknown } | { readonly status: number }

/** How requests reach a server: what differs between a Unix socket and HTTPS. */
export interface Transport {
  /** Opens a request; `headers` are complete but for what the transport itself knows (authorization). */
  open(options: RequestOptions, onResponse: (response: IncomingMessage) => void): ClientRequest
  /**
   * Told of a request that `open` gave. True: it is worth sending once more at once, since it did nothing and there is
   * another server or another token by now. Absent: never.
   */
  recover?(request: ClientRequest, trouble: Trouble): boolean
  /** Ends kept connections. */
  close(): void
  /** For errors: `unix:/run/…`, `https://10.96.0.1:443`. */
  readonly target: string
}

/** No answer of an API server: it was not reached, or what came is none of its. */
export class TransportError extends Error {
  readonly code: 'API_UNREACHABLE' | 'API_ANSWER_UNREADABLE'
  constructor(code: TransportError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TransportError'
    this.code = code
  }
}

export const unreachable = (transport: Transport, error: unknown): TransportError =>
  error instanceof TransportError
    ? error
    : new TransportError(
        'API_UNREACHABLE',
        `${transport.target} cannot be reached: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      )
