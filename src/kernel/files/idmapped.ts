import { closeSync, constants, fstatSync, mkdirSync, openSync } from 'node:fs'
import { constants as os } from 'node:os'
import { dirname } from 'node:path'
import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import { KernelError } from '../kernel-error.ts'
import { call, errno, libc } from '../libc.ts'

// asm-generic/unistd.h (one number on every architecture), linux/mount.h, fcntl.h of Linux.
const OPEN_TREE = 428
const MOVE_MOUNT = 429
const MOUNT_SETATTR = 442
const OPEN_TREE_CLONE = 1
const OPEN_TREE_CLOEXEC = 0o2000000
const MOVE_MOUNT_F_EMPTY_PATH = 4
const AT_EMPTY_PATH = 0x1000
const AT_RECURSIVE = 0x8000
const AT_FDCWD = -100
const MOUNT_ATTR_RDONLY = 1n
const MOUNT_ATTR_IDMAP = 0x0010_0000n
const MS_PRIVATE = 1n << 18n

const TREE = 'long syscall(long number, int folder, str path, unsigned int flags)'
const SETATTR = 'long syscall(long number, int fd, str path, unsigned int flags, void *attributes, size_t size)'
const MOVE = 'long syscall(long number, int from, str fromPath, int to, str toPath, unsigned int flags)'

/**
 * Shows the folder or file `source`, with what is mounted below it, at `target`, which is made for it, its owners
 * counted by the users of the namespace behind the descriptor `users`: what is the machine's user 0 on the disk is the
 * user 0 of that namespace there, and what those users make is the machine's. Mounts below keep their owners. `readOnly`:
 * nobody writes there, nor may those users change that, whatever they may do in a mount namespace of their own: what a
 * mount lacks before it comes into one, the kernel locks. Throws KernelError IDMAP_FAILED, which says what is needed.
 */
export function showForUsers(
  source: string,
  target: string,
  { users, readOnly }: { readonly users: number; readonly readOnly: boolean },
): void {
  const flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE
  const tree = call('IDMAP_FAILED', 'open_tree', source, TREE, OPEN_TREE, AT_FDCWD, source, flags)
  try {
    // struct mount_attr: attr_set, attr_clr, propagation, userns_fd.
    const attributes = new DataView(new ArrayBuffer(32))
    attributes.setBigUint64(0, MOUNT_ATTR_IDMAP | (readOnly ? MOUNT_ATTR_RDONLY : 0n), LITTLE_ENDIAN)
    attributes.setBigUint64(16, MS_PRIVATE, LITTLE_ENDIAN)
    attributes.setBigUint64(24, BigInt(users), LITTLE_ENDIAN)
    const bytes = new Uint8Array(attributes.buffer)
    if (Number(libc(SETATTR)(MOUNT_SETATTR, tree, '', AT_EMPTY_PATH, bytes, bytes.length)) !== 0)
      throw refused(errno(), source)
    makeMountPoint(target, fstatSync(tree).isDirectory())
    const move = [MOVE_MOUNT, tree, '', AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH]
    call('IDMAP_FAILED', 'move_mount', target, MOVE, ...move)
  } finally {
    closeSync(tree)
  }
}

function refused(code: number, object: string): KernelError {
  const reasons: Readonly<Record<number, string>> = {
    [os.errno.EINVAL]: 'its file system cannot show other owners: ext4, xfs, btrfs and, from Linux 6.3 on, tmpfs can',
    [os.errno.ENOSYS]: 'Linux 5.12 or later is needed',
  }
  return new KernelError('IDMAP_FAILED', { operation: 'mount_setattr', errno: code, object, message: reasons[code] })
}

function makeMountPoint(target: string, isFolder: boolean): void {
  mkdirSync(isFolder ? target : dirname(target), { recursive: true, mode: 0o700 })
  if (!isFolder) closeSync(openSync(target, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600))
}
