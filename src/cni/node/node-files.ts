import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CONF_FOLDER,
  MACHINE_PLUGINS_SEEN,
  mountTable,
  OWN_FOLDERS,
  OWN_PLUGINS,
  pathOnMachine,
} from './own-folders.ts'

/** Debian's package containernetworking-plugins. */
const PACKAGED_PLUGINS = '/usr/lib/cni'

/** A folder of plugins: as whoever is on the node sees it, and where it lies on the machine. */
interface PluginFolder {
  readonly seen: string
  readonly path: string
}

/**
 * The files that are a node's own though it has the machine in common with others: `/etc/cni`, `/opt/cni`, `/run` and
 * `/var/lib`, below a folder of its state.
 */
export class NodeFiles {
  readonly #root: string

  /** `stateDir`: the node's own folder. */
  constructor(stateDir: string) {
    this.#root = join(stateDir, 'machine')
  }

  /** Makes what is not there yet. */
  make(): void {
    for (const folder of [...OWN_FOLDERS, CONF_FOLDER, OWN_PLUGINS, '/run/netns', '/var/lib/cni'])
      makeFolder(this.#root, folder)
  }

  /** What lies in memory on a machine of one's own goes with the power. */
  forgetRun(): void {
    rmSync(join(this.#root, 'run'), { recursive: true, force: true })
  }

  /** Where a path of the node lies on the machine. */
  path(path: string): string {
    return pathOnMachine(this.#root, path)
  }

  get confFolder(): string {
    return join(this.#root, CONF_FOLDER)
  }

  /** The first that has a plugin counts: the node's own, then the machine's. */
  get pluginFolders(): readonly PluginFolder[] {
    return [
      { seen: OWN_PLUGINS, path: join(this.#root, OWN_PLUGINS) },
      ...(existsSync(OWN_PLUGINS) ? [{ seen: MACHINE_PLUGINS_SEEN, path: OWN_PLUGINS }] : []),
      { seen: PACKAGED_PLUGINS, path: PACKAGED_PLUGINS },
    ]
  }

  /**
   * Writes the mounts that show the node's files in place of the machine's, as an fstab, and gives its path; `files`: those
   * of `/etc` that are shown too, by name, with where they lie.
   */
  mountTable(files: Readonly<Record<string, string>> = {}): string {
    this.make()
    if (existsSync(OWN_PLUGINS)) makeFolder(this.#root, MACHINE_PLUGINS_SEEN)
    const path = join(this.#root, Object.keys(files).length > 0 ? 'fstab.shell' : 'fstab')
    const text = mountTable(this.#root, { has: existsSync, files })
    // Whole, for whoever reads it at this moment: a view with half of it would be the machine's own.
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
      writeFileSync(`${path}.new`, text, { mode: 0o600 })
      renameSync(`${path}.new`, path)
    }
    return path
  }
}

/** Each folder on the way is for all to see, as on any machine, whatever our own umask is; the state above is root's. */
const makeFolder = (root: string, folder: string): void => {
  mkdirSync(root, { recursive: true, mode: 0o700 })
  let path = root
  for (const name of folder.split('/').slice(1)) {
    path = join(path, name)
    if (existsSync(path)) continue
    mkdirSync(path)
    chmodSync(path, 0o755)
  }
}
