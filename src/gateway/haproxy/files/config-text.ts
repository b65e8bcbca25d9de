import { createHash } from 'node:crypto'
import type { PlannedServer } from '#dataplane/haproxy/proxy-plan.ts'
import { serverWords } from './texts.ts'

/** A variable of HAProxy's own environment: by it a worker tells which configuration it has read. */
export const KNOWN_BY = 'FAIRLEAD_CONFIG'

/** What a configuration is known by; servers of slots are no part of it. */
export const configKey = (config: string): string => createHash('sha256').update(config).digest('hex').slice(0, 32)

/** The file of a plan's configuration, with the servers that its slots have now. */
export const configText = (config: string, servers: (slot: string) => readonly PlannedServer[]): string =>
  config.replace(/^(?:global\b.*|backend[ \t]+(\S+).*)$/gm, (line: string, slot: string | undefined) =>
    slot === undefined
      ? `${line}\n  setenv ${KNOWN_BY} ${configKey(config)}`
      : [line, ...servers(slot).map((server) => `  server ${server.name} ${serverWords(server)}`)].join('\n'),
  )

/** What else a configuration's file says of its servers, by `slot/server`. */
export const configServers = (text: string): ReadonlyMap<string, string> => {
  const servers = new Map<string, string>()
  let slot = ''
  for (const line of text.split('\n')) {
    const section = /^([a-z]+)(?:[ \t]+(\S+))?/.exec(line)
    if (section) slot = section[1] === 'backend' ? (section[2] ?? '') : ''
    const server = /^ {2}server (\S+) \S+ ?(.*)$/.exec(line)
    if (server && slot) servers.set(`${slot}/${server[1]}`, server[2]!.replace(/ ?\bweight 0$/, ''))
  }
  return servers
}
