/** A proxy that does not lead to the server. What goes wrong on the way later comes as the connection's own error. */
export class TunnelError extends Error {
  readonly code = 'PROXY_REFUSED'
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TunnelError'
  }
}

/** A proxy's URL without what is secret in it. */
export const proxyText = ({ protocol, host }: URL): string => `${protocol}//${host}`
