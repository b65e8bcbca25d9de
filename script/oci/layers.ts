import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Architecture } from './architecture.ts'
import type { Layer } from './archive.ts'
import { bundleFiles } from './bundle-files.ts'
import { findLibrary, linkedLibraries, placeInImage } from './libraries.ts'
import { licences } from './licences.ts'
import {
  AUTHORITIES,
  FOLDER,
  FOLDERS,
  koffiFiles,
  LINKS,
  LOADED_LIBRARIES,
  PROGRAMS,
  PROXY,
  TEXTS,
} from './programs.ts'

/** Where what goes into an image lies. */
export interface Sources {
  /** The repository. */
  readonly top: string
  /** The binary of Node.js. */
  readonly node: string
  /** The machine's files: `/`, or a folder with its packages unpacked. */
  readonly root: string
  /** npm packages of that architecture. */
  readonly modules: string
  readonly architecture: Architecture
  /** The plugin that container runtimes call; undefined where nothing compiles it. */
  readonly door?: string
}

/** Lays out the layers in folders below `draft`: Node.js, the machine's libraries and the proxy, and what is ours. */
export const layOut = (draft: string, sources: Sources): readonly Layer[] => {
  const { top, node, root, modules, architecture, door } = sources
  const [nodeLayer, systemLayer, ownLayer] = ['node', 'system', 'own'].map((name) => layerIn(join(draft, name)))
  nodeLayer!.file('usr/bin/node', node, 0o755)

  for (const [path, mode] of Object.entries(FOLDERS)) systemLayer!.folder(path, mode)
  for (const [path, target] of Object.entries(LINKS)) systemLayer!.link(path, target)
  for (const [path, text] of Object.entries(TEXTS)) systemLayer!.text(path, text)
  const proxy = join(root, PROXY)
  const asked = LOADED_LIBRARIES.map((name) => {
    const path = findLibrary(name, root, architecture)
    if (path === undefined) throw new Error(`${name} is missing: script/setup brings it`)
    return path
  })
  const programs = [...asked, ...(existsSync(proxy) ? [proxy] : [])]
  const linked = linkedLibraries([node, ...programs], root, architecture)
  const machine = [...new Set([...programs, ...linked.values()])]
  for (const path of machine) systemLayer!.file(placeInImage(path, root), path, 0o755)
  for (const name of ['ld-linux-x86-64.so.2', 'ld-linux-aarch64.so.1']) {
    const loader = linked.get(name)
    if (loader === undefined) continue
    // Programs name it by a path that is the processor's, whatever the system.
    const place = placeInImage(loader, root)
    for (const folder of ['usr/lib64', 'usr/lib'])
      if (place !== `${folder}/${name}`) systemLayer!.link(`${folder}/${name}`, `/${place}`)
  }
  const authorities = join(root, AUTHORITIES.from)
  if (existsSync(authorities)) systemLayer!.file(AUTHORITIES.to, authorities, 0o644)
  for (const [place, path] of licences(top, node, root, machine))
    if (existsSync(path)) systemLayer!.file(place, path, 0o644)
  for (const path of koffiFiles(architecture.npm))
    systemLayer!.file(`${FOLDER}/node_modules/${path}`, join(modules, path), 0o644)

  const dist = join(top, 'dist')
  const bundles = PROGRAMS.filter(({ bundle }) => existsSync(join(dist, bundle))).map(({ bundle }) => bundle)
  const files = new Set(bundles.flatMap((bundle) => bundleFiles(dist, bundle)))
  for (const name of files) ownLayer!.file(`${FOLDER}/${name}`, join(dist, name), 0o644)
  for (const name of readdirSync(join(dist, 'lua')))
    ownLayer!.file(`${FOLDER}/lua/${name}`, join(dist, 'lua', name), 0o644)
  ownLayer!.file(`${FOLDER}/start.mjs`, join(import.meta.dirname, 'start.mjs'), 0o644)
  if (door !== undefined) ownLayer!.file(`${FOLDER}/door`, door, 0o755)
  return [
    { folder: join(draft, 'node'), kept: true },
    { folder: join(draft, 'system') },
    { folder: join(draft, 'own') },
  ]
}

/** What writes into a folder that becomes a layer; whatever the umask, and who runs it. */
const layerIn = (top: string) => {
  const folder = (path: string, mode = 0o755): void => {
    if (path !== '.' && !existsSync(join(top, dirname(path)))) folder(dirname(path))
    mkdirSync(join(top, path))
    chmodSync(join(top, path), mode)
  }
  const place = (path: string): string => {
    if (!existsSync(join(top, dirname(path)))) folder(dirname(path))
    return join(top, path)
  }
  folder('.')
  return {
    folder,
    file(path: string, from: string, mode: number): void {
      const at = place(path)
      // What it is, not a link to it: two names of one library are two files only where both are asked for.
      copyFileSync(realpathSync(from), at)
      chmodSync(at, mode)
    },
    text(path: string, text: string): void {
      writeFileSync(place(path), text)
      chmodSync(join(top, path), 0o644)
    },
    link(path: string, target: string): void {
      symlinkSync(target, place(path))
    },
  }
}
