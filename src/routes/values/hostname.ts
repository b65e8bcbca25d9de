/**
 * Hostnames as listeners and routes have them: a name, `*.` and a suffix, which stands for any number of labels, or ''
 * for all. All are in lower case.
 */

const isWildcard = (hostname: string): boolean => hostname.startsWith('*.')

/** Whether `hostname`, which may be a wildcard itself, is among those that `by` stands for. */
const isCovered = (hostname: string, by: string): boolean => {
  if (by === '' || by === hostname) return true
  if (!isWildcard(by)) return false
  const suffix = by.slice(1)
  const own = isWildcard(hostname) ? hostname.slice(1) : hostname
  return own.length > suffix.length && own.endsWith(suffix)
}

/** What both stand for, which is the narrower of the two; undefined where that is nothing. */
export const commonHostname = (left: string, right: string): string | undefined =>
  isCovered(right, left) ? right : isCovered(left, right) ? left : undefined

/** Names of a route at a listener, each once, in the route's order; a route that has none takes the listener's. */
export const commonHostnames = (listener: string, route: readonly string[]): readonly string[] => {
  if (route.length === 0) return [listener]
  const common: string[] = []
  for (const hostname of route) {
    const one = commonHostname(listener, hostname)
    if (one !== undefined && !common.includes(one)) common.push(one)
  }
  return common
}

/** For `sort`: exact ones first, then the longest, since of two that fit one request the longer is the narrower. */
export const byHostname = (left: string, right: string): number => {
  if (left === right) return 0
  const exact = Number(isWide(left)) - Number(isWide(right))
  return exact || right.length - left.length || (left < right ? -1 : 1)
}

const isWide = (hostname: string): boolean => hostname === '' || isWildcard(hostname)
