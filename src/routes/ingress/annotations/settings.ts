import type { BodyLimit, Cors, Redirect } from '../../table/entry.ts'

/** What the annotations of one Ingress say, in numbers and lists that mean something. */
export interface Settings {
  /** In the place of the path that the backend is asked for; `$1` is what the path's first group matched. */
  readonly rewriteTarget?: string
  readonly useRegex: boolean
  readonly sslRedirect: boolean
  readonly forceSslRedirect: boolean
  /** Ranges that may ask, as CIDRs; absent: all may. */
  readonly sources?: readonly string[]
  /** Ranges that may not ask. */
  readonly refused?: readonly string[]
  /** An annotation that restricts who may ask, and is not honoured: nobody may. */
  readonly closedBy?: string
  /** 0 octets: no limit. */
  readonly bodyLimit: BodyLimit
  /** Absent: what the Service's port says by its appProtocol. */
  readonly protocol?: BackendProtocol
  readonly affinity: boolean
  readonly cookieName: string
  /** Absent: as long as the browser is open. */
  readonly cookieSeconds?: number
  readonly readTimeoutMs?: number
  readonly cors?: boolean
  readonly corsValues: Cors
  readonly permanentRedirect?: RedirectTarget
  readonly permanentCode: Redirect['status']
  readonly temporalRedirect?: RedirectTarget
  readonly temporalCode: Redirect['status']
  /** Where `/` leads. */
  readonly appRoot?: string
  /** The host that the backend is asked for. */
  readonly upstreamHost?: string
  readonly forwardedPrefix?: string
  readonly balanceBySource: boolean
  readonly canary: boolean
  readonly canaryValues: Canary
}

export type BackendProtocol = 'HTTP' | 'HTTPS' | 'GRPC' | 'GRPCS'
export type RedirectTarget = Pick<Redirect, 'scheme' | 'hostname' | 'port' | 'path'>

/** Which requests go to a canary: those with the header or the cookie, and of all others a share. */
export interface Canary {
  /** In lower case. */
  readonly header?: string
  /** Absent: `always` leads to the canary, `never` does not. */
  readonly headerValue?: string
  readonly headerPattern?: string
  readonly cookie?: string
  readonly weight: number
  readonly total: number
}

/** What holds where no annotation says otherwise; the same as in ingress-nginx. */
export const DEFAULTS: Settings = {
  useRegex: false,
  sslRedirect: true,
  forceSslRedirect: false,
  bodyLimit: { octets: 1 << 20, isWritten: false },
  affinity: false,
  cookieName: 'INGRESSCOOKIE',
  corsValues: {
    origins: ['*'],
    methods: ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS'],
    allowHeaders: [
      'DNT',
      'Keep-Alive',
      'User-Agent',
      'X-Requested-With',
      'If-Modified-Since',
      'Cache-Control',
      'Content-Type',
      'Range',
      'Authorization',
    ],
    exposeHeaders: [],
    maxAgeSeconds: 1_728_000,
    credentials: true,
  },
  permanentCode: 301,
  temporalCode: 302,
  balanceBySource: false,
  canary: false,
  canaryValues: { weight: 0, total: 100 },
}
