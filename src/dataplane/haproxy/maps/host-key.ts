import type { Star } from '#routes/table/hostname.ts'

/** A hostname as keys of maps begin with it: `+.` where its star stands for one label alone, so that both can be there. */
export const hostPattern = (hostname: string, star: Star) =>
  hostname.startsWith('*.') && star === 'one' ? `+${hostname.slice(1)}` : hostname

/** A hostname of entries that listeners share: no host begins so, nor a path. */
export const sharedPattern = (name: string, pattern: string) => `~${name}/${pattern}`

/** `10000/shop.test`: a port of the pod, and a hostname there. */
export const hostKey = (bind: number, pattern: string) => `${bind}/${pattern}`

/**
 * Keys of a port's paths: the map is asked for the longest one that host, path and `/?` begin with. `?` is in no path: so
 * a key with it is a whole path, and longer than those of its prefixes.
 */
export const exactKey = (host: string, path: string) => `${host}${path}/?`
export const prefixKey = (host: string, path: string) => (path === '/' ? `${host}/` : `${host}${path}/`)
