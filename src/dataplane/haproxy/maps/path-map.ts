import type { Entry } from '#routes/table/entry.ts'
import { matchedPath } from '#routes/table/request-path.ts'
import type { DecisionTexts } from '../rules/decision.ts'
import { hostValue, NOTHING, type RouteValue } from '../rules/value.ts'
import { exactKey, prefixKey } from './host-key.ts'
import type { HostNode } from './host-nodes.ts'

/**
 * Adds what a port's map says of the paths of one hostname. The map finds the longest key for a path; all entries that may take
 * the path are behind that key, in their order: those of the key itself, of shorter prefixes, and all expressions.
 */
export function addPaths(map: Map<string, RouteValue>, node: HostNode, decisions: DecisionTexts): void {
  const host = node.pattern
  const exact = new Map<string, Placed[]>()
  const prefix = new Map<string, Placed[]>([['/', []]])
  const expressions: Placed[] = []
  node.entries.forEach((entry, place) => {
    const { type, value } = entry.path
    if (type === 'RegularExpression') expressions.push({ entry, place })
    else push(type === 'Exact' ? exact : prefix, matchedPath(value), { entry, place })
  })
  const above = node.parent === undefined ? NOTHING : hostValue(node.parent)
  const behind = (own: readonly Placed[], path: string) => {
    const all = [...own, ...expressions]
    for (let around = path; around !== ''; around = around.slice(0, around.lastIndexOf('/'))) {
      all.push(...(prefix.get(around) ?? []))
    }
    if (path !== '/') all.push(...(prefix.get('/') as Placed[]))
    return decisions.chain(
      all.sort((a, b) => a.place - b.place).map(({ entry }) => entry),
      above,
    )
  }
  for (const path of prefix.keys()) {
    const value = behind([], path)
    // A path that is not found is looked for at the less specific hostname all the same: that need not be said.
    if (path !== '/' || value !== above || node.parent === undefined) map.set(prefixKey(host, path), value)
  }
  for (const [path, entries] of exact) map.set(exactKey(host, path), behind(entries, path))
}

interface Placed {
  readonly entry: Entry
  readonly place: number
}

function push(map: Map<string, Placed[]>, path: string, placed: Placed): void {
  const known = map.get(path)
  if (known === undefined) map.set(path, [placed])
  else known.push(placed)
}
