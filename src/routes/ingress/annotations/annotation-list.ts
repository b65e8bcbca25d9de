import type { Annotation } from './annotation.ts'
import { CANARY_ANNOTATIONS } from './canary-annotations.ts'
import { CORS_ANNOTATIONS } from './cors-annotations.ts'
import { REDIRECT_ANNOTATIONS } from './redirect-annotations.ts'
import { TRAFFIC_ANNOTATIONS } from './traffic-annotations.ts'

export const PREFIX = 'nginx.ingress.kubernetes.io/'

/** All that are honoured, in the order in which they are read and `docs/ingress.md` lists them. */
export const ANNOTATIONS: readonly Annotation[] = [
  ...TRAFFIC_ANNOTATIONS,
  ...REDIRECT_ANNOTATIONS,
  ...CORS_ANNOTATIONS,
  ...CANARY_ANNOTATIONS,
]

/** What else does the work of annotations that are not honoured, by how their names begin; the first that fits. */
const WAYS_OUT: readonly (readonly [RegExp, string])[] = [
  [/-snippet$/, 'an HTTPRoute changes headers and paths by its filters'],
  [/^(custom-headers|proxy-set-headers|add-headers)/, 'an HTTPRoute sets headers by its filters'],
  [/^mirror-/, 'an HTTPRoute sends copies of requests by its filter RequestMirror'],
  [/^ssl-passthrough$/, 'a TLSRoute passes TLS through to its backends'],
  [/^proxy-ssl-/, 'a BackendTLSPolicy says how the certificates of backends are checked, for an HTTPRoute'],
  [/^auth-tls-/, 'a Gateway asks clients for certificates by spec.tls.frontend'],
  [/^auth-/, 'let the backend ask for a login, or a proxy such as oauth2-proxy before it, and remove this one'],
  [/^(enable-modsecurity|enable-owasp-core-rules)$/, 'let a firewall stand before the backend, and remove this one'],
  [/^(server-alias|from-to-www-redirect)$/, 'a rule, or an Ingress with permanent-redirect, for the other host'],
  [/^(proxy-connect|proxy-send)-timeout$/, 'proxy-read-timeout limits the time until a backend answers'],
]

/** `isClosed`: it is there to keep somebody out, and nobody is let in for it. */
export const wayOut = (name: string, isClosed: boolean): string =>
  isClosed && name.endsWith('-snippet')
    ? 'whitelist-source-range and denylist-source-range say who may ask'
    : (WAYS_OUT.find(([pattern]) => pattern.test(name))?.[1] ??
      'remove it, or see which are honoured in docs/ingress.md')
