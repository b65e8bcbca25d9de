import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LocalImage } from './local-image.ts'

/** Of what is written; another is read as no file at all, and its image is brought anew. */
const FORMAT = 1
/** More than a tick of any file system's clock, milliseconds. */
const TICK_MS = 2000

/**
 * The names of a machine's images, a file each, written whole: whoever reads, writes or removes one needs no lock, and what
 * another process of ours has brought is there at once.
 */
export class ReferenceFiles {
  readonly #folder: string
  #listed: { readonly changedAt: number; readonly images: readonly LocalImage[] } | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  #path(name: string): string {
    return join(this.#folder, `${createHash('sha256').update(name).digest('hex')}.json`)
  }

  /** The image of that very name. */
  read(name: string): LocalImage | undefined {
    return readImage(this.#path(name))
  }

  write(image: LocalImage): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const path = this.#path(image.name)
    const draft = `${path}.${process.pid}`
    writeFileSync(draft, JSON.stringify({ format: FORMAT, image }), { mode: 0o600 })
    renameSync(draft, path)
  }

  /** Notes that the image of that name is in use, milliseconds since 1970; no error where there is none. */
  markUsed(name: string, at: number): void {
    try {
      utimesSync(this.#path(name), at / 1000, at / 1000)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }

  /** When that was noted last, or the name was written; undefined where there is none. */
  usedAt(name: string): number | undefined {
    return statSync(this.#path(name), { throwIfNoEntry: false })?.mtimeMs
  }

  /** No error where there is none. */
  remove(name: string): void {
    rmSync(this.#path(name), { force: true })
  }

  /** All of them, by name. Read anew where a name has come, gone or moved: each time is a change of the folder. */
  list(): readonly LocalImage[] {
    let files: readonly string[]
    let changedAt: number
    try {
      changedAt = statSync(this.#folder).mtimeMs
      if (this.#listed?.changedAt === changedAt) return this.#listed.images
      files = readdirSync(this.#folder)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
    const images = files
      .filter((file) => file.endsWith('.json'))
      .flatMap((file) => readImage(join(this.#folder, file)) ?? [])
      .sort((one, other) => (one.name < other.name ? -1 : 1))
    // Within a tick of the file system's clock, the next change would have the same time.
    if (Date.now() - changedAt > TICK_MS) this.#listed = { changedAt, images }
    return images
  }
}

const readImage = (path: string): LocalImage | undefined => {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const { format, image } = JSON.parse(text) as { format: number; image: LocalImage }
    return format === FORMAT ? image : undefined
  } catch {
    // Cut short by a machine that lost power: the image is brought anew.
    return undefined
  }
}
