import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { constants as os } from 'node:os'
import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import { KernelError } from '../kernel-error.ts'
import { call, errno, libc } from '../libc.ts'

// linux/openat2.h, asm-generic/unistd.h (one number on every architecture), fcntl.h of Linux.
const OPENAT2 = 437
const RESOLVE_NO_MAGICLINKS = 0x02n
const RESOLVE_BENEATH = 0x08n
const O_PATH = 0o10000000
const O_CLOEXEC = 0o2000000

const SYSCALL = 'long syscall(long number, long folder, str path, void *how, size_t size)'
const MKDIRAT = 'int mkdirat(int folder, str path, unsigned int mode)'
const { EAGAIN, EEXIST, ELOOP, ENOENT, ENOSYS, EXDEV } = os.errno
/** The kernel gives EAGAIN where something is renamed while it walks over `..`: whoever renames all the time gets no more. */
const TRIES = 64

/**
 * A descriptor (O_PATH) of the folder that everything below is to stay in; symbolic links on the way to it are followed.
 * To be closed by the caller. Throws KernelError PATH_OPEN_FAILED.
 */
export function openRoot(path: string): number {
  try {
    return openSync(path, O_PATH | constants.O_DIRECTORY)
  } catch (cause) {
    const { errno: negative = 0 } = cause as NodeJS.ErrnoException
    throw new KernelError('PATH_OPEN_FAILED', { operation: 'open', errno: -negative, object: path, cause })
  }
}

/**
 * A descriptor (O_PATH) of what lies at the relative `path` below the folder `root`, whoever changes names meanwhile: the
 * kernel itself sees to it, name by name, that the walk stays below (openat2, RESOLVE_BENEATH; Linux 5.6). Symbolic links
 * that stay below are followed; absolute ones, and those that climb out, are refused. Throws KernelError PATH_OUTSIDE,
 * PATH_OPEN_FAILED (`errnoName` ENOENT where nothing is there).
 */
export function openBeneath(root: number, path: string): number {
  // struct open_how: flags, mode, resolve.
  const how = new DataView(new ArrayBuffer(24))
  how.setBigUint64(0, BigInt(O_PATH | O_CLOEXEC), LITTLE_ENDIAN)
  how.setBigUint64(16, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS, LITTLE_ENDIAN)
  let failed = EAGAIN
  for (let tries = 0; tries < TRIES && failed === EAGAIN; tries++) {
    const found = Number(libc(SYSCALL)(OPENAT2, root, path, new Uint8Array(how.buffer), how.byteLength))
    if (found >= 0) return found
    failed = errno()
  }
  const outside = failed === EXDEV || failed === ELOOP
  throw new KernelError(outside ? 'PATH_OUTSIDE' : 'PATH_OPEN_FAILED', {
    operation: 'openat2',
    errno: failed,
    object: path,
    message: failed === ENOSYS ? 'Linux 5.6 or later is needed' : undefined,
  })
}

/**
 * The same, and folders that are missing on the way are made, each in the very folder that was opened before it, with
 * `mode` whatever the umask. Nothing is made anywhere else: where the path leads out, not even the folders before it are
 * made outside. Throws as openBeneath().
 */
export function makeFolderBeneath(root: number, path: string, mode: number): number {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  let folder = openBeneath(root, '.')
  for (const [index, part] of parts.entries()) {
    const before = folder
    try {
      folder = openOrMake(root, parts.slice(0, index + 1).join('/'), { before, part, mode })
    } finally {
      closeSync(before)
    }
  }
  return folder
}

/** The text of what a descriptor (O_PATH) leads to; undefined where it is no ordinary file, or a longer one. */
export function readDescriptor(descriptor: number, most: number): string | undefined {
  // Not opened before it is known to be a file: a FIFO would hold us up, and a device might do something.
  if (!fstatSync(descriptor).isFile()) return undefined
  const file = openSync(`/proc/self/fd/${descriptor}`, constants.O_RDONLY)
  try {
    // One octet more says that it is longer, however fast it grows.
    const octets = Buffer.alloc(most + 1)
    let length = 0
    for (let read = -1; read !== 0 && length <= most; length += read)
      read = readSync(file, octets, length, octets.length - length, null)
    return length > most ? undefined : octets.toString('utf8', 0, length)
  } finally {
    closeSync(file)
  }
}

interface Step {
  /** Descriptor of the folder that `part` is to be made in. */
  readonly before: number
  readonly part: string
  readonly mode: number
}

function openOrMake(root: number, path: string, { before, part, mode }: Step): number {
  try {
    return openBeneath(root, path)
  } catch (error) {
    if (!(error instanceof KernelError) || error.errno !== ENOENT) throw error
  }
  const mask = process.umask(0)
  try {
    // A link that leads nowhere is there too: the second look refuses it.
    if (Number(libc(MKDIRAT)(before, part, mode)) !== 0 && errno() !== EEXIST)
      call('PATH_OPEN_FAILED', 'mkdirat', path, MKDIRAT, before, part, mode)
  } finally {
    process.umask(mask)
  }
  return openBeneath(root, path)
}
