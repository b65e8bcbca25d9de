import type { ListenerRef } from '../../trace/request/request.ts'
import type { Miss, NearMiss, RouteRef, RuleMatch, RuleValue } from '../../trace/request/route-ref.ts'
import { objectText } from '../object.ts'
import { listed } from '../text.ts'

/** `HTTPRoute shop/cart, rule 1 (checkout)`; rules count from 0, as in the API. */
export const ruleText = ({ route, index, name }: RouteRef): string =>
  `${objectText(route)}, rule ${index}${name ? ` (${name})` : ''}`

const PATHS = { Exact: 'the path', Prefix: 'paths below', RegularExpression: 'paths like' } as const

/** `shop.test, paths below /cart, GET, header x-canary: yes` */
export const matchText = ({ hostname, path, method, headers, query }: RuleMatch): string =>
  [
    hostname ?? 'any host',
    path.type === 'Prefix' && path.value === '/' ? 'all paths' : `${PATHS[path.type]} ${path.value}`,
    ...(method ? [method] : []),
    ...headers.map((one) => `header ${valueText(one)}`),
    ...query.map((one) => `parameter ${valueText(one)}`),
  ].join(', ')

const valueText = ({ name, type, value }: RuleValue): string =>
  `${name}: ${type === 'RegularExpression' ? `like ${value}` : value}`

/** `HTTPRoute shop/cart, rule 1: a.test, paths below /x; the path is another` */
export const nearText = ({ rule, misses }: NearMiss): string =>
  `${ruleText(rule)}: ${matchText(rule.match)}; ${misses.length === 0 ? 'it would take the request, and comes later' : listed(misses.map(missText))}`

const missText = (miss: Miss): string => {
  switch (miss.code) {
    case 'host':
      return 'the host is another'
    case 'path':
      return 'the path is another'
    case 'method':
      return `the method is not ${miss.method}`
    case 'header':
      return miss.found === undefined
        ? `the header ${miss.wanted.name} is missing`
        : `the header ${miss.wanted.name} is ${miss.found}`
    case 'query':
      return miss.found === undefined
        ? `the parameter ${miss.wanted.name} is missing`
        : `the parameter ${miss.wanted.name} is ${miss.found}`
  }
}

/** `https of Gateway shop/public (443, *.test)` */
export const listenerText = ({ name, owner, port, hostname }: ListenerRef): string =>
  `${name || hostname || 'of all names'} of ${objectText(owner)} (port ${port}, ${hostname ?? 'all names'})`
