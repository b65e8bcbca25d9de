/** How a webhook is reached: `clientConfig` of admissionregistration.k8s.io, and of a definition's conversion. */
export interface WebhookConfig {
  /** In this form alone: `https://host[:port][/path]`. */
  readonly url?: string
  readonly service?: {
    readonly namespace: string
    readonly name: string
    readonly path?: string
    readonly port?: number
  }
  /** Base64 of PEM; absent: what the machine trusts. */
  readonly caBundle?: string
}

/** What a request to a webhook goes by. */
export interface WebhookLocation {
  readonly host: string
  readonly port: number
  readonly path: string
  /** For words: the whole URL, without the query. */
  readonly url: string
  /** Where the host is a Service and not a name of the net. */
  readonly service?: { readonly namespace: string; readonly name: string }
}

const HTTPS = 443

/** Where a webhook is; undefined where its configuration says neither, or a URL that nobody can read. */
export const locationOf = ({ url, service }: WebhookConfig): WebhookLocation | undefined => {
  if (service) {
    const { namespace, name } = service
    const port = service.port || HTTPS
    const host = `${name}.${namespace}.svc`
    const path = pathOf(service.path ?? '')
    return { host, port, path, url: `https://${host}:${port}${path}`, service: { namespace, name } }
  }
  const read = url ? URL.parse(url) : null
  if (!read) return undefined
  const host = read.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = read.port === '' ? HTTPS : Number(read.port)
  return { host, port, path: pathOf(read.pathname), url: `https://${read.host}${pathOf(read.pathname)}` }
}

const pathOf = (path: string): string => (path === '' || path.startsWith('/') ? path || '/' : `/${path}`)
