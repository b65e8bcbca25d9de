import { closeSync, fstatSync, openSync, statSync } from 'node:fs'
import { constants } from 'node:os'
import { KernelError } from '../kernel-error.ts'
import { errno, libc } from '../libc.ts'

/** <sys/file.h> */
const LOCK_EX = 2
const LOCK_NB = 4

/**
 * The lock on the file at `path`, which is made where there is none; undefined where another process, or another
 * descriptor of this one, holds it. It ends with the disposal, or with the process, however that ends: none is ever
 * left behind. Whoever holds it may remove the file. Throws KernelError LOCK_FAILED, and as openSync does.
 */
export function tryLockFile(path: string): Disposable | undefined {
  const descriptor = openSync(path, 'a', 0o600)
  const release = (): void => closeSync(descriptor)
  if (libc('int flock(int fd, int operation)')(descriptor, LOCK_EX | LOCK_NB) !== 0) {
    const number = errno()
    release()
    if (number === constants.errno.EWOULDBLOCK) return undefined
    throw new KernelError('LOCK_FAILED', { operation: 'flock', errno: number, object: path })
  }
  // Removed by the holder of before, between our opening it and this: nobody else would see our lock.
  if (statSync(path, { throwIfNoEntry: false })?.ino !== fstatSync(descriptor).ino) {
    release()
    return undefined
  }
  return { [Symbol.dispose]: release }
}
