import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { bundledPackages } from './bundled-packages.ts'

const DOC = 'usr/share/doc'

/**
 * The files that say under which licences what is in the image may be had: by their places there. Those of Debian's
 * packages as Debian has them, of Node.js, of npm's packages that the bundles hold, and ours.
 */
export const licences = (
  top: string,
  node: string,
  root: string,
  debian: readonly string[],
): ReadonlyMap<string, string> => {
  const found = new Map([
    [`${DOC}/fairlead/LICENSE`, join(top, 'LICENSE')],
    [`${DOC}/nodejs/LICENSE`, join(dirname(dirname(node)), 'LICENSE')],
  ])
  for (const name of bundledPackages(readFileSync(join(top, 'package-lock.json'), 'utf8'))) {
    const folder = join(top, 'node_modules', name)
    const files = existsSync(folder) ? readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file)) : []
    for (const file of files) found.set(`${DOC}/fairlead/${name}/${file}`, join(folder, file))
  }
  for (const name of owners(root, debian)) {
    const file = join(root, DOC, name, 'copyright')
    if (!existsSync(file)) throw new Error(`the package ${name} has no ${file}: install it with its documents`)
    // Some packages have a link to another's.
    found.set(`${DOC}/${name}/copyright`, realpathSync(file))
  }
  return found
}

/** Names of the Debian packages that files are from: in a folder where packages were unpacked, all that lie there. */
const owners = (root: string, files: readonly string[]): readonly string[] => {
  if (root !== '/') return readdirSync(join(root, DOC)).filter((name) => existsSync(join(root, DOC, name, 'copyright')))
  // Packages name a file as it was before /lib became a link.
  const asked = files.flatMap((file) => [file, realpathSync(file)]).map((file) => `*/${basename(file)}`)
  const said = execFileSync('dpkg-query', ['--search', ...new Set(asked)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const names = new Set<string>()
  const own = new Set(files.flatMap((file) => [file, realpathSync(file)]).map((file) => file.replace(/^\/usr/, '')))
  for (const line of said.split('\n')) {
    const [packages = '', file = ''] = line.split(': ')
    if (own.has(file.replace(/^\/usr/, ''))) for (const one of packages.split(', ')) names.add(one.split(':')[0]!)
  }
  return [...names].sort()
}
