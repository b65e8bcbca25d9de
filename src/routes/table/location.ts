import type { Redirect } from './entry.ts'
import { movedPath } from './moved-path.ts'

/** Where a URL leads that names no port. */
export const STANDARD_PORTS = { http: 80, https: 443 } as const

/** Where a redirect leads: what it does not say stays, and a port of its own goes with a scheme. */
export function locationOf(
  { scheme, hostname, port, path }: Redirect,
  from: {
    readonly scheme: 'http' | 'https'
    readonly host: string
    /** As clients know it. */
    readonly port: number
    readonly path: string
    readonly query: string
  },
): string {
  const toScheme = scheme ?? from.scheme
  const toPort = port ?? (scheme === undefined ? from.port : STANDARD_PORTS[scheme])
  const authority = (hostname ?? from.host) + (toPort === STANDARD_PORTS[toScheme] ? '' : `:${toPort}`)
  return `${toScheme}://${authority}${path === undefined ? from.path : movedPath(path, from.path)}${from.query}`
}
