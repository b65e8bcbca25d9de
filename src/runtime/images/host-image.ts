import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

import type { Mount } from '../runtime.ts'
import { buildOnce } from './build-once.ts'
import type { Image, ImageSource, ImageSourceOptions } from './image.ts'
import { offRootFolder } from './scratch.ts'

/**
 * Folders that a container finds empty. /run and /tmp are fresh for each container: sockets of the machine's daemons
 * live there.
 */
const HIDDEN_FOLDERS = [
  '/root', '/home', '/tmp', '/run', '/var/tmp', '/var/lib/fairlead', '/var/lib/docker', '/var/lib/containerd', '/var/lib/containers',
  '/var/lib/kubelet', '/var/lib/etcd', '/var/spool/cron', '/var/mail', '/var/spool/mail', '/var/log', '/var/backups', '/var/cache/debconf',
  '/etc/kubernetes', '/etc/rancher', '/etc/ssl/private', '/etc/sudoers.d', '/etc/wireguard', '/etc/NetworkManager/system-connections', '/boot', '/lost+found',
] // biome-ignore format: a table
/** Files that a container does not find. */
const HIDDEN_FILES = [
  '/etc/shadow',
  '/etc/shadow-',
  '/etc/gshadow',
  '/etc/gshadow-',
  '/etc/sudoers',
  '/etc/krb5.keytab',
  '/etc/machine-id',
  '/.dockerenv',
]
/** Files that each container has of its own, mounted or empty. */
const FRESH_FILES = ['/etc/hosts', '/etc/hostname', '/etc/resolv.conf']
/** Where a file system of its own still holds programs: bound, since an overlay shows one file system only. */
const PROGRAM_FOLDERS = ['/usr', '/opt', '/bin', '/sbin', '/lib', '/lib64', '/nix', '/snap', '/srv']
const MODES: Readonly<Record<string, number>> = { '/tmp': 0o1777, '/var/tmp': 0o1777, '/root': 0o700 }

/**
 * `fairlead/host`, any tag: the machine's own root read-only under a scratch layer, secrets hidden.
 *
 * The layers, top first: `fresh` (empty folders), `mask` (whiteouts, character devices 0/0, which end the look-up in
 * the layers below; a whiteout cannot be unmounted from within, unlike a mask mount), and `/`. An overlay shows the
 * file system of `/` alone: what is mounted below it (/proc, /dev, /run, a separate /home) appears as an empty folder,
 * but for file systems below PROGRAM_FOLDERS, which are bind-mounted read-only. The machine's files may change
 * meanwhile; the kernel then leaves open which version a running container sees.
 */
export function hostImageSource(options: ImageSourceOptions): ImageSource {
  let image: Promise<Image> | undefined
  return {
    name: 'host',
    offers: 'fairlead/host',
    resolve: async (reference) => {
      if (reference.registry !== 'docker.io' || reference.repository !== 'fairlead/host') return undefined
      image ??= makeHost(options)
      return image
    },
  }
}

async function makeHost({ folder, stateRoot }: ImageSourceOptions): Promise<Image> {
  const scratch = offRootFolder(folder)
  const root = join(scratch, 'host')
  const hidden = new Set([...HIDDEN_FOLDERS, stateRoot])
  await buildOnce(root, (draft) => {
    const fresh = join(draft, 'fresh')
    const mask = join(draft, 'mask')
    mkdirSync(fresh)
    mkdirSync(mask)
    const whiteouts: string[] = []
    for (const path of [...hidden].sort()) {
      const real = existsSync(path) ? realpathSync(path) : undefined
      // A folder below another hidden one is hidden with it: a whiteout stands there where its parent would have to be.
      if (real === undefined || real === '/' || isBelow(real, whiteouts)) continue
      whiteouts.push(real)
      makeFolder(fresh, real)
    }
    const files = [...HIDDEN_FILES, ...sshKeys(), ...kubeconfigs()].filter(
      (path) => existsSync(path) && !isBelow(path, whiteouts),
    )
    const machineFiles = FRESH_FILES.filter((path) => existsSync(path))
    for (const path of [...whiteouts, ...files, ...machineFiles]) makeFolder(mask, dirname(path))
    const nodes = [...whiteouts, ...files, ...machineFiles].map((path) => join(mask, path))
    const [first, ...others] = nodes
    if (first !== undefined) execFileSync('mknod', [first, 'c', '0', '0'])
    // One device node under many names, as the kernel itself shares its whiteouts: one process spawned, not thirty.
    for (const node of others) linkSync(first!, node)
    for (const path of FRESH_FILES) {
      makeFolder(fresh, dirname(path))
      writeFileSync(join(fresh, path), '')
    }
  })
  return {
    id: 'fairlead:host',
    layerFolder: join(scratch, 'layers'),
    lowerDirs: [join(root, 'fresh'), join(root, 'mask'), '/'],
    entrypoint: [],
    cmd: ['/bin/sh'],
    env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root'],
    workingDir: '/',
    user: '',
    stopSignal: 'SIGTERM',
    extraMounts: programMounts(readFileSync('/proc/self/mountinfo', 'utf8'), [...hidden]),
    tmpfs: [
      { destination: '/tmp', mode: '1777' },
      { destination: '/run', mode: '755' },
    ],
  }
}

/**
 * The file systems mounted below the folders of programs, as `/proc/self/mountinfo` lists them, less those that are
 * hidden.
 */
export function programMounts(mountinfo: string, hidden: readonly string[]): readonly Mount[] {
  const mounts: Mount[] = []
  for (const line of mountinfo.split('\n')) {
    const escaped = line.split(' ')[4]
    if (escaped === undefined) continue
    const path = escaped.replace(/\\([0-7]{3})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 8)),
    )
    if (isBelow(path, PROGRAM_FOLDERS) && !isBelow(path, hidden))
      mounts.push({ source: path, destination: path, readOnly: true })
  }
  return mounts
}

function makeFolder(base: string, path: string): void {
  let made = ''
  for (const part of path.split('/').filter((name) => name !== '')) {
    made += `/${part}`
    mkdirSync(join(base, made), { recursive: true })
    // mkdir's mode is narrowed by the umask; the folder is seen by every user of the container.
    chmodSync(join(base, made), MODES[made] ?? 0o755)
  }
}

function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`))
}

function sshKeys(): readonly string[] {
  if (!existsSync('/etc/ssh')) return []
  return readdirSync('/etc/ssh')
    .filter((name) => name.endsWith('key'))
    .map((name) => join('/etc/ssh', name))
}

/** Kubeconfigs outside of the hidden folders: those that our own environment names. */
function kubeconfigs(): readonly string[] {
  return (process.env.KUBECONFIG ?? '').split(':').filter((path) => path.startsWith('/') && existsSync(path))
}
