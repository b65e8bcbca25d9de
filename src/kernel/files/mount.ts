import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs'
import { constants as os } from 'node:os'
import { dirname } from 'node:path'
import { KernelError } from '../kernel-error.ts'
import { call, errno, libc } from '../libc.ts'
import { mountsBelow } from './mount-table.ts'

// sys/mount.h
const MS_RDONLY = 1
const MS_NOSUID = 2
const MS_NODEV = 4
const MS_NOEXEC = 8
const MS_BIND = 4096
const MS_REC = 16384
const MS_PRIVATE = 1 << 18
const MNT_DETACH = 2
const UMOUNT_NOFOLLOW = 8

const MOUNT = 'int mount(str source, str target, str type, unsigned long flags, void *data)'
const UMOUNT2 = 'int umount2(str target, int flags)'
const { EINVAL, ENOENT } = os.errno

/** `name`: what mount(8) lists it as. Without a size it takes half of the memory at most. */
interface TmpfsOptions {
  readonly name: string
  readonly mode: number
  readonly sizeBytes?: number
}

/** Mounts a tmpfs on the folder `path`. Throws KernelError MOUNT_FAILED. */
export function mountTmpfs(path: string, { name, mode, sizeBytes }: TmpfsOptions): void {
  const data = `mode=${mode.toString(8)}${sizeBytes === undefined ? '' : `,size=${sizeBytes}`}\0`
  call('MOUNT_FAILED', 'mount', path, MOUNT, name, path, 'tmpfs', 0, Buffer.from(data))
}

/** Mounts an overlay on the folder `path`, with options as mount(8) has them after `-o`. Throws KernelError MOUNT_FAILED. */
export function mountOverlay(path: string, options: string): void {
  call('MOUNT_FAILED', 'mount', path, MOUNT, 'overlay', path, 'overlay', 0, Buffer.from(`${options}\0`))
}

/**
 * Shows folders upon one another, the top one first, on the folder `path`: nothing there can be written, run, or be a device.
 * Throws KernelError MOUNT_FAILED.
 */
export function mountReadOnlyOverlay(path: string, folders: readonly string[]): void {
  // The kernel wants two: what lies below all is the empty folder that is mounted upon.
  const lower = [...folders, path].map((folder) => folder.replace(/[\\:]/g, (mark) => `\\${mark}`)).join(':')
  const flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC
  call('MOUNT_FAILED', 'mount', path, MOUNT, 'overlay', path, 'overlay', flags, Buffer.from(`lowerdir=${lower}\0`))
}

/**
 * What is done to the mount `path`, and to those below it, is seen by no copy of them in another mount namespace, and
 * theirs not here. Throws KernelError MOUNT_FAILED.
 */
export function makePrivate(path: string): void {
  call('MOUNT_FAILED', 'mount', path, MOUNT, 'none', path, 'none', MS_REC | MS_PRIVATE, null)
}

/**
 * Shows what the descriptor `fd` holds, a folder or a file, at `target`, which is made for it; what an earlier call left
 * there goes. What is shown is what was opened, whatever its name leads to by now. Throws KernelError MOUNT_FAILED.
 */
export function bindDescriptor(fd: number, target: string): void {
  unbind(target)
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  if (fstatSync(fd).isDirectory()) mkdirSync(target, { mode: 0o700 })
  else closeSync(openSync(target, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600))
  call('MOUNT_FAILED', 'mount', target, MOUNT, `/proc/self/fd/${fd}`, target, 'none', MS_BIND, null)
}

/**
 * Takes every mount off `path`, and the empty folder or file itself away. No error where nothing is there. Throws
 * KernelError UNMOUNT_FAILED.
 */
export function unbind(path: string): void {
  unmountAll(path)
  try {
    unlinkSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Never what lies in it: of a mount that did not go that would be the volume itself.
    if (code === 'EISDIR' || code === 'EPERM') rmdirSync(path)
    else if (code !== 'ENOENT') throw error
  }
}

/** Takes away every mount below `folder`, deepest first; also those that are in use. Throws KernelError UNMOUNT_FAILED. */
export function unmountBelow(folder: string): void {
  if (!existsSync(folder)) return
  for (const path of mountsBelow(folder, readFileSync('/proc/self/mountinfo', 'utf8'))) unmountAll(path)
}

/** Also what was mounted twice, one upon the other. */
function unmountAll(path: string): void {
  while (Number(libc(UMOUNT2)(path, MNT_DETACH | UMOUNT_NOFOLLOW)) === 0);
  const code = errno()
  // Nothing is mounted there, or nothing is there.
  if (code !== EINVAL && code !== ENOENT)
    throw new KernelError('UNMOUNT_FAILED', { operation: 'umount2', errno: code, object: path })
}
