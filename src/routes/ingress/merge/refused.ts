import type { News } from '../../routes.ts'
import { warning } from '../news.ts'
import type { Route } from './host-routes.ts'

/** What a proxy says of rules that it does not take, told of the Ingress that each comes from. */
export const refusedRules = (
  hosts: ReadonlyMap<string, readonly Route[]>,
  refusals: ReadonlyMap<string, string>,
): readonly News[] => {
  if (refusals.size === 0) return []
  const news: News[] = []
  for (const routes of hosts.values())
    for (const { placed, entries } of routes)
      for (const id of new Set(entries.map(({ rule }) => rule.id))) {
        const why = refusals.get(id)
        if (why !== undefined) news.push(warning(placed.ingress, 'ProxyRefused', `${placed.place}: ${why}`))
      }
  return news
}
