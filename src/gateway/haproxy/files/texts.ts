import type { CertificateListLine, PlannedServer } from '#dataplane/haproxy/proxy-plan.ts'
import { socketText } from '#net/port-protocol.ts'
import { ProxyError } from '../proxy-error.ts'

/** HAProxy reads a file's line in as much as it has room for, and takes what is left for a line of its own. */
const LONGEST_LINE = 30_000

/** Lines of a map's file, and of what is added to it. Throws PLAN_INVALID where an entry would be more than a line. */
export const mapText = (entries: Iterable<readonly [string, string]>): string =>
  Array.from(entries, ([key, value]) => {
    if (!KEY.test(key) || !VALUE.test(value))
      throw new ProxyError('PLAN_INVALID', `an entry of a map is no line: ${JSON.stringify([key, value])}`)
    const line = `${key} ${value}`
    if (line.length > LONGEST_LINE)
      throw new ProxyError('PLAN_INVALID', `a line of a map would be of ${line.length} octets: ${key.slice(0, 60)}…`)
    return line
  }).join('\n')

/** Without blanks; a line that begins with `#` says nothing. */
const KEY = /^[^\s#]\S*$/
/** Without blanks at its ends. */
const VALUE = /^\S(?:[^\n\r]*\S)?$/

/** A line of the file of a list of certificates. */
export const listLine = ({ certificate, names }: CertificateListLine): string => [certificate, ...names].join(' ')

/** What follows a server's name, in the configuration and where it is added. One without weight gets nothing new. */
export const serverWords = ({ address, port, state, parameters }: Omit<PlannedServer, 'name'>): string =>
  [socketText(address, port), parameters, state === 'drain' ? 'weight 0' : ''].filter(Boolean).join(' ')
