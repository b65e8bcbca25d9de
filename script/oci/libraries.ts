import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import type { Architecture } from './architecture.ts'
import { elfNeeds } from './elf.ts'

/**
 * What programs and libraries are linked with, and these in turn, the loader too: paths by the name that is asked for.
 * `root`: where the machine's files lie. Throws where one is missing, or is another machine's.
 */
export const linkedLibraries = (
  files: readonly string[],
  root: string,
  architecture: Architecture,
): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  const waiting = [...files]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const needs = elfNeeds(readFileSync(file))
    if (needs?.machine !== architecture.machine) throw new Error(`${file} is no program of ${architecture.name}`)
    const interpreter = needs.interpreter === undefined ? [] : [basename(needs.interpreter)]
    for (const name of [...needs.libraries, ...interpreter]) {
      if (found.has(name)) continue
      const path = findLibrary(name, root, architecture)
      if (path === undefined) throw new Error(`${file} needs ${name}, which is not there`)
      found.set(name, path)
      waiting.push(path)
    }
  }
  return found
}

/** Where the loader of Debian looks, that of the machine's own folder first. */
export const findLibrary = (name: string, root: string, { triplet }: Architecture): string | undefined =>
  ['usr/lib', 'lib']
    .flatMap((folder) => [join(folder, triplet), folder])
    .map((folder) => join(root, folder, name))
    .find((path) => existsSync(path))

/**
 * A file's path in an image, where /lib is a link to usr/lib as on every Debian since 12. A file's own links are kept
 * apart: what is asked for is the name that it has here.
 */
export const placeInImage = (path: string, root: string): string => {
  const top = realpathSync(root)
  const place = relative(top, resolve(realpathSync(dirname(path)), basename(path)))
  return place.startsWith('usr/') ? place : join('usr', place)
}
