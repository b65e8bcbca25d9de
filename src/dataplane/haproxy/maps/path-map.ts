import type { Entry } from '#routes/table/entry.ts'
import { matchedPath } from '#routes/table/request-path.ts'
import type { DecisionTexts } from '../rules/decision.ts'
import { hostValue, NOTHING, type RouteValue } from '../rules/value.ts'
import { exactKey, hostKey, prefixKey } from './host-key.ts'
import type { HostNode } from './host-nodes.ts'

/** Adds what `paths.map` says of the paths of one hostname. */
export function addPaths(map: Map<string, RouteValue>, bind: number, node: HostNode, decisions: DecisionTexts): void {
  const host = hostKey(bind, node.pattern)
  const exact = new Map<string, Entry[]>()
  const prefix = new Map<string, Entry[]>()
  const expressions: Entry[] = []
  for (const entry of node.entries) {
    if (entry.path.type === 'RegularExpression') expressions.push(entry)
    else {
      const group = entry.path.type === 'Exact' ? exact : prefix
      const path = matchedPath(entry.path.value)
      const known = group.get(path)
      if (known !== undefined) known.push(entry)
      else group.set(path, [entry])
    }
  }
  const above = node.parent === undefined ? NOTHING : hostValue(node.parent)
  const root = decisions.chain(prefix.get('/') ?? [], decisions.chain(expressions, above))
  // A path that is not found is looked for at the less specific hostname as it is: that need not be said.
  if (root !== above || node.parent === undefined) map.set(prefixKey(host, '/'), root)
  const values = new Map<string, RouteValue>([['/', root]])
  const shortestFirst = [...prefix.keys()].filter((path) => path !== '/').sort((a, b) => a.length - b.length)
  for (const path of shortestFirst) {
    const value = decisions.chain(prefix.get(path) as Entry[], values.get(around(path, values)) as RouteValue)
    values.set(path, value)
    map.set(prefixKey(host, path), value)
  }
  for (const [path, entries] of exact) {
    const within = values.has(path) ? path : around(path, values)
    map.set(exactKey(host, path), decisions.chain(entries, values.get(within) as RouteValue))
  }
}

/** The longest prefix that a path is below. */
function around(path: string, prefixes: ReadonlyMap<string, unknown>): string {
  let rest = path
  while (rest !== '') {
    rest = rest.slice(0, rest.lastIndexOf('/'))
    if (prefixes.has(rest)) return rest
  }
  return '/'
}
