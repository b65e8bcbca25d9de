import { coversHostname } from '../table/hostname.ts'

/** Whether a hostname stands for more than one name. */
const isWide = (hostname: string): boolean => hostname === '' || hostname.startsWith('*.')

const covers = (outer: string, inner: string): boolean =>
  outer === inner ||
  (isWide(outer) && coversHostname({ hostname: outer, star: 'many' }, { hostname: inner, star: 'many' }))

/** What two hostnames of Gateways both stand for, which is the narrower of them; undefined where that is nothing. */
const commonHostname = (left: string, right: string): string | undefined =>
  covers(left, right) ? right : covers(right, left) ? left : undefined

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
