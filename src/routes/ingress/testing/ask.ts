import { RE2JS } from 're2js'
import type { Entry, PathMatch, Rule } from '../../table/entry.ts'
import type { Listener } from '../../table/table.ts'
import type { IngressRouting } from '../ingress-objects.ts'

/** The rule that takes a request; undefined where nothing listens, or no entry matches. */
export const ruleFor = (
  { site }: IngressRouting,
  url: string,
  headers: { readonly [name: string]: string } = {},
): Rule | undefined => {
  const { protocol, hostname, pathname } = new URL(url)
  const port = site?.ports.find((one) => one.port === (protocol === 'https:' ? 443 : 80))
  const listener = [...(port?.listeners ?? [])]
    .filter((one) => hasHost(one.hostname, hostname))
    .sort((left, right) => specificity(right) - specificity(left))[0]
  return listener?.entries.find((entry) => matches(entry, hostname, pathname, headers))?.rule
}

/** In few words: `web`, `503`, `308 https /path`, `9 old 1 new`, or `404`. */
export const ask = (
  routing: IngressRouting,
  url: string,
  headers: { readonly [name: string]: string } = {},
): string => {
  const rule = ruleFor(routing, url, headers)
  if (rule === undefined) return '404'
  const { action } = rule
  if (action.type === 'answer') return String(action.status)
  if (action.type === 'redirect')
    return [action.status, action.scheme, action.hostname, action.path?.value].filter(Boolean).join(' ')
  const words = action.to.map(({ weight, to }) => {
    const leads = 'status' in to ? String(to.status) : (routing.backends.get(to.backend)?.service.name ?? 'no backend')
    return action.to.length === 1 ? leads : `${weight} ${leads}`
  })
  return words.join(' ')
}

const specificity = ({ hostname }: Listener): number => (hostname === '' ? 0 : hostname.startsWith('*') ? 1 : 2)

const hasHost = (pattern: string, host: string): boolean =>
  pattern === '' || pattern === host || (pattern.startsWith('*.') && pattern.slice(1) === host.slice(host.indexOf('.')))

const hasPath = ({ type, value }: PathMatch, path: string): boolean => {
  if (type === 'Exact') return path === value
  if (type === 'RegularExpression') return RE2JS.compile(value).matches(path)
  return value === '/' || path === value || path.startsWith(`${value}/`)
}

const matches = (
  { hostname, path, headers }: Entry,
  host: string,
  pathname: string,
  given: { readonly [name: string]: string },
): boolean =>
  hasHost(hostname, host) &&
  hasPath(path, pathname) &&
  headers.every(({ name, type, value }) => {
    const has = given[name]
    if (has === undefined) return false
    return type === 'Exact' ? has === value : RE2JS.compile(value).matches(has)
  })
