import { coversHostname, type Star } from '#routes/table/hostname.ts'
import type { Listener } from '#routes/table/table.ts'
import { widerHostnames } from '#routes/values/hostname.ts'

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
