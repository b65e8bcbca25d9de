import { posix } from 'node:path'

/** What is a node's own of a machine's folders, where others look after its network: all nodes have the rest in common. */
export const OWN_FOLDERS = ['/etc/cni', '/opt/cni', '/run', '/var/lib'] as const

/** Where its configurations lie, and its own programs. */
export const CONF_FOLDER = '/etc/cni/net.d'
export const OWN_PLUGINS = '/opt/cni/bin'
/** Where namespaces of networks are named: the machine's, of all nodes. */
const NETWORKS = '/run/netns'
/** Where the machine's `/opt/cni/bin` is seen, since the node has one of its own. */
export const MACHINE_PLUGINS_SEEN = '/run/fairlead/cni-bin'

const isBelow = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)

/** `/var/run` is `/run`, on every Linux that we know. */
const plain = (path: string): string => posix.normalize(path).replace(/^\/var\/run(?=\/|$)/, '/run')

/** Where a path of a node lies on the machine; `root`: the folder of what is the node's own. */
export const pathOnMachine = (root: string, path: string): string => {
  const wanted = plain(path)
  if (isBelow(wanted, NETWORKS) || !OWN_FOLDERS.some((folder) => isBelow(wanted, folder))) return path
  return posix.join(root, wanted)
}

/** What the machine has, as far as its view depends on that. */
interface MachineFolders {
  readonly has: (path: string) => boolean
  /** Single files of `/etc` that are the node's own too, by their names there, and where they lie. */
  readonly files?: Readonly<Record<string, string>>
}

type Mount = readonly [source: string, target: string, type: string, options: string]

const bind = (source: string, target: string, options = 'bind'): Mount => [source, target, 'none', options]

/**
 * The mounts that turn the machine's files into the node's, in a mount namespace of whoever looks: as lines of an fstab.
 * Where the machine has no folder to mount on, the one above shows it, read-only. What lies above `root` comes last: it is
 * not found by its name any more then.
 */
export const mountTable = (root: string, { has, files = {} }: MachineFolders): string => {
  const mountpoint = (folder: string): readonly Mount[] => {
    const above = posix.dirname(folder)
    if (has(folder) || !has(above)) return []
    const layers = [posix.join(root, above), above].map((path) => path.replace(/[\\:]/g, (mark) => `\\${mark}`))
    return [['overlay', above, 'overlay', `ro,lowerdir=${layers.join(':')}`]]
  }
  const inner = [
    ...(has(OWN_PLUGINS) ? [bind(OWN_PLUGINS, posix.join(root, MACHINE_PLUGINS_SEEN))] : []),
    bind(NETWORKS, posix.join(root, NETWORKS), 'rbind'),
  ]
  const ownFiles = Object.entries(files)
    .map(([name, path]) => bind(path, posix.join('/etc', name)))
    .filter(([, target]) => has(target))
  const groups = OWN_FOLDERS.filter((folder) => has(folder) || has(posix.dirname(folder))).map((folder) => ({
    covers: isBelow(root, mountpoint(folder)[0]?.[1] ?? folder),
    mounts: [
      ...mountpoint(folder),
      bind(posix.join(root, folder), folder, folder === '/run' ? 'rbind' : 'bind'),
      // On what has just been laid over them.
      ...(folder === '/etc/cni' ? ownFiles : []),
    ],
  }))
  const ordered = [...groups.filter(({ covers }) => !covers), ...groups.filter(({ covers }) => covers)]
  return [...inner, ...ordered.flatMap(({ mounts }) => mounts)]
    .map((mount) => `${mount.map(escaped).join(' ')} 0 0\n`)
    .join('')
}

/** As fstab(5) writes what would end a field. */
const escaped = (text: string): string =>
  text.replace(/[\s\\]/g, (mark) => `\\${mark.charCodeAt(0).toString(8).padStart(3, '0')}`)
