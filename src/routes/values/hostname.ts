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
