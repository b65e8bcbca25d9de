import type { RequestLabels } from '../request-counter.ts'
import { isTrue } from './query.ts'
import type { RequestInfo } from './request-info.ts'

const METHODS = new Set(['DELETE', 'GET', 'PATCH', 'POST', 'PUT'])
const CONNECTS = new Set(['attach', 'exec', 'log', 'portforward', 'proxy'])
const APPLY = /^application\/apply-patch\+yaml$/
const HEALTH = /^\/(?:healthz|livez|readyz)$/

interface Asked {
  readonly method: string
  readonly contentType: string | undefined
  readonly query: URLSearchParams
}

const NOTHING = { group: '', version: '', resource: '', subresource: '', scope: '' }

/** What one asks for; `info` is absent where that could not be told. */
export const requestLabels = (asked: Asked, info: RequestInfo | undefined, isServed: boolean): RequestLabels => {
  const dryRun = dryRunOf(asked.query)
  const scope = info === undefined ? '' : scopeOf(info)
  const verb = verbOf(asked, info, scope)
  if (info?.kind === 'path' && HEALTH.test(info.path)) return { ...NOTHING, verb, dryRun, subresource: info.path }
  // What clients make up is counted together.
  if (info?.kind !== 'resource' || !isServed) return { ...NOTHING, verb, dryRun }
  const { group, version, resource, subresource } = info
  return { verb, dryRun, group, version, resource, subresource, scope }
}

const scopeOf = (info: RequestInfo): string => {
  if (info.kind === 'path') return ''
  if (info.name !== '' || info.verb === 'create') return 'resource'
  return info.namespace === '' ? 'cluster' : 'namespace'
}

const verbOf = ({ method, contentType = '', query }: Asked, info: RequestInfo | undefined, scope: string): string => {
  if (info?.kind === 'resource' && CONNECTS.has(info.subresource)) return 'CONNECT'
  if (method === 'PATCH' && APPLY.test(contentType)) return 'APPLY'
  if (method === 'GET' || method === 'HEAD') {
    if (info?.verb === 'watch' || (method === 'GET' && isTrue(query.get('watch')))) return 'WATCH'
    return scope === 'namespace' || scope === 'cluster' ? 'LIST' : 'GET'
  }
  return METHODS.has(method) ? method : 'other'
}

const dryRunOf = (query: URLSearchParams): string => {
  const all = query.getAll('dryRun')
  if (all.length === 0) return ''
  return all.every((one) => one === 'All') ? 'All' : 'invalid'
}
