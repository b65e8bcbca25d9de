import type { PlannedServer } from '#dataplane/haproxy/proxy-plan.ts'
import { serverWords } from '../files/texts.ts'
import type { HeldServers } from '../held.ts'
import { isRefusal } from '../proxy-error.ts'
import { all } from './map-writer.ts'
import type { RuntimeSocket } from './runtime-socket.ts'

/**
 * Gives a slot the servers that it shall have. Those that it has too much are told to take nothing new: they are deleted
 * later. True where some server can come back only in a new worker, since what bears its name has not ended yet.
 */
export const writeServers = async (
  socket: RuntimeSocket,
  slot: string,
  wanted: readonly PlannedServer[],
  held: HeldServers,
): Promise<boolean> => {
  const work: Promise<unknown>[] = []
  const names = new Set<string>()
  let stuck = false
  for (const server of wanted) {
    names.add(server.name)
    const at = `${slot}/${server.name}`
    const before = held.get(server.name)
    if (!before) work.push(addServer(socket, at, server, held))
    else if (isSameServer(before, server)) {
      if (before.state === server.state) continue
      const state = before.state
      work.push(
        all([
          socket.run({ line: `set server ${at} weight ${server.state === 'drain' ? 0 : 1}` }),
          ...(state === 'leaving' ? [socket.run({ line: `set server ${at} state ready` })] : []),
        ]).then(() => {
          before.state = server.state
        }),
      )
    } else
      work.push(
        replaceServer(socket, at, server, held).then((done) => {
          stuck ||= !done
        }),
      )
  }
  for (const [name, server] of held)
    if (!names.has(name) && server.state !== 'leaving') work.push(leave(socket, `${slot}/${name}`, server))
  await all(work)
  return stuck
}

/** Deletes those of a slot that are leaving and have ended; true where some have not. */
export const sweepServers = async (socket: RuntimeSocket, slot: string, held: HeldServers): Promise<boolean> => {
  const leaving = [...held].filter(([, { state }]) => state === 'leaving')
  const gone = await Promise.all(leaving.map(([name]) => removeServer(socket, slot, name, held)))
  return gone.includes(false)
}

const isSameServer = (
  one: Omit<PlannedServer, 'name' | 'state' | 'parameters'> & { parameters?: string | undefined },
  other: PlannedServer,
): boolean => one.address === other.address && one.port === other.port && one.parameters === other.parameters

const addServer = async (
  socket: RuntimeSocket,
  at: string,
  server: PlannedServer,
  held: HeldServers,
): Promise<void> => {
  const { name, ...rest } = server
  await all([
    socket.run({ line: `add server ${at} ${serverWords(server)}`, done: /^New server registered/ }),
    socket.run({ line: `enable server ${at}` }),
  ])
  held.set(name, { ...rest })
}

const leave = async (socket: RuntimeSocket, at: string, server: { state: string }): Promise<void> => {
  await socket.run({ line: `set server ${at} state maint` })
  server.state = 'leaving'
}

/** False where it has connections yet. */
const removeServer = async (socket: RuntimeSocket, slot: string, name: string, held: HeldServers): Promise<boolean> => {
  try {
    await socket.run({ line: `del server ${slot}/${name}`, done: /^Server deleted/ })
  } catch (error) {
    if (isRefusal(error)) return false
    throw error
  }
  held.delete(name)
  return true
}

/** One of the same name and other ways: the former must go first, which it can when nobody is connected by it. */
const replaceServer = async (
  socket: RuntimeSocket,
  at: string,
  server: PlannedServer,
  held: HeldServers,
): Promise<boolean> => {
  const [slot, name] = at.split('/') as [string, string]
  const before = held.get(name)!
  if (before.state !== 'leaving') await leave(socket, at, before)
  if (!(await removeServer(socket, slot, name, held))) return false
  await addServer(socket, at, server, held)
  return true
}
