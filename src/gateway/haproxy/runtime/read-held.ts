import { X509Certificate } from 'node:crypto'
import { configServers, KNOWN_BY } from '../files/config-text.ts'
import { CONFIG_FILE } from '../files/files.ts'
import type { Held, HeldServer, HeldServers } from '../held.ts'
import { parseList } from './certificate-writer.ts'
import { type RuntimeSocket, word } from './runtime-socket.ts'

/** FMAINT and FDRAIN of `srv_admin_state`. */
const MAINTENANCE = 1

/** The text of a file of HAProxy's folder; undefined where there is none. */
export type ReadFile = (name: string) => string | undefined

/**
 * What a worker has in memory. It does not tell all: what else a server was added with, and the key and the chain of a
 * certificate, are taken from its files where what it tells agrees with them, and from what was known before.
 */
export const readHeld = async (socket: RuntimeSocket, readFile: ReadFile, former: Held | undefined): Promise<Held> => ({
  config: await readConfig(socket),
  maps: await readMaps(socket),
  certificates: await readPems(socket, 'cert', readFile),
  certificateLists: await readLists(socket),
  authorities: await readPems(socket, 'ca-file', readFile),
  servers: await readServers(socket, readFile(CONFIG_FILE) ?? '', former),
})

/**
 * What a worker has that has just started, where `files` are those that lie there: one that nothing leads to yet, as the
 * authorities of a Service without endpoints, it has not read.
 */
export const readStarted = async (socket: RuntimeSocket, files: Held): Promise<Held> => ({
  ...files,
  certificates: only(files.certificates, await readNames(socket, 'cert')),
  authorities: only(files.authorities, await readNames(socket, 'ca-file')),
})

const only = <T>(all: ReadonlyMap<string, T>, names: readonly string[]): Map<string, T> =>
  new Map([...all].filter(([name]) => names.includes(name)))

/** What the worker's configuration is known by; '' where it is none of ours. */
export const readConfig = async (socket: RuntimeSocket): Promise<string> =>
  new RegExp(`^${KNOWN_BY}=(.*)$`, 'm').exec(await socket.ask({ line: `show env ${KNOWN_BY}` }))?.[1] ?? ''

/** Of the worker that answers. */
export const readPid = async (socket: RuntimeSocket): Promise<number> =>
  Number(/^Pid: (\d+)$/m.exec(await socket.ask({ line: 'show info' }))?.[1])

const readMaps = async (socket: RuntimeSocket): Promise<Held['maps']> => {
  const listed = await socket.ask({ line: 'show map' })
  const names = Array.from(listed.matchAll(/^-?\d+ \((.+?)\) /gm), ([, name]) => name!)
  const maps: Held['maps'] = new Map()
  for (const name of names) {
    const entries = new Map<string, string>()
    for (const line of (await socket.ask({ line: `show map ${word(name)}` })).split('\n')) {
      const found = /^0x[0-9a-f]+ (\S+) (.*)$/.exec(line)
      // Twice is more than once: it is taken away, and written anew.
      if (found) entries.set(found[1]!, entries.has(found[1]!) ? '' : found[2]!)
    }
    maps.set(name, entries)
  }
  return maps
}

const readServers = async (
  socket: RuntimeSocket,
  config: string,
  former: Held | undefined,
): Promise<Held['servers']> => {
  const parameters = configServers(config)
  const slots: Held['servers'] = new Map()
  for (const line of (await socket.ask({ line: 'show servers state' })).split('\n')) {
    const fields = line.split(' ')
    if (line.startsWith('#') || fields.length < 19) continue
    const [, slot = '', , name = '', address = '', , admin = '', weight = ''] = fields
    // HAProxy's own frontend, which has no address: the configuration leads there, by no slot.
    if (address === '-') continue
    const server: HeldServer = {
      address,
      port: Number(fields[18]),
      state: Number(admin) & MAINTENANCE ? 'leaving' : weight === '0' ? 'drain' : 'ready',
      parameters: former?.servers.get(slot)?.get(name)?.parameters ?? parameters.get(`${slot}/${name}`),
    }
    const servers: HeldServers = slots.get(slot) ?? new Map()
    slots.set(slot, servers.set(name, server))
  }
  return slots
}

const readLists = async (socket: RuntimeSocket): Promise<Held['certificateLists']> => {
  const lists: Held['certificateLists'] = new Map()
  for (const name of lines(await socket.ask({ line: 'show ssl crt-list' }))) {
    const shown = await socket.ask({ line: `show ssl crt-list -n ${word(name)}` })
    lists.set(
      name,
      parseList(shown).map(({ line }) => line),
    )
  }
  return lists
}

type Noun = 'cert' | 'ca-file'

/** But for what HAProxy has of its own, and what somebody has not committed. */
const readNames = async (socket: RuntimeSocket, noun: Noun): Promise<readonly string[]> =>
  lines(await socket.ask({ line: `show ssl ${noun}` }))
    .map((line) => line.replace(/ - \d+ certificate\(s\)$/, ''))
    .filter((name) => !name.startsWith('@') && !name.startsWith('*'))

const readPems = async (
  socket: RuntimeSocket,
  noun: Noun,
  readFile: ReadFile,
): Promise<Map<string, string | undefined>> => {
  const pems = new Map<string, string | undefined>()
  for (const name of await readNames(socket, noun)) {
    const shown = await socket.ask({ line: `show ssl ${noun} ${word(name)}` })
    const told = Array.from(shown.matchAll(/^SHA1 FingerPrint: ([0-9A-F]+)$/gm), ([, print]) => print!)
    const file = readFile(name)
    const prints = file === undefined ? [] : fingerprints(file)
    const agrees = noun === 'cert' ? told[0] !== undefined && told[0] === prints[0] : isSameSet(told, prints)
    pems.set(name, agrees ? file : undefined)
  }
  return pems
}

const lines = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

const isSameSet = (one: readonly string[], other: readonly string[]): boolean =>
  [...new Set(one)].sort().join() === [...new Set(other)].sort().join()

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

const fingerprints = (pem: string): readonly string[] => {
  try {
    return Array.from(pem.matchAll(CERTIFICATE), ([one]) => new X509Certificate(one).fingerprint.replaceAll(':', ''))
  } catch {
    return []
  }
}
