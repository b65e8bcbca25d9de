import type { Cors } from '../table/entry.ts'
import { type Headers, headerOf } from '../table/request-values.ts'

/** What a filter makes of a request: it may be answered at once, and what is said to an allowed origin is said of the answer. */
type CorsVerdict =
  /** Not from a page of another origin. */
  | { readonly type: 'none' }
  | { readonly type: 'preflight'; readonly status: 204 | 403; readonly headers: Headers }
  /** The backend's own headers of this kind go; these come. */
  | { readonly type: 'request'; readonly headers: Headers }

export function corsVerdict(cors: Cors, method: string, headers: Headers): CorsVerdict {
  const origin = headerOf(headers, 'origin')
  if (origin === undefined) return { type: 'none' }
  const isAllowed = cors.origins.some((allowed) => allowsOrigin(plainOrigin(allowed), plainOrigin(origin)))
  const asked = headerOf(headers, 'access-control-request-method')
  if (method === 'OPTIONS' && asked !== undefined) {
    if (!isAllowed) return { type: 'preflight', status: 403, headers: [] }
    return {
      type: 'preflight',
      status: 204,
      headers: [...allowedOrigin(cors, origin), ...permissions(cors, asked, headers)],
    }
  }
  // Whoever keeps answers for others learns that they differ.
  return { type: 'request', headers: isAllowed ? allowedOrigin(cors, origin) : [['vary', 'Origin']] }
}

/** Without the port that its scheme has anyway. */
const plainOrigin = (text: string): string =>
  text.toLowerCase().replace(/^(http:\/\/.*):80$|^(https:\/\/.*):443$/, '$1$2')

const LABELS = /^[a-z0-9._-]+$/

/** A star stands for a host or its first labels, and for no port. */
function allowsOrigin(allowed: string, origin: string): boolean {
  if (allowed === '*' || allowed === origin) return true
  const [scheme, suffix] = allowed.split('*') as [string, string?]
  if (suffix === undefined || !scheme.endsWith('://')) return false
  const isAround = origin.startsWith(scheme) && origin.endsWith(suffix)
  return isAround && LABELS.test(origin.slice(scheme.length, -suffix.length || undefined))
}

/**
 * The origin by its name, also where any is allowed: a star means nothing to a request with credentials, and no proxy sees of every
 * request whether it has some.
 */
function allowedOrigin({ credentials, exposeHeaders }: Cors, origin: string): Headers {
  const headers: [string, string][] = [
    ['access-control-allow-origin', origin],
    ['vary', 'Origin'],
  ]
  if (credentials) headers.push(['access-control-allow-credentials', 'true'])
  if (exposeHeaders.length > 0 && !(credentials && exposeHeaders.includes('*'))) {
    headers.push(['access-control-expose-headers', exposeHeaders.join(', ')])
  }
  return headers
}

function permissions(
  { methods, allowHeaders, credentials, maxAgeSeconds }: Cors,
  asked: string,
  all: Headers,
): Headers {
  const names = headerOf(all, 'access-control-request-headers') ?? ''
  const allowedMethods = methods.includes('*') ? (credentials ? asked : '*') : methods.join(', ')
  const allowedHeaders = allowHeaders.includes('*') ? (credentials ? names : '*') : allowHeaders.join(', ')
  const headers: [string, string][] = [
    ['access-control-allow-methods', allowedMethods],
    ['access-control-allow-headers', allowedHeaders],
    ['access-control-max-age', String(maxAgeSeconds)],
  ]
  return headers.filter(([, value]) => value !== '')
}
