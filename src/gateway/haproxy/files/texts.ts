import type { CertificateListLine, PlannedServer } from '#dataplane/haproxy/proxy-plan.ts'
import { socketText } from '#net/port-protocol.ts'

/** Lines of a map's file, and of what is added to it. */
export const mapText = (entries: Iterable<readonly [string, string]>): string =>
  Array.from(entries, ([key, value]) => `${key} ${value}`).join('\n')

/** A line of the file of a list of certificates. */
export const listLine = ({ certificate, names }: CertificateListLine): string => [certificate, ...names].join(' ')

/** What follows a server's name, in the configuration and where it is added. One without weight gets nothing new. */
export const serverWords = ({ address, port, state, parameters }: Omit<PlannedServer, 'name'>): string =>
  [socketText(address, port), parameters, state === 'drain' ? 'weight 0' : ''].filter(Boolean).join(' ')
