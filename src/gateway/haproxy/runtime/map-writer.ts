import type { ProxyMap } from '#dataplane/haproxy/proxy-plan.ts'
import { mapText } from '../files/texts.ts'
import { LARGEST_COMMAND, type RuntimeSocket, word } from './runtime-socket.ts'

type Entries = Map<string, string>

/** Gives a map what it has not, and leaves what it has too much. A list is put in order as a whole, at one moment. */
export const fillMap = async (socket: RuntimeSocket, name: string, map: ProxyMap, held: Entries): Promise<void> => {
  if (map.type === 'list')
    return isSameList(map.entries, held) ? undefined : await replaceList(socket, name, map.entries, held)
  const added: [string, string][] = []
  const work: Promise<unknown>[] = []
  for (const [key, value] of map.entries) {
    const before = held.get(key)
    if (before === value) continue
    if (before === undefined) added.push([key, value])
    else
      work.push(
        socket.run({ line: `set map ${word(name)} ${word(key)} ${word(value)}` }).then(() => held.set(key, value)),
      )
  }
  for (const part of inParts(added, name.length + 20))
    work.push(
      socket
        .run({ line: `add map ${word(name)}`, payload: mapText(part) })
        .then(() => part.map(([key, value]) => held.set(key, value))),
    )
  await all(work)
}

/** Takes away what a map has too much. */
export const thinMap = async (socket: RuntimeSocket, name: string, map: ProxyMap, held: Entries): Promise<void> => {
  if (map.type === 'list') return
  const gone = [...held.keys()].filter((key) => !map.entries.has(key))
  await all(gone.map((key) => socket.run({ line: `del map ${word(name)} ${word(key)}` }).then(() => held.delete(key))))
}

/** All at once are under way; the first that failed is thrown when the last has ended. */
export const all = async (work: readonly Promise<unknown>[]): Promise<void> => {
  for (const one of await Promise.allSettled(work)) if (one.status === 'rejected') throw one.reason
}

const isSameList = (wanted: ReadonlyMap<string, string>, held: Entries): boolean => {
  if (wanted.size !== held.size) return false
  const there = held.entries()
  for (const [key, value] of wanted) {
    const [otherKey, otherValue] = there.next().value!
    if (key !== otherKey || value !== otherValue) return false
  }
  return true
}

const replaceList = async (
  socket: RuntimeSocket,
  name: string,
  wanted: ReadonlyMap<string, string>,
  held: Entries,
): Promise<void> => {
  const said = await socket.run({ line: `prepare map ${word(name)}`, done: VERSION })
  const version = `@${VERSION.exec(said)![1]}`
  try {
    for (const part of inParts([...wanted], name.length + 30))
      await socket.run({ line: `add map ${version} ${word(name)}`, payload: mapText(part) })
    await socket.run({ line: `commit map ${version} ${word(name)}` })
  } catch (error) {
    // What was prepared and is not wanted would stay until the next time.
    await socket.ask({ line: `clear map ${version} ${word(name)}` }).catch(() => undefined)
    throw error
  }
  held.clear()
  for (const [key, value] of wanted) held.set(key, value)
}

const VERSION = /^New version created: (\d+)/

/** Such that each fits in one command. */
function* inParts(
  entries: readonly (readonly [string, string])[],
  around: number,
): Generator<readonly (readonly [string, string])[]> {
  let part: (readonly [string, string])[] = []
  let size = around
  for (const entry of entries) {
    const more = Buffer.byteLength(entry[0]) + Buffer.byteLength(entry[1]) + 2
    if (part.length > 0 && size + more > LARGEST_COMMAND) {
      yield part
      part = []
      size = around
    }
    part.push(entry)
    size += more
  }
  if (part.length > 0) yield part
}
