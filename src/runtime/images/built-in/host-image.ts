import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  type Stats,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { SHOWN_FOLDERS } from '../host-folders.ts'
import type { Image, ImageSource, ImageSourceOptions, Overlay } from '../image.ts'
import { buildOnce } from './build-once.ts'
import { builtInSource } from './source.ts'

/** Folders that are there and empty, with their modes; /run and /tmp are each container's own tmpfs. */
const EMPTY_FOLDERS: Readonly<Record<string, number>> = {
  boot: 0o755, dev: 0o755, etc: 0o755, home: 0o755, media: 0o755, mnt: 0o755, opt: 0o755, proc: 0o555, root: 0o700,
  run: 0o755, srv: 0o755, sys: 0o555, tmp: 0o1777, usr: 0o755, 'usr/local': 0o755, 'usr/local/bin': 0o755,
  'usr/local/lib': 0o755, 'usr/local/sbin': 0o755, var: 0o755, 'var/cache': 0o755, 'var/lib': 0o755, 'var/log': 0o755,
  'var/mail': 0o755, 'var/spool': 0o755, 'var/tmp': 0o1777,
} // biome-ignore format: a table
const LINKS: Readonly<Record<string, string>> = { 'var/run': '/run', 'var/lock': '/run/lock' }

/**
 * What programs look up below /etc and that tells nothing of this machine: copied, where it is a file or a link, not a
 * folder.
 */
const ETC_FILES = [
  'debian_version', 'ethertypes', 'host.conf', 'ld.so.cache', 'localtime', 'magic', 'mime.types', 'os-release', 'protocols',
  'rpc', 'services', 'timezone',
] // biome-ignore format: a table
/** Folders below /etc whose links alone are copied: they lead to what is shown, or nowhere. */
const ETC_LINKS = ['alternatives', 'ssl/certs']
/** Certificates of public authorities, in one file. */
const CA_BUNDLE = 'ssl/certs/ca-certificates.crt'
/** Names of our own: the machine's users are nobody's business. */
const ETC_TEXTS: Readonly<Record<string, string>> = {
  passwd:
    'root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
  group: 'root:x:0:\ndaemon:x:1:\ntty:x:5:\nwww-data:x:33:\nnogroup:x:65534:\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
  // Each container's own are mounted upon them.
  hosts: '',
  hostname: '',
  'resolv.conf': '',
}

/**
 * `fairlead/host`, any tag: the machine's own programs, each folder of them under a scratch layer, over a root that holds
 * nothing else of the machine. What is not listed here is not there: a list of what to hide could never be complete.
 *
 * An overlay shows one file system: what is mounted below a folder of programs does not appear. The machine's programs
 * may change meanwhile; the kernel then leaves open which version a running container sees.
 */
export const hostImageSource = (options: ImageSourceOptions): ImageSource =>
  builtInSource('host', async () => makeHost(options))

function makeHost({ folder }: ImageSourceOptions): Image {
  const root = join(folder, 'host')
  buildOnce(root, (draft) => {
    for (const [path, mode] of Object.entries(EMPTY_FOLDERS)) makeFolder(draft, path, mode)
    for (const [path, target] of Object.entries(LINKS)) symlinkSync(target, join(draft, path))
    makeEtc(join(draft, 'etc'))
    for (const path of SHOWN_FOLDERS) {
      const stat = lookAt(path)
      if (stat?.isSymbolicLink()) symlinkSync(readlinkSync(path), join(draft, path))
      else if (stat?.isDirectory()) makeFolder(draft, path, 0o755)
    }
  })
  return {
    id: 'fairlead:host',
    sizeBytes: 0,
    origin: 'local',
    access: 'all',
    lowerDirs: [root],
    overlays: SHOWN_FOLDERS.filter((path) => lookAt(path)?.isDirectory()).map(
      (path): Overlay => ({ destination: path, lowerDir: path }),
    ),
    entrypoint: [],
    cmd: ['/bin/sh'],
    env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root'],
    workingDir: '/',
    user: '',
    stopSignal: 'SIGTERM',
    extraMounts: [],
    tmpfs: [
      { destination: '/tmp', mode: '1777' },
      { destination: '/run', mode: '755' },
    ],
  }
}

function makeEtc(etc: string): void {
  for (const [name, text] of Object.entries(ETC_TEXTS)) writeShown(join(etc, name), text)
  for (const name of [...ETC_FILES, CA_BUNDLE]) copy(join('/etc', name), join(etc, name))
  for (const folder of ETC_LINKS) {
    for (const name of namesIn(join('/etc', folder))) {
      const path = join('/etc', folder, name)
      if (lookAt(path)?.isSymbolicLink()) copy(path, join(etc, folder, name))
    }
  }
}

/** A file, or a link as it is; nothing where neither is there. */
function copy(from: string, to: string): void {
  const stat = lookAt(from)
  if (!stat?.isFile() && !stat?.isSymbolicLink()) return
  makeFolder(dirname(to), '.', 0o755)
  if (stat.isSymbolicLink()) symlinkSync(readlinkSync(from), to)
  else {
    copyFileSync(from, to)
    chmodSync(to, 0o644)
  }
}

function writeShown(path: string, text: string): void {
  writeFileSync(path, text)
  chmodSync(path, 0o644)
}

/** With its mode whatever the umask: every user of a container sees it. */
function makeFolder(base: string, path: string, mode: number): void {
  mkdirSync(join(base, path), { recursive: true })
  chmodSync(join(base, path), mode)
}

function lookAt(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false })
}

function namesIn(folder: string): readonly string[] {
  return lookAt(folder)?.isDirectory() ? readdirSync(folder) : []
}
