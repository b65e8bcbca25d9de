import type { GRPCRouteMatch } from '#api/gatewayapi/grpcroute/message.ts'
import type { HTTPRouteMatch } from '#api/gatewayapi/httproute/match.ts'
import type { PathMatch, ValueMatch } from '../table/entry.ts'
import { matchedPath } from '../table/request-path.ts'
import type { Fault } from '../values/fault.ts'
import { Patterns, quotedPattern } from '../values/pattern.ts'
import { type Read, type ReadMatch, unsupported } from './read-rule.ts'

const EVERY_PATH: PathMatch = { type: 'Prefix', value: '/' }
const EVERYTHING: ReadMatch = { path: EVERY_PATH, headers: [], query: [] }

/** What an HTTPRoute's rule matches; without matches it is everything. */
export const httpMatches = (
  matches: readonly HTTPRouteMatch[] = [],
  patterns = new Patterns(),
): Read<readonly ReadMatch[]> => {
  const read = matches.map(httpMatch)
  return { value: read.length === 0 ? [EVERYTHING] : read, ...firstFault(read, patterns) }
}

const httpMatch = ({ path, method, headers, queryParams }: HTTPRouteMatch): ReadMatch => ({
  path: path === undefined ? EVERY_PATH : pathMatch(path.type ?? 'PathPrefix', path.value ?? '/'),
  ...(method && { method }),
  headers: valueMatches(headers, (name) => name.toLowerCase()),
  query: valueMatches(queryParams, (name) => name),
})

/** As requests are written when they are matched, so that what replaces a prefix knows how long it was. */
const pathMatch = (type: string, value: string): PathMatch => {
  if (type === 'PathPrefix') return { type: 'Prefix', value: withoutSlash(matchedPath(value)) }
  return { type: type as PathMatch['type'], value: type === 'Exact' ? matchedPath(value) : value }
}

const withoutSlash = (path: string): string => path.replace(/\/+$/, '') || '/'

/** Of those that have one name the first counts. */
const valueMatches = (
  matches: readonly { readonly name: string; readonly type?: ValueMatch['type']; readonly value: string }[] = [],
  nameOf: (name: string) => string,
): readonly ValueMatch[] => {
  const read: ValueMatch[] = []
  for (const { name: written, type = 'Exact', value } of matches) {
    const name = nameOf(written)
    if (!read.some((other) => other.name === name)) read.push({ name, type, value })
  }
  return read
}

const firstFault = (matches: readonly ReadMatch[], patterns: Patterns): { readonly fault?: Fault } => {
  for (const match of matches) {
    const fault = faultOf(match, patterns)
    if (fault !== undefined) return { fault }
  }
  return {}
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']

const faultOf = ({ path, method, headers, query }: ReadMatch, patterns: Patterns): Fault | undefined => {
  if (!['Exact', 'Prefix', 'RegularExpression'].includes(path.type))
    return unsupported(`the type ${path.type} of a path's match is not known`)
  if (path.type !== 'RegularExpression' && !path.value.startsWith('/'))
    return unsupported(`the path ${JSON.stringify(path.value)} does not begin with /`)
  if (method !== undefined && !METHODS.includes(method)) return unsupported(`the method ${method} is not known`)
  for (const { type, name } of [...headers, ...query])
    if (type !== 'Exact' && type !== 'RegularExpression')
      return unsupported(`the type ${type} of the match of ${name} is not known`)
  for (const { type, value } of [path, ...headers, ...query]) {
    const fault = type === 'RegularExpression' ? patterns.fault(value) : undefined
    if (fault !== undefined) return unsupported(`the regular expression ${value} is none of RE2: ${fault}`)
  }
  return undefined
}

/** What a GRPCRoute's rule matches, as paths: a method is called by `/service/method`. */
export const grpcMatches = (
  matches: readonly GRPCRouteMatch[] = [],
  patterns = new Patterns(),
): Read<readonly ReadMatch[]> => {
  const read = matches.map(
    ({ method, headers }): ReadMatch => ({
      path: method === undefined ? EVERY_PATH : grpcPath(method.type ?? 'Exact', method.service, method.method),
      call: { service: method?.service?.length ?? 0, method: method?.method?.length ?? 0 },
      headers: valueMatches(headers, (name) => name.toLowerCase()),
      query: [],
    }),
  )
  return { value: read.length === 0 ? [EVERYTHING] : read, ...firstFault(read, patterns) }
}

const ANY = '[^/]+'

const grpcPath = (type: string, service = '', method = ''): PathMatch => {
  if (type !== 'Exact' && type !== 'RegularExpression') return { type: type as PathMatch['type'], value: '/' }
  if (service === '' && method === '') return EVERY_PATH
  if (type === 'Exact' && method === '') return { type: 'Prefix', value: `/${service}` }
  if (type === 'Exact' && service !== '') return { type: 'Exact', value: `/${service}/${method}` }
  if (type === 'Exact') return { type: 'RegularExpression', value: `/${ANY}/${quotedPattern(method)}` }
  return {
    type: 'RegularExpression',
    value: `/${(service && `(?:${service})`) || ANY}/${(method && `(?:${method})`) || ANY}`,
  }
}
