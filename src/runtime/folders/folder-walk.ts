import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, open, opendir } from 'node:fs/promises'

/** What is found below a folder. */
interface Found {
  /** Leads to it by the descriptor of its folder, as long as the visit lasts: the last name alone can be another's by now. */
  readonly path: string
  readonly stats: Stats
}

/** Told of each that is found; `false` ends the walk. */
type Visit = (found: Found) => Promise<unknown> | unknown

/** Told of each folder that all below has been visited of, but for the first; `path` as in Found. */
type Leave = (path: string) => Promise<unknown>

interface Level {
  /** In the one before; '' of the first. */
  readonly name: string
  readonly dev: number
  readonly ino: number
  /** Names of the folders in it that are still to be entered. */
  readonly folders: string[]
}

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
/** How many are looked at together: each look is a turn of a thread. */
const AT_ONCE = 32

const below = ({ fd }: FileHandle, name: string): string => `/proc/self/fd/${fd}/${name}`

/**
 * Visits all that lies below the folder `root`, and `root` itself, on its file system alone. Whoever changes names
 * meanwhile gets it nowhere else: each folder is opened in the one before it, and no link is followed; on the way back
 * it is seen to that it is the same folder. Two descriptors are open at most, however deep it is. False: it could not be
 * finished, because somebody moved folders, or because `visit` said false.
 */
export const walkFolder = async (root: string, visit: Visit, leave?: Leave): Promise<boolean> => {
  let here = await open(root, FOLDER)
  try {
    const stats = await here.stat()
    if ((await visit({ path: below(here, '.'), stats })) === false) return false
    const levels: Level[] = []
    let level = await look(here, '', visit)
    while (level !== undefined) {
      const name = level.folders.pop()
      if (name !== undefined) {
        const next = await enter(here, name)
        // It is gone, or something else by now.
        if (next === undefined) continue
        await here.close()
        here = next
        levels.push(level)
        level = await look(here, name, visit)
        continue
      }
      const before: Level | undefined = levels.pop()
      if (before === undefined) return true
      if (leave === undefined && before.folders.length === 0 && !levels.some(({ folders }) => folders.length > 0))
        return true
      const up = await open(below(here, '..'), FOLDER)
      await here.close()
      here = up
      const { dev, ino } = await here.stat()
      if (dev !== before.dev || ino !== before.ino) return false
      await leave?.(below(here, level.name))
      level = before
    }
    return false
  } finally {
    await here.close()
  }
}

const enter = async (here: FileHandle, name: string): Promise<FileHandle | undefined> => {
  try {
    return await open(below(here, name), FOLDER)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined
    throw error
  }
}

/** Undefined where a visit said false. */
const look = async (here: FileHandle, name: string, visit: Visit): Promise<Level | undefined> => {
  const { dev, ino } = await here.stat()
  const folders: string[] = []
  let names: string[] = []
  const visitAll = async (): Promise<boolean> => {
    const all = await Promise.all(names.map((name) => find(here, name)))
    for (const [index, found] of all.entries()) {
      if (found === undefined) continue
      if (found.stats.isDirectory() && found.stats.dev === dev) folders.push(names[index]!)
      if ((await visit(found)) === false) return false
    }
    names = []
    return true
  }
  // Read to its end, or left: it closes by itself.
  for await (const entry of await opendir(below(here, '.'), { bufferSize: 256 })) {
    names.push(entry.name)
    if (names.length >= AT_ONCE && !(await visitAll())) return undefined
  }
  return (await visitAll()) ? { name, dev, ino, folders } : undefined
}

const find = async (here: FileHandle, name: string): Promise<Found | undefined> => {
  const path = below(here, name)
  try {
    return { path, stats: await lstat(path) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
