import { existsSync, readFileSync } from 'node:fs'
import { parseResolvConf } from '#names/resolv-conf.ts'

/** Where systemd-resolved answers the machine alone, and where it writes whom it asks itself. */
const RESOLVED_STUBS = ['127.0.0.53', '127.0.0.54']
const RESOLVED = '/run/systemd/resolve/resolv.conf'

/**
 * The nameservers of a resolv.conf, in its order; those of loopback serve the machine alone but do answer us, who run
 * on it. The machine's own where the file names none, or is not there (resolv.conf(5)).
 */
export const readNameservers = (path: string): readonly string[] => {
  const { nameservers } = parseResolvConf(readText(path))
  return nameservers.length > 0 ? nameservers : ['127.0.0.1']
}

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

interface HostNameservers {
  /** The file that they stand in. */
  readonly path: string
  readonly servers: readonly string[]
}

/**
 * Whom the machine asks: what the file says and, where that is systemd-resolved's stub alone, whom systemd-resolved
 * asks, if it has written that down.
 */
export const hostNameservers = (path: string, resolved = RESOLVED): HostNameservers => {
  const servers = readNameservers(path)
  if (!servers.every((server) => RESOLVED_STUBS.includes(server)) || !existsSync(resolved)) return { path, servers }
  return { path: resolved, servers: readNameservers(resolved) }
}
