import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { RuntimeError } from '../../runtime-error.ts'
import type { Image } from '../image.ts'

const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox', '/usr/local/bin/busybox']
const FOLDERS = 'bin dev etc fairlead proc root run sys tmp usr var var/run'.split(' ')
const TEXTS: Readonly<Record<string, string>> = {
  passwd: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
  group: 'root:x:0:\ntty:x:5:\nnogroup:x:65534:\n',
  'nsswitch.conf': 'hosts: files dns\n',
  // Each container's own are mounted upon them.
  hosts: '',
  hostname: '',
  'resolv.conf': '',
}

/** Path of the machine's busybox. Throws RuntimeError IMAGE_UNAVAILABLE where it has none. */
export function findBusybox(image: string): string {
  const busybox = BUSYBOX.find((path) => existsSync(path))
  if (busybox !== undefined) return busybox
  throw new RuntimeError('IMAGE_UNAVAILABLE', `image ${image}: busybox is missing: apt-get install busybox-static`)
}

/** What an image is known by: what it is made of, by path, size and age, and what else it follows from. */
export function identityOf(files: readonly string[], others: unknown): string {
  const identity = createHash('sha256').update(JSON.stringify(others))
  for (const path of files) {
    const { size, mtimeMs } = statSync(path)
    identity.update(`${path} ${size} ${mtimeMs}\n`)
  }
  return identity.digest('hex')
}

/** Folders and settings that every program looks for; below /bin is room for Node.js, 120 MB that are not copied. */
export function makeRoot(draft: string): void {
  for (const path of FOLDERS) mkdirSync(join(draft, path))
  // Past the umask: everybody writes there, and only root here.
  chmodSync(join(draft, 'tmp'), 0o1777)
  chmodSync(join(draft, 'root'), 0o700)
  symlinkSync('../bin', join(draft, 'usr/bin'))
  for (const [name, text] of Object.entries(TEXTS)) writeFileSync(join(draft, 'etc', name), text)
  writeFileSync(join(draft, 'bin/node'), '', { mode: 0o755 })
}

/** At the same paths as on the machine, and by the names that programs ask for. */
export function copyLibraries(draft: string, libraries: readonly string[]): void {
  for (const library of libraries) {
    const path = join(draft, library)
    if (existsSync(path)) continue
    mkdirSync(dirname(path), { recursive: true })
    copyFileSync(library, path)
    // Mapped is libstdc++.so.6.0.30; what the binary asks for is libstdc++.so.6.
    const soname = /^.*\.so\.\d+/.exec(library)?.[0]
    if (soname === undefined || soname === library || existsSync(join(draft, soname))) continue
    symlinkSync(basename(library), join(draft, soname))
  }
}

/** A file of ours: pods need not run as root, and whoever built it may have kept it to himself. */
export function copyReadable(source: string, target: string): void {
  copyFileSync(source, target)
  chmodSync(target, 0o644)
}

/** An image over a root that was made for it, which runs on our own Node.js binary. */
export const imageOver = (
  root: string,
  id: string,
  image: Pick<Image, 'entrypoint' | 'cmd' | 'user' | 'stopSignal'> & Partial<Image>,
): Image => ({
  sizeBytes: 0,
  origin: 'local',
  access: 'all',
  lowerDirs: [root],
  overlays: [],
  env: ['PATH=/bin'],
  workingDir: '/',
  tmpfs: [],
  ...image,
  id: `sha256:${id}`,
  extraMounts: [{ source: process.execPath, destination: '/bin/node', readOnly: true }, ...(image.extraMounts ?? [])],
})
