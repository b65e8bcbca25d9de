import { closeSync, constants, mkdirSync, openSync, unlinkSync } from 'node:fs'
import { constants as os } from 'node:os'
import { KernelError } from '../kernel-error.ts'
import { call, errno, libc } from '../libc.ts'
import { CLONE_NEWNET, currentNetwork, goBack, homeHandle } from './home-namespace.ts'

/** Where `ip netns` looks. */
export const NETWORK_NAMESPACE_DIRECTORY = '/run/netns'

// sched.h, sys/mount.h
const MS_BIND = 4096
const MS_REC = 16384
const MS_SHARED = 1 << 20
const MNT_DETACH = 2
const UMOUNT_NOFOLLOW = 8
export const CLONE_FLAG = { net: CLONE_NEWNET, ipc: 0x08000000, uts: 0x04000000 } as const

const UNSHARE = 'int unshare(int flags)'
const MOUNT = 'int mount(str source, str target, str type, unsigned long flags, void *data)'
const UMOUNT2 = 'int umount2(str target, int flags)'
const { EINVAL, ENOENT, EPERM } = os.errno

/** A namespace to be made: a file at `path` will hold it. */
export interface NewNamespace {
  readonly kind: keyof typeof CLONE_FLAG
  readonly path: string
}

/**
 * Makes namespaces without a process: this thread leaves for new ones, pins each to its path, runs `inside`, and goes
 * back; what was pinned is unpinned where a later step fails. Throws KernelError NAMESPACE_EXISTS,
 * NAMESPACE_CREATE_FAILED.
 */
export function makeNamespaces(made: readonly NewNamespace[], inside: () => void): void {
  const handle = homeHandle()
  const created: string[] = []
  try {
    for (const { path } of made) {
      createMountPoint(path)
      created.push(path)
    }
    const flags = made.reduce((sum, { kind }) => sum | CLONE_FLAG[kind], 0)
    call('NAMESPACE_CREATE_FAILED', 'unshare', made.at(-1)?.path, UNSHARE, flags)
    try {
      for (const { kind, path } of made) pin(`/proc/thread-self/ns/${kind}`, path)
      inside()
    } finally {
      for (const { kind } of made) goBack(kind === 'net' ? currentNetwork() : handle[kind], CLONE_FLAG[kind])
    }
  } catch (error) {
    for (const path of created) unpinNamespace(path)
    throw error
  }
}

/** Pins the namespace behind `source` to a file that is there. Throws KernelError NAMESPACE_CREATE_FAILED. */
export function pin(source: string, path: string): void {
  call('NAMESPACE_CREATE_FAILED', 'mount', path, MOUNT, source, path, 'none', MS_BIND, null)
}

/** The file that a namespace is to be pinned to. Throws KernelError NAMESPACE_EXISTS, NAMESPACE_CREATE_FAILED. */
export function createMountPoint(path: string): void {
  try {
    closeSync(openSync(path, constants.O_RDONLY | constants.O_CREAT | constants.O_EXCL, 0))
  } catch (cause) {
    const { code, errno: negative = 0 } = cause as NodeJS.ErrnoException
    throw new KernelError(code === 'EEXIST' ? 'NAMESPACE_EXISTS' : 'NAMESPACE_CREATE_FAILED', {
      operation: 'open',
      errno: -negative,
      object: path,
      cause,
    })
  }
}

/**
 * Unbinds a namespace's file and removes it. No error where nothing is there. Throws KernelError
 * NAMESPACE_DELETE_FAILED.
 */
export function unpinNamespace(path: string): void {
  // Twice bound is twice unbound: a start that was cut short may have left one mount on another.
  while (Number(libc(UMOUNT2)(path, MNT_DETACH | UMOUNT_NOFOLLOW)) === 0);
  const code = errno()
  if (code !== EINVAL && code !== ENOENT) {
    throw new KernelError('NAMESPACE_DELETE_FAILED', { operation: 'umount2', errno: code, object: path })
  }
  try {
    unlinkSync(path)
  } catch (cause) {
    const { code: name, errno: negative = 0 } = cause as NodeJS.ErrnoException
    if (name !== 'ENOENT') {
      throw new KernelError('NAMESPACE_DELETE_FAILED', { operation: 'unlink', errno: -negative, object: path, cause })
    }
  }
}

let directoryShared = false

/**
 * As iproute2: makes /run/netns a shared mount, so that a namespace that is deleted here goes from other mount
 * namespaces too.
 */
export function shareNamespaceDirectory(): void {
  if (directoryShared) return
  mkdirSync(NETWORK_NAMESPACE_DIRECTORY, { recursive: true, mode: 0o755 })
  const share = () =>
    Number(libc(MOUNT)('', NETWORK_NAMESPACE_DIRECTORY, 'none', MS_SHARED | MS_REC, null)) === 0 ? 0 : errno()
  let failed = share()
  if (failed === EINVAL) {
    // Not a mount point yet: bind it to itself first.
    const directory = NETWORK_NAMESPACE_DIRECTORY
    call('NAMESPACE_CREATE_FAILED', 'mount', directory, MOUNT, directory, directory, 'none', MS_BIND | MS_REC, null)
    failed = share()
  }
  if (failed !== 0) {
    throw new KernelError('NAMESPACE_CREATE_FAILED', {
      operation: 'mount',
      errno: failed,
      object: NETWORK_NAMESPACE_DIRECTORY,
      message: failed === EPERM ? 'root (CAP_SYS_ADMIN) is needed' : undefined,
    })
  }
  directoryShared = true
}
