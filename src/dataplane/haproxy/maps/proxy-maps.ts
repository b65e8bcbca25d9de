import { httpListeners } from '#routes/table/match.ts'
import type { RoutingTable } from '#routes/table/table.ts'
import type { ProxyMap } from '../proxy-plan.ts'
import { NamedTexts } from '../rules/content-id.ts'
import { DecisionTexts } from '../rules/decision.ts'
import { RuleTexts } from '../rules/rule-text.ts'
import type { RouteValue } from '../rules/value.ts'
import type { Slots } from '../slots.ts'
import { hostKey, hostPattern } from './host-key.ts'
import { hostNodes } from './host-nodes.ts'
import { MAPS, pathsMap } from './map-names.ts'
import { addNames } from './name-map.ts'
import { addPaths } from './path-map.ts'

/** All maps of a plan; what an entry leads to stands before it. */
export function proxyMaps(table: RoutingTable, slots: Slots): ReadonlyMap<string, ProxyMap> {
  const slotOf = new Map([...slots.taken].map(([slot, key]) => [key, slot]))
  const texts = new NamedTexts()
  const rules = new RuleTexts(texts, slotOf)
  const decisions = new DecisionTexts(texts, rules)
  const [names, ended] = [new Map<string, RouteValue>(), new Map<string, RouteValue>()]
  const [listeners, stars] = [new Map<string, string>(), new Map<string, string>()]
  const paths = new Map<string, ProxyMap>()
  const tree = (entries: ReadonlyMap<string, string>): ProxyMap => ({ type: 'tree', entries })
  for (const port of table.sites.flatMap((site) => site.ports)) {
    const own = new Map<string, RouteValue>()
    if (httpListeners(port).length > 0) paths.set(pathsMap(port.bind), tree(own))
    for (const node of hostNodes(port)) {
      addPaths(own, node, decisions)
      if (/^[*+]/.test(node.pattern)) stars.set(String(port.bind), '*')
    }
    addNames(names, ended, port, rules)
    if (port.kind !== 'tls') continue
    for (const listener of httpListeners(port)) {
      const pattern = hostPattern(listener.hostname, listener.star)
      listeners.set(hostKey(port.bind, pattern), pattern === '' ? '.' : pattern)
    }
  }
  return new Map([
    [MAPS.texts, tree(texts.lines())],
    [MAPS.listeners, tree(listeners)],
    [MAPS.ended, tree(ended)],
    [MAPS.names, tree(names)],
    ...paths,
    [MAPS.stars, tree(stars)],
  ])
}
