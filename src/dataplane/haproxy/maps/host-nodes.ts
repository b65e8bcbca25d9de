import type { Entry } from '#routes/table/entry.ts'
import { compareHostnames, coversHostname } from '#routes/table/hostname.ts'
import { httpListeners } from '#routes/table/match.ts'
import type { Listener, SitePort } from '#routes/table/table.ts'
import { hostPattern } from './host-key.ts'

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
  return listeners.flatMap((listener) => {
    const byHostname = new Map<string, Entry[]>([[listener.hostname, []]])
    for (const entry of listener.entries) {
      const known = byHostname.get(entry.hostname)
      if (known !== undefined) known.push(entry)
      else if (isReached(entry.hostname, listener, listeners)) byHostname.set(entry.hostname, [entry])
    }
    const hostnames = [...byHostname.keys()].sort(compareHostnames)
    // Of a thousand hostnames few cover others.
    const wide = hostnames.filter((one) => one === '' || one.startsWith('*.'))
    return hostnames.map((hostname) => {
      const self = { hostname, star: listener.star }
      const parent = wide
        .slice(wide.indexOf(hostname) + 1)
        .find((other) => coversHostname({ ...self, hostname: other }, self))
      return {
        pattern: hostPattern(hostname, listener.star),
        entries: byHostname.get(hostname) ?? [],
        ...(parent !== undefined && { parent: hostPattern(parent, listener.star) }),
      }
    })
  })
}

function isReached(hostname: string, listener: Listener, listeners: readonly Listener[]): boolean {
  const self = { hostname, star: listener.star }
  if (!coversHostname(listener, self)) return false
  return !listeners.some(
    (other) =>
      other !== listener && compareHostnames(other.hostname, listener.hostname) < 0 && coversHostname(other, self),
  )
}
