import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Architecture } from './architecture.ts'
import type { Sources } from './layers.ts'

/** Debian's packages that what is in the image comes out of, with what they depend on. */
const PACKAGES = ['haproxy', 'libnftables1', 'libstdc++6', 'ca-certificates']

/**
 * Brings the files of another architecture's machine below `draft`: by this machine's apt-get, which is told of a machine
 * on which nothing is installed, and by npm. Nothing of this machine is changed, and nothing is run that was brought.
 */
export const bringSources = (
  top: string,
  draft: string,
  { name, npm }: Architecture,
): Pick<Sources, 'node' | 'root' | 'modules'> => {
  const at = (path: string): string => {
    mkdirSync(join(draft, 'foreign', path), { recursive: true })
    return join(draft, 'foreign', path)
  }
  const run = (folder: string, program: string, ...words: readonly string[]): void =>
    void execFileSync(program, words, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  const [state, archives, lists] = [at('apt'), at('apt/archives/partial'), at('apt/lists/partial')]
  writeFileSync(join(state, 'status'), '')
  const options = [
    `APT::Architecture=${name}`,
    `APT::Architectures=${name}`,
    `Dir::State::status=${join(state, 'status')}`,
    `Dir::State::Lists=${join(lists, '..')}`,
    `Dir::Cache=${state}`,
    `Dir::Cache::archives=${join(archives, '..')}`,
    'APT::Sandbox::User=root',
    'Debug::NoLocking=1',
  ].flatMap((option) => ['-o', option])
  run(state, 'apt-get', ...options, '-q', 'update')
  run(state, 'apt-get', ...options, '-yq', '--no-install-recommends', '--download-only', 'install', ...PACKAGES)
  const root = at('root')
  for (const file of globSync(join(archives, '../*.deb'))) run(root, 'dpkg', '-x', file, root)

  const node = npmPackage(at('npm/node'), `node-linux-${npm}`, process.versions.node)
  const koffi = JSON.parse(readFileSync(join(top, 'node_modules', 'koffi', 'package.json'), 'utf8')) as {
    version: string
  }
  const modules = at('npm/modules')
  npmPackage(join(modules, 'koffi'), 'koffi', koffi.version)
  npmPackage(join(modules, `@koromix/koffi-linux-${npm}`), `@koromix/koffi-linux-${npm}`, koffi.version)
  return { node: join(node, 'bin', 'node'), root, modules }
}

/** A package's files, unpacked into a folder of their own. */
const npmPackage = (folder: string, name: string, version: string): string => {
  mkdirSync(folder, { recursive: true })
  const words = ['pack', '--silent', '--pack-destination', folder, `${name}@${version}`]
  const packed = execFileSync('npm', words, { encoding: 'utf8' }).trim()
  execFileSync('tar', ['--extract', '--strip-components=1', '--directory', folder, '--file', join(folder, packed)])
  return folder
}
