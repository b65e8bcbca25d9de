import type { Entry } from '#routes/table/entry.ts'
import { coversHostname } from '#routes/table/hostname.ts'
import { httpListeners } from '#routes/table/match.ts'
import type { Listener, SitePort } from '#routes/table/table.ts'
import { widerHostnames } from '#routes/values/hostname.ts'
import { hostPattern, sharedPattern } from './host-key.ts'
import { listenerOfHostname } from './listener-of-hostname.ts'

/** A hostname at a port, and what its listener has for it. */
export interface HostNode {
  readonly pattern: string
  /** In order of precedence; none: it is there so that no less specific listener is asked. */
  readonly entries: readonly Entry[]
  /** The next less specific hostname of the same listener. */
  readonly parent?: string
  /** Where there is no parent: entries that listeners share by this name come behind. */
  readonly behind?: string
}

/**
 * The hostnames of a port. Who asks them one after another, the most specific one first, meets those of one listener
 * alone, the right one: hostnames of a route for which another listener is more specific are left out, and each listener's
 * own hostname is there. What listeners share has hostnames of its own, which are found by its name alone.
 */
export function hostNodes(port: SitePort): readonly HostNode[] {
  const listeners = httpListeners(port)
  const byHostname = new Map(listeners.map((listener) => [listener.hostname, listener]))
  const stars = new Map(listeners.map(({ behind = '', star }) => [behind, star]))
  stars.delete('')
  return [
    ...listeners.flatMap((listener) =>
      nodesOf(listener, (hostname) => listenerOfHostname(byHostname, hostname, listener.star) === listener),
    ),
    ...[...stars].flatMap(([name, star]) =>
      nodesOf(
        { hostname: '', star, entries: port.shared?.[name] ?? [] },
        () => true,
        (pattern) => sharedPattern(name, pattern),
      ),
    ),
  ]
}

function nodesOf(
  { hostname: widest, star, entries, behind }: Pick<Listener, 'hostname' | 'star' | 'entries' | 'behind'>,
  isOwn: (hostname: string) => boolean,
  keyOf = (pattern: string) => pattern,
): readonly HostNode[] {
  const own = new Map<string, Entry[]>([[widest, []]])
  for (const entry of entries) {
    const known = own.get(entry.hostname)
    if (known !== undefined) known.push(entry)
    else if (isOwn(entry.hostname)) own.set(entry.hostname, [entry])
  }
  const patternOf = (hostname: string) => keyOf(hostPattern(hostname, star))
  return Array.from(own, ([hostname, entries]) => {
    const parent = widerHostnames(hostname).find(
      (wider) => own.has(wider) && coversHostname({ hostname: wider, star }, { hostname, star }),
    )
    return {
      pattern: patternOf(hostname),
      entries,
      ...(parent !== undefined ? { parent: patternOf(parent) } : behind !== undefined && { behind }),
    }
  })
}
