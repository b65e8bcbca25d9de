import type { Entry } from '#routes/table/entry.ts'
import { coversHostname } from '#routes/table/hostname.ts'
import { httpListeners } from '#routes/table/match.ts'
import type { SitePort } from '#routes/table/table.ts'
import { hostPattern } from './host-key.ts'
import { listenerOfHostname, widerHostnames } from './wider-hostnames.ts'

/** A hostname at a port, and what its listener has for it. */
export interface HostNode {
  readonly pattern: string
  /** In order of precedence; none: it is there so that no less specific listener is asked. */
  readonly entries: readonly Entry[]
  /** The next less specific hostname of the same listener. */
  readonly parent?: string
}

/**
 * The hostnames of a port. Who asks them one after another, the most specific one first, meets those of one listener
 * alone, the right one: hostnames of a route for which another listener is more specific are left out, and each listener's
 * own hostname is there.
 */
export function hostNodes(port: SitePort): readonly HostNode[] {
  const listeners = httpListeners(port)
  const byHostname = new Map(listeners.map((listener) => [listener.hostname, listener]))
  return listeners.flatMap((listener) => {
    const { star } = listener
    const own = new Map<string, Entry[]>([[listener.hostname, []]])
    for (const entry of listener.entries) {
      const known = own.get(entry.hostname)
      if (known !== undefined) known.push(entry)
      else if (listenerOfHostname(byHostname, entry.hostname, star) === listener) own.set(entry.hostname, [entry])
    }
    return Array.from(own, ([hostname, entries]) => {
      const parent = widerHostnames(hostname).find(
        (wider) => own.has(wider) && coversHostname({ hostname: wider, star }, { hostname, star }),
      )
      return {
        pattern: hostPattern(hostname, star),
        entries,
        ...(parent !== undefined && { parent: hostPattern(parent, star) }),
      }
    })
  })
}
