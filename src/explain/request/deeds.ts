import type { Filter, HeaderChange, Rule } from '#routes/table/entry.ts'
import { movedPath } from '#routes/table/moved-path.ts'
import type { RoutingTable } from '#routes/table/table.ts'
import type { Deed } from '../trace/request/step.ts'
import type { RequestParts } from './misses.ts'

/** What a rule does to a request that goes on, in its order. */
export const deedsOf = (table: RoutingTable, rule: Rule, request: RequestParts): readonly Deed[] => [
  ...(rule.sources ? [{ code: 'sources', ranges: rule.sources } as const] : []),
  ...(rule.refused ? [{ code: 'refused-sources', ranges: rule.refused } as const] : []),
  ...(rule.bodyLimit === undefined ? [] : [{ code: 'body-limit', octets: rule.bodyLimit.octets } as const]),
  ...filterDeeds(table, rule.filters, request),
  ...(rule.requestTimeoutMs ? [{ code: 'request-timeout', ms: rule.requestTimeoutMs } as const] : []),
  ...(rule.backendTimeoutMs ? [{ code: 'backend-timeout', ms: rule.backendTimeoutMs } as const] : []),
  ...(rule.persistence
    ? [{ code: 'persistence', by: rule.persistence.type, name: rule.persistence.name } as const]
    : []),
]

/** What filters do, of a rule or of one of its backends. */
export const filterDeeds = (
  table: RoutingTable,
  filters: readonly Filter[],
  request: RequestParts,
): readonly Deed[] => {
  let { path, host } = request
  return filters.flatMap((filter): readonly Deed[] => {
    switch (filter.type) {
      case 'requestHeaders':
        return [{ code: 'request-headers', ...headersOf(filter) }]
      case 'responseHeaders':
        return [{ code: 'response-headers', ...headersOf(filter) }]
      case 'rewrite': {
        const deeds: Deed[] = []
        if (filter.path !== undefined) {
          const to = movedPath(filter.path, path)
          deeds.push({ code: 'path', from: path, to })
          path = to
        }
        if (filter.hostname !== undefined) {
          deeds.push({ code: 'hostname', from: host, to: filter.hostname })
          host = filter.hostname
        }
        return deeds
      }
      case 'mirror': {
        const service = filter.backend === undefined ? undefined : table.backends.get(filter.backend)?.service
        const { numerator, denominator } = filter
        const to = service && `${service.namespace}/${service.name}:${service.port}`
        return [{ code: 'mirror', ...(to && { to }), numerator, denominator }]
      }
      case 'cors':
        return [{ code: 'cors', origins: filter.origins }]
      default:
        return []
    }
  })
}

const headersOf = ({ set, add, remove }: HeaderChange) => {
  const words = (all: HeaderChange['set']) => all.map(({ name, value }) => `${name}: ${value}`)
  return { set: words(set), add: words(add), remove }
}
