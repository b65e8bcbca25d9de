import { httpListeners } from '#routes/table/match.ts'
import type { RoutingTable } from '#routes/table/table.ts'
import type { ProxyMap } from '../proxy-map.ts'
import { linesOf } from '../rules/named-text.ts'
import { RuleTexts } from '../rules/rule-text.ts'
import type { Led, RouteValue } from '../rules/value.ts'
import type { Slots } from '../slots.ts'
import { hostKey, hostPattern } from './host-key.ts'
import { hostNodes } from './host-nodes.ts'
import { MAPS, pathsMap } from './map-names.ts'
import { portNames } from './name-map.ts'
import { hostPaths } from './path-map.ts'

/** All maps of a plan; what an entry leads to stands before it. */
export function proxyMaps(table: RoutingTable, slots: Slots): ReadonlyMap<string, ProxyMap> {
  const rules = new RuleTexts(new Map([...slots.taken].map(([slot, key]) => [key, slot])))
  const texts = new Set<ReadonlyMap<string, string>>()
  const [names, ended] = [new Map<string, RouteValue>(), new Map<string, RouteValue>()]
  const [listeners, stars] = [new Map<string, string>(), new Map<string, string>()]
  const byPort = new Map<string, ProxyMap>()
  const addAll = (map: Map<string, RouteValue>, all: ReadonlyMap<string, Led>) => {
    for (const [key, led] of all) map.set(key, led.value)
    for (const lines of linesOf(all.values())) texts.add(lines)
  }
  for (const port of table.sites.flatMap((site) => site.ports)) {
    const own = new Set<ReadonlyMap<string, RouteValue>>()
    if (httpListeners(port).length > 0) byPort.set(pathsMap(port.bind), { type: 'tree', parts: own })
    for (const node of hostNodes(port)) {
      const paths = hostPaths(node, rules)
      own.add(paths.values)
      texts.add(paths.texts)
      if (/^[*+]/.test(node.pattern)) stars.set(String(port.bind), '*')
    }
    const told = portNames(port, rules)
    addAll(names, told.names)
    addAll(ended, told.ended)
    if (port.kind !== 'tls') continue
    for (const listener of httpListeners(port)) {
      const pattern = hostPattern(listener.hostname, listener.star)
      listeners.set(hostKey(port.bind, pattern), pattern === '' ? '.' : pattern)
    }
  }
  const whole = (entries: ReadonlyMap<string, string>): ProxyMap => ({ type: 'tree', parts: new Set([entries]) })
  return new Map([
    [MAPS.texts, { type: 'tree', parts: texts }],
    [MAPS.listeners, whole(listeners)],
    [MAPS.ended, whole(ended)],
    [MAPS.names, whole(names)],
    ...byPort,
    [MAPS.stars, whole(stars)],
  ])
}
