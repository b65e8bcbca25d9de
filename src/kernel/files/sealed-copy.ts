import { closeSync, readFileSync, writeSync } from 'node:fs'
import { constants } from 'node:os'
import { KernelError } from '../kernel-error.ts'
import { call, errno, libc } from '../libc.ts'

/** <linux/memfd.h> */
const MFD_CLOEXEC = 0x1
const MFD_ALLOW_SEALING = 0x2
const MFD_EXEC = 0x10
/** <linux/fcntl.h> */
const F_ADD_SEALS = 1033
const [F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE] = [0x1, 0x2, 0x4, 0x8] as const

const memfdCreate = (name: string, flags: number): number =>
  Number(libc('int memfd_create(str name, unsigned int flags)')(name, flags | MFD_CLOEXEC | MFD_ALLOW_SEALING))

/** Kernels before 6.3 do not know that a file may be one to execute: there each may. */
const openExecutable = (name: string): number => {
  const descriptor = memfdCreate(name, MFD_EXEC)
  return descriptor < 0 && errno() === constants.errno.EINVAL ? memfdCreate(name, 0) : descriptor
}

/**
 * The descriptor of a copy in memory of the file at `path`, which can be executed, and never be written again, by
 * nobody: memfd_create(2), F_ADD_SEALS of fcntl(2). It ends with this process, or with its closing. Throws KernelError
 * FILE_NOT_SEALED, and as readFileSync does.
 */
export function openSealedCopy(path: string): number {
  // First: where the kernel refuses, nothing is read in vain.
  const descriptor = openExecutable('sealed')
  if (descriptor < 0)
    throw new KernelError('FILE_NOT_SEALED', { operation: 'memfd_create', errno: errno(), object: path })
  try {
    const content = readFileSync(path)
    for (let written = 0; written < content.length; ) written += writeSync(descriptor, content, written)
    const seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE
    call('FILE_NOT_SEALED', 'fcntl', path, 'int fcntl(int fd, int op, int seals)', descriptor, F_ADD_SEALS, seals)
    return descriptor
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}
