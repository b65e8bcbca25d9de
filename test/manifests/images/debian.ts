import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** What script/setup --tests has taken out of Debian's packages. */
const FOLDER = join(import.meta.dirname, '..', '..', '..', '.debian')

/** A file of one of these packages. Throws where it is not there. */
export const debian = (path: string): string => {
  const found = join(FOLDER, path)
  if (!existsSync(found)) throw new Error(`no .debian/${path}: script/setup --tests brings it`)
  return found
}

/** Where libraries of these packages are. */
export const debianLibraries = (): readonly string[] => {
  const library = join(FOLDER, 'usr/lib')
  const names = existsSync(library) ? readdirSync(library) : []
  return names.filter((name) => name.endsWith('-linux-gnu')).map((name) => join(library, name))
}
