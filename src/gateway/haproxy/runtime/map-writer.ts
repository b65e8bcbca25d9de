import { entriesOf, type ProxyMap } from '#dataplane/haproxy/proxy-map.ts'
import { mapText } from '../files/texts.ts'
import { LARGEST_COMMAND, type RuntimeSocket, word } from './runtime-socket.ts'

type Entries = Map<string, string>

/** What a map shall have and what it has; `before`: the parts that this is made of, where that is known. */
export interface MapWork {
  readonly name: string
  readonly map: ProxyMap
  readonly held: Entries
  readonly before: ProxyMap['parts'] | undefined
}

/**
 * Gives a map what it has not, and leaves what it has too much; answers whether it had not all. A list is put in order as
 * a whole, at one moment.
 */
export const fillMap = async (socket: RuntimeSocket, { name, map, held, before }: MapWork): Promise<boolean> => {
  if (map.type === 'list') {
    const wanted = entriesOf(map)
    if (isSameList(wanted, held)) return false
    await replaceList(socket, name, wanted, held)
    return true
  }
  const added = new Map<string, string>()
  const work: Promise<unknown>[] = []
  for (const part of map.parts) {
    if (before?.has(part)) continue
    for (const [key, value] of part) {
      const had = held.get(key)
      if (had === value) continue
      if (had === undefined) added.set(key, value)
      else
        work.push(
          socket.run({ line: `set map ${word(name)} ${word(key)} ${word(value)}` }).then(() => held.set(key, value)),
        )
    }
  }
  for (const part of inParts([...added], name.length + 20))
    work.push(
      socket
        .run({ line: `add map ${word(name)}`, payload: mapText(part) })
        .then(() => part.map(([key, value]) => held.set(key, value))),
    )
  await all(work)
  return work.length > 0
}

/** Keys that a map has too much. */
export const surplusOf = ({ map, held, before }: MapWork): ReadonlySet<string> => {
  const surplus = new Set<string>()
  if (map.type === 'list') return surplus
  if (before === undefined) for (const key of held.keys()) surplus.add(key)
  else for (const part of before) if (!map.parts.has(part)) for (const key of part.keys()) surplus.add(key)
  if (surplus.size > 0) for (const part of map.parts) for (const key of part.keys()) surplus.delete(key)
  return surplus
}

export const deleteKeys = (socket: RuntimeSocket, { name, held }: MapWork, keys: Iterable<string>): Promise<void> =>
  all(
    Array.from(keys, (key) => socket.run({ line: `del map ${word(name)} ${word(key)}` }).then(() => held.delete(key))),
  )

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
