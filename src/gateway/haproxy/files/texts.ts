import type { CertificateListLine, PlannedServer } from '#dataplane/haproxy/proxy-plan.ts'
import { socketText } from '#net/port-protocol.ts'
import { ProxyError } from '../proxy-error.ts'

/** Lines of a map's file, and of what is added to it. Throws PLAN_INVALID where an entry would be more than a line. */
export const mapText = (entries: Iterable<readonly [string, string]>): string =>
  Array.from(entries, ([key, value]) => {
    if (!KEY.test(key) || !VALUE.test(value))
      throw new ProxyError('PLAN_INVALID', `an entry of a map is no line: ${JSON.stringify([key, value])}`)
    return `${key} ${value}`
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
