import type { GatewayHit } from './clauses.ts'
import type { Reading } from './model.ts'

/** A path as it is matched and handed on, and whether somebody may refuse it. */
export interface NormalPath {
  readonly path: string
  readonly query: string | undefined
  readonly mayBeRefused: boolean
}

const UNRESERVED = /^[A-Za-z0-9\-._~]$/

export function normalise(target: string, { slashes }: Pick<Reading, 'slashes'>, hit: GatewayHit): NormalPath {
  const mark = target.indexOf('?')
  const sent = mark < 0 ? target : target.slice(0, mark)
  const query = mark < 0 ? undefined : target.slice(mark + 1)
  const decoded = sent.replace(/%[0-9A-Fa-f]{2}/g, (form) => {
    const character = String.fromCharCode(Number.parseInt(form.slice(1), 16))
    return UNRESERVED.test(character) ? character : form.toUpperCase()
  })
  const merge = (text: string) => text.replace(/\/{2,}/g, '/')
  const { path: walked, climbs } = withoutDots(slashes === 'before' ? merge(decoded) : decoded)
  const path = merge(walked)
  if (path !== sent) hit('path/normal')
  // A slash, backslash or control character behind a percent sign is one to some backends.
  const isDoubtful = /%(2F|5C|0.|1.|7F)|[\\]|%(?![0-9A-Fa-f]{2})/.test(decoded)
  const mayBeRefused = isDoubtful || climbs
  if (mayBeRefused) hit('path/refused')
  return { path, query, mayBeRefused }
}

/** Resolves `.` and `..` as RFC 3986 does. */
function withoutDots(path: string): { readonly path: string; readonly climbs: boolean } {
  const out: string[] = []
  let climbs = false
  const segments = path.split('/').slice(1)
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1
    if (segment === '..') {
      if (out.length === 0) climbs = true
      out.pop()
    }
    if (segment !== '.' && segment !== '..') out.push(segment)
    else if (isLast) out.push('')
  }
  return { path: `/${out.join('/')}`, climbs }
}

/** `/foo` for `/foo/`; '' for `/`. */
export const withoutSlash = (prefix: string): string => (prefix.endsWith('/') ? prefix.slice(0, -1) : prefix)

/** Element by element. */
export const hasPrefix = (path: string, prefix: string): boolean =>
  path === withoutSlash(prefix) || path.startsWith(`${withoutSlash(prefix)}/`)

/** What becomes of a path whose prefix is replaced. */
export function replacePrefix(
  path: string,
  prefix: string,
  replacement: string,
  { replacement: reading }: Pick<Reading, 'replacement'>,
): string {
  const rest = path.slice(withoutSlash(prefix).length)
  if (rest === '' && reading === 'as-written') return replacement || '/'
  return withoutSlash(replacement) + rest || '/'
}

/** A name as it is compared: of a Host header, or SNI. */
export const nameOf = (host: string): string => host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')

/** `star`: how many labels a wildcard stands for. */
export function isNamed(hostname: string, name: string, star: 'one' | 'many' = 'many'): boolean {
  if (hostname === '') return true
  if (!hostname.startsWith('*.')) return hostname === name
  const suffix = hostname.slice(1)
  if (!name.endsWith(suffix) || name.length === suffix.length) return false
  return star === 'many' || !name.slice(0, -suffix.length).includes('.')
}
