import { coversHostname, type Star } from '#routes/table/hostname.ts'
import type { Listener } from '#routes/table/table.ts'

/** The listener that hosts of a hostname come to: the most specific one that is for all of them. */
export function listenerOfHostname(
  byHostname: ReadonlyMap<string, Listener>,
  hostname: string,
  star: Star,
): Listener | undefined {
  for (const wider of [hostname, ...widerHostnames(hostname)]) {
    const listener = byHostname.get(wider)
    if (listener !== undefined && coversHostname(listener, { hostname, star })) return listener
  }
  return undefined
}

/** All hostnames that may be for more than a hostname and for what it is for, the most specific first. */
export function widerHostnames(hostname: string): readonly string[] {
  if (hostname === '') return []
  const wider: string[] = []
  const first = hostname.startsWith('*.') ? 2 : 0
  for (let dot = hostname.indexOf('.', first); dot >= 0; dot = hostname.indexOf('.', dot + 1)) {
    wider.push(`*${hostname.slice(dot)}`)
  }
  wider.push('')
  return wider
}
