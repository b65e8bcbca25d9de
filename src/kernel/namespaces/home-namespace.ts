import { access, constants, fstatSync, openSync } from 'node:fs'
import { call, errno, libc } from '../libc.ts'

export const CLONE_NEWNET = 0x40000000
const CLONE_NEWUTS = 0x04000000
const SETNS = 'int setns(int fd, int nstype)'

/** Descriptors of the namespaces that this thread was born in. */
interface Home {
  readonly net: number
  readonly ipc: number
  readonly uts: number
  readonly inode: bigint
}

let home: Home | undefined
/** Descriptor of the network namespace that this thread is in; undefined at home. */
let current: number | undefined

/**
 * Where this thread was born. Opened once, before the first switch. libuv's pool is started first: its threads are all
 * made by the first request (that of access() here, synchronously), and a thread keeps the namespace of the thread that
 * made it.
 */
export function homeHandle(): Home {
  if (home === undefined) {
    access('/', () => {})
    const net = openSync('/proc/thread-self/ns/net', constants.O_RDONLY)
    home = {
      net,
      ipc: openSync('/proc/thread-self/ns/ipc', constants.O_RDONLY),
      uts: openSync('/proc/thread-self/ns/uts', constants.O_RDONLY),
      inode: fstatSync(net, { bigint: true }).ino,
    }
  }
  return home
}

/** Descriptor of the network namespace that this thread is in now. */
export function currentNetwork(): number {
  return current ?? homeHandle().net
}

/**
 * Puts this thread into the network namespace behind the descriptor `target`; the answer puts it back where it was.
 * `object` names the namespace in the error. Throws KernelError NAMESPACE_ENTER_FAILED.
 */
export function enterNetwork(target: number, object: string): () => void {
  const back = currentNetwork()
  const before = current
  call('NAMESPACE_ENTER_FAILED', 'setns', object, SETNS, target, CLONE_NEWNET)
  current = target
  return () => {
    goBack(back, CLONE_NEWNET)
    current = before
  }
}

/** Runs `fn` with this thread in the uts namespace behind the descriptor. Throws KernelError NAMESPACE_ENTER_FAILED. */
export function withUts(target: number, object: string, fn: () => void): void {
  const { uts } = homeHandle()
  call('NAMESPACE_ENTER_FAILED', 'setns', object, SETNS, target, CLONE_NEWUTS)
  try {
    fn()
  } finally {
    goBack(uts, CLONE_NEWUTS)
  }
}

/** True while this thread is inside withNamespace(), in another network namespace than its own. */
export function inForeignNamespace(): boolean {
  return current !== undefined && fstatSync(current, { bigint: true }).ino !== homeHandle().inode
}

/** A thread that cannot go back would act on the wrong machine from then on: the process ends instead. */
export function goBack(fd: number, flag: number): void {
  if (Number(libc(SETNS)(fd, flag)) === 0) return
  process.stderr.write(`fairlead: cannot return to the home namespace: errno ${errno()}\n`)
  process.abort()
}
