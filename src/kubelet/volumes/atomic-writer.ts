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
import { withContainerUmask } from '#runtime/container-umask.ts'
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

/** True where the folder holds exactly these files. */
const holds = (dir: string, files: VolumeFiles, group: number | undefined): boolean => {
  const present = listFiles(dir)
  if (present.length !== files.size) return false
  return present.every((path) => {
    const file = files.get(path)
    if (file === undefined) return false
    const stat = lstatSync(join(dir, path))
    const isMode = (stat.mode & 0o777) === (modeFor(file.mode, group) & 0o777)
    return isMode && stat.uid === (file.owner ?? stat.uid) && readFileSync(join(dir, path)).equals(file.content)
  })
}

/**
 * Puts `files` into the volume `dir` so that a reader sees all of the old or all of the new ones: they go into a new
 * folder, the symlink `..data` is renamed onto it, and the names of the volume are symlinks through `..data`. Returns
 * false where nothing changed.
 */
export const writeAtomically = (dir: string, files: VolumeFiles, group?: number): boolean =>
  withContainerUmask(() => write(dir, files, group))

const write = (dir: string, files: VolumeFiles, group: number | undefined): boolean => {
  mkdirSync(dir, { recursive: true })
  const before = current(dir)
  if (before !== undefined && existsSync(join(dir, before)) && holds(join(dir, before), files, group)) return false
  const fresh = mkdtempSync(join(dir, `..${new Date().toISOString().slice(0, 19).replaceAll(/[-T:]/g, '_')}.`))
  try {
    fill(fresh, files, group)
  } catch (error) {
    // Each try would leave one.
    rmSync(fresh, { recursive: true, force: true })
    throw error
  }
  rmSync(join(dir, NEW_DATA), { force: true })
  symlinkSync(fresh.slice(dir.length + 1), join(dir, NEW_DATA))
  renameSync(join(dir, NEW_DATA), join(dir, DATA))
  const names = new Set([...files.keys()].map((path) => path.split('/')[0]!))
  for (const name of names) if (!existsLink(join(dir, name))) symlinkSync(join(DATA, name), join(dir, name))
  for (const name of readdirSync(dir)) {
    if (!name.startsWith('..') && !names.has(name)) rmSync(join(dir, name), { force: true })
  }
  if (before !== undefined) rmSync(join(dir, before), { recursive: true, force: true })
  return true
}

const fill = (folder: string, files: VolumeFiles, group: number | undefined): void => {
  chmodSync(folder, 0o755)
  for (const [path, { content, mode, owner }] of files) {
    const full = join(folder, path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, content, { mode: 0o600 })
    chmodSync(full, modeFor(mode, group))
    if (group !== undefined || owner !== undefined) chownSync(full, owner ?? -1, group ?? -1)
  }
}

const existsLink = (path: string): boolean => {
  try {
    lstatSync(path)
    return true
  } catch {
    return false
  }
}
