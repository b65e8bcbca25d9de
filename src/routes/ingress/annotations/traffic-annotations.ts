import { isToken, isVisible, readBoolean, readNumber, readRanges, readSize } from '../../values/texts.ts'
import { type Annotation, bad, type Reading } from './annotation.ts'
import { DEFAULTS } from './settings.ts'

const PROTOCOLS = ['HTTP', 'HTTPS', 'GRPC', 'GRPCS'] as const
const BY_SOURCE = ['$remote_addr', '$binary_remote_addr']
const FAR_FUTURE_S = 10 * 365 * 86_400

const boolean = (name: string, does: string, key: 'useRegex' | 'sslRedirect' | 'forceSslRedirect'): Annotation => ({
  name,
  does,
  read(value) {
    const set = readBoolean(value)
    return set === undefined ? bad('is neither true nor false', String(DEFAULTS[key])) : { set: { [key]: set } }
  },
})

const seconds = (name: string, does: string): Annotation => ({
  name,
  does,
  read(value) {
    const set = readNumber(value, FAR_FUTURE_S)
    return set === undefined || set === 0
      ? bad('is no number of seconds', 'a cookie that ends with the browser')
      : { set: { cookieSeconds: set } }
  },
})

/** Each request is compared with all of them. */
const MOST_RANGES = 1000

/** Whom those that are too many let in or keep out is not known. */
const tooMany = ({ length }: readonly string[]): Reading =>
  bad(`has ${length} addresses and CIDRs, and may have ${MOST_RANGES}`, 'nobody may ask', { sources: [] })

const whitelist = (name: string, does: string): Annotation => ({
  name,
  does,
  read(value) {
    const { ranges, odd } = readRanges(value)
    if (ranges.length > MOST_RANGES) return tooMany(ranges)
    const sources = { sources: ranges }
    if (odd.length === 0) return { set: sources }
    const why = `has what is neither an address nor a CIDR: ${odd.join(', ')}`
    return bad(why, ranges.length === 0 ? 'nobody may ask' : `only ${ranges.join(', ')} may ask`, sources)
  },
})

/** What an Ingress says of all its traffic, whatever becomes of it. */
export const TRAFFIC_ANNOTATIONS: readonly Annotation[] = [
  boolean(
    'use-regex',
    'Paths of type `ImplementationSpecific`, and those of any type that have letters of regular expressions, are regular expressions of RE2. They match from the path’s beginning, upper and lower case alike.',
    'useRegex',
  ),
  boolean(
    'ssl-redirect',
    '`false`: a host that has a certificate is served without TLS too. Otherwise such requests are sent to HTTPS with 308.',
    'sslRedirect',
  ),
  boolean(
    'force-ssl-redirect',
    '`true`: requests without TLS are sent to HTTPS with 308 even where the host has no certificate here.',
    'forceSslRedirect',
  ),
  whitelist('whitelist-source-range', 'Up to 1000 addresses and CIDRs between commas that may ask; others get 403.'),
  whitelist('allowlist-source-range', 'The same as `whitelist-source-range`, and before it where both stand.'),
  {
    name: 'denylist-source-range',
    does: 'Up to 1000 addresses and CIDRs between commas that may not ask, whatever `whitelist-source-range` says; they get 403.',
    read(value) {
      const { ranges, odd } = readRanges(value)
      if (ranges.length > MOST_RANGES) return tooMany(ranges)
      if (odd.length === 0) return { set: { refused: ranges } }
      // Whom it was to keep out is not known.
      return bad(`has what is neither an address nor a CIDR: ${odd.join(', ')}`, 'nobody may ask', { sources: [] })
    },
  },
  {
    name: 'proxy-body-size',
    does: 'How large a request’s body may be, in octets or with `k`, `m` or `g` behind; more gets 413. `0`: no limit. Without it `1m`, for bodies that say how large they are.',
    read(value) {
      const octets = readSize(value)
      if (octets === undefined) return bad('is no size such as 8m', '1m')
      return { set: { bodyLimit: { octets, isWritten: true } } }
    },
  },
  {
    name: 'proxy-read-timeout',
    does: 'Seconds until a backend must have begun to answer; later is 504. Without it an hour, not the 60 seconds of ingress-nginx.',
    read(value) {
      const read = readNumber(value, 86_400)
      if (read === undefined || read === 0) return bad('is no number of seconds between 1 and 86400', 'an hour')
      return { set: { readTimeoutMs: read * 1000 } }
    },
  },
  {
    name: 'backend-protocol',
    does: '`HTTP`, `HTTPS`, `GRPC` or `GRPCS`: how backends are spoken to. The certificates of `HTTPS` and `GRPCS` are not checked. Without it, the `appProtocol` of the Service’s port says.',
    read(value) {
      const protocol = PROTOCOLS.find((one) => one === value.toUpperCase())
      if (protocol === undefined)
        return bad('is none of HTTP, HTTPS, GRPC, GRPCS', 'what the appProtocol of the Service’s port says')
      return { set: { protocol } }
    },
  },
  {
    name: 'upstream-vhost',
    does: 'The host that backends are asked for.',
    read: (value) =>
      /^[-.a-z0-9]+(:\d{1,5})?$/i.test(value)
        ? { set: { upstreamHost: value } }
        : bad('is no host', 'the host of the request'),
  },
  {
    name: 'x-forwarded-prefix',
    does: 'What backends get as `X-Forwarded-Prefix`.',
    read: (value) =>
      isVisible(value) ? { set: { forwardedPrefix: value } } : bad('is no value of a header', 'no such header'),
  },
  {
    name: 'upstream-hash-by',
    does: '`$remote_addr` or `$binary_remote_addr`: who comes from one address always gets the same endpoint.',
    read: (value) =>
      BY_SOURCE.includes(value)
        ? { set: { balanceBySource: true } }
        : bad(`is not ${BY_SOURCE.join(' or ')}`, 'a choice of who has least to do'),
  },
  {
    name: 'affinity',
    does: '`cookie`: who has been sent to an endpoint comes back to it.',
    read: (value) => (value === 'cookie' ? { set: { affinity: true } } : bad('is not cookie', 'no affinity')),
  },
  {
    name: 'session-cookie-name',
    does: 'The name of that cookie; without it `INGRESSCOOKIE`.',
    read: (value) =>
      isToken(value) ? { set: { cookieName: value } } : bad('is no name of a cookie', DEFAULTS.cookieName),
  },
  seconds('session-cookie-expires', 'Seconds that the cookie lasts; without it as long as the browser is open.'),
  seconds('session-cookie-max-age', 'The same as `session-cookie-expires`, and before it where both stand.'),
]
