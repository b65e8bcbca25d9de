import type { Listener } from './table.ts'

/** How many labels the star of a hostname stands for. */
export type Star = Listener['star']

/** Whether a host, in lower case and without port, is one of those that a hostname is for. */
export function matchesHostname(hostname: string, star: Star, host: string): boolean {
  if (hostname === '') return true
  if (!hostname.startsWith('*.')) return hostname === host
  const suffix = hostname.slice(1)
  if (!host.endsWith(suffix) || host.length === suffix.length) return false
  return star === 'many' || !host.slice(0, -suffix.length).includes('.')
}

/**
 * Whether one hostname comes before another where both match: negative if so. Exact before those with a star, the longer
 * before the shorter, `''` last.
 */
export function compareHostnames(one: string, other: string): number {
  return weightOf(other) - weightOf(one)
}
// A name has 253 octets at most.
const weightOf = (hostname: string) => (hostname.startsWith('*.') ? hostname.length : hostname === '' ? 0 : 1000)

/** Whether all hosts of `inner`, a hostname of another listener, are hosts of `outer`, too. */
export function coversHostname(
  outer: { readonly hostname: string; readonly star: Star },
  inner: { readonly hostname: string; readonly star: Star },
): boolean {
  if (outer.hostname === '') return true
  if (inner.hostname === '') return false
  if (!inner.hostname.startsWith('*.')) return matchesHostname(outer.hostname, outer.star, inner.hostname)
  if (!outer.hostname.startsWith('*.')) return false
  if (outer.star === 'one') return inner.star === 'one' && inner.hostname === outer.hostname
  return inner.hostname.endsWith(outer.hostname.slice(1))
}

/** Of listeners the one with the most specific hostname for a host; none has two of the same hostname. */
export function listenerFor(listeners: readonly Listener[], host: string): Listener | undefined {
  let best: Listener | undefined
  for (const listener of listeners) {
    if (!matchesHostname(listener.hostname, listener.star, host)) continue
    if (best === undefined || compareHostnames(listener.hostname, best.hostname) < 0) best = listener
  }
  return best
}

/** Octets of a name in DNS; an address has fewer. */
const MOST_OCTETS = 253

/**
 * The host that a `Host` header or `:authority` names: in lower case, without its port and without one dot at its end.
 * Nothing where it names none that could be.
 */
export function hostOf(authority: string): string | undefined {
  const found = /^(\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)\.?(?::\d{0,5})?$/.exec(authority.toLowerCase())
  const host = found?.[1]
  return host === undefined || host.length > MOST_OCTETS ? undefined : host
}
