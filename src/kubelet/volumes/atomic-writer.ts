import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { withContainerUmask } from '#runtime/container-umask.ts'
import { removeFolder } from '#runtime/folders/remove-folder.ts'
import type { VolumeFiles } from './volume-files.ts'

const DATA = '..data'
const NEW_DATA = '..data_tmp'

const current = (dir: string): string | undefined => {
  try {
    return readlinkSync(join(dir, DATA))
  } catch {
    return undefined
  }
}

const listFiles = (dir: string, below = ''): readonly string[] =>
  readdirSync(join(dir, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    return entry.isDirectory() ? listFiles(dir, path) : [path]
  })

/** Group members read what the owner reads, as fsGroup promises. */
const modeFor = (mode: number, group: number | undefined): number =>
  group === undefined ? mode : mode | ((mode & 0o400) >> 3) | 0o040

/** So many are done before others of this process have a turn: an object of 1 MiB has up to 100,000 keys. */
const AT_ONCE = 100

interface WriteOptions {
  /** All files are given to. */
  readonly group?: number | undefined
  /** What is not finished when it aborts is given up. */
  readonly signal?: AbortSignal | undefined
}

/** Does it to each, with the umask of what containers see, in turns with others. Rejects with the signal's reason. */
const each = async <T>(all: Iterable<T>, signal: AbortSignal | undefined, act: (one: T) => void): Promise<void> => {
  const left = [...all]
  for (;;) {
    signal?.throwIfAborted()
    const some = left.splice(0, AT_ONCE)
    withContainerUmask(() => some.forEach(act))
    if (left.length === 0) return
    await turn()
  }
}

/** True where the folder holds exactly these files. */
const holds = async (dir: string, files: VolumeFiles, { group, signal }: WriteOptions): Promise<boolean> => {
  const present = listFiles(dir)
  if (present.length !== files.size) return false
  let isSame = true
  await each(present, signal, (path) => {
    const file = isSame ? files.get(path) : undefined
    if (file === undefined) {
      isSame = false
      return
    }
    const stat = lstatSync(join(dir, path))
    const isMode = (stat.mode & 0o777) === (modeFor(file.mode, group) & 0o777)
    isSame = isMode && stat.uid === (file.owner ?? stat.uid) && readFileSync(join(dir, path)).equals(file.content)
  })
  return isSame
}

/** What is being written to a folder, the last of it. */
const underway = new Map<string, Promise<unknown>>()

/**
 * Puts `files` into the volume `dir` so that a reader sees all of the old or all of the new ones: they go into a new
 * folder, the symlink `..data` is renamed onto it, and the names of the volume are symlinks through `..data`. Gives false
 * where nothing changed. One after the other for a folder; others of this process have their turns meanwhile.
 */
export const writeAtomically = async (
  dir: string,
  files: VolumeFiles,
  options: WriteOptions = {},
): Promise<boolean> => {
  const before = underway.get(dir) ?? Promise.resolve()
  const writing = before.then(
    () => write(dir, files, options),
    () => write(dir, files, options),
  )
  underway.set(dir, writing)
  try {
    return await writing
  } finally {
    if (underway.get(dir) === writing) underway.delete(dir)
  }
}

const write = async (dir: string, files: VolumeFiles, options: WriteOptions): Promise<boolean> => {
  const { signal } = options
  signal?.throwIfAborted()
  withContainerUmask(() => mkdirSync(dir, { recursive: true }))
  const before = current(dir)
  if (before !== undefined && existsSync(join(dir, before)) && (await holds(join(dir, before), files, options)))
    return false
  const fresh = mkdtempSync(join(dir, `..${new Date().toISOString().slice(0, 19).replaceAll(/[-T:]/g, '_')}.`))
  try {
    await fill(fresh, files, options)
  } catch (error) {
    // Each try would leave one.
    await removeFolder(fresh)
    throw error
  }
  rmSync(join(dir, NEW_DATA), { force: true })
  symlinkSync(fresh.slice(dir.length + 1), join(dir, NEW_DATA))
  renameSync(join(dir, NEW_DATA), join(dir, DATA))
  const names = new Set([...files.keys()].map((path) => path.split('/')[0]!))
  await each(names, signal, (name) => {
    if (!existsLink(join(dir, name))) symlinkSync(join(DATA, name), join(dir, name))
  })
  const gone = readdirSync(dir).filter((name) => !name.startsWith('..') && !names.has(name))
  await each(gone, signal, (name) => rmSync(join(dir, name), { force: true }))
  if (before !== undefined) await removeFolder(join(dir, before))
  return true
}

const fill = async (folder: string, files: VolumeFiles, { group, signal }: WriteOptions): Promise<void> => {
  chmodSync(folder, 0o755)
  await each(files, signal, ([path, { content, mode, owner }]) => {
    const full = join(folder, path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, content, { mode: 0o600 })
    chmodSync(full, modeFor(mode, group))
    if (group !== undefined || owner !== undefined) chownSync(full, owner ?? -1, group ?? -1)
  })
}

const existsLink = (path: string): boolean => {
  try {
    lstatSync(path)
    return true
  } catch {
    return false
  }
}
