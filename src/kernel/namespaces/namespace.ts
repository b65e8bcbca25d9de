import { closeSync, constants, openSync, readdirSync, statfsSync } from 'node:fs'
import { KernelError } from '../kernel-error.ts'
import { enterNetwork } from './home-namespace.ts'
import {
  makeNamespaces,
  NETWORK_NAMESPACE_DIRECTORY,
  shareNamespaceDirectory,
  unpinNamespace,
} from './pinned-namespace.ts'

// linux/magic.h
const NSFS_MAGIC = 0x6e736673

/** Path of the network namespace of the thread that opens it: the host's, where none was entered. */
export const HOME_NETWORK = '/proc/thread-self/ns/net'

type NotPromise<T> = T extends PromiseLike<unknown> ? never : T

/**
 * Runs `fn` with this thread in the network namespace at `path` (a file below /run/netns, or /proc/PID/ns/net), and
 * goes back. Sockets that `fn` opens, and processes that it spawns, stay there. Synchronous, about 15 µs; may be
 * nested. `fn` must not await: a promise is refused, since the rest of it would run elsewhere. Nothing in `fn` may go
 * through libuv's thread pool (fs.promises, callbacks, dns.lookup). Throws KernelError NAMESPACE_UNKNOWN,
 * NAMESPACE_ENTER_FAILED, NAMESPACE_ASYNC.
 */
export function withNamespace<T>(path: string, fn: () => NotPromise<T>): T {
  if (fn.constructor.name === 'AsyncFunction') throw asyncRefused(path)
  const target = openNamespace(path)
  try {
    const leave = enterNetwork(target, path)
    let result: T
    try {
      result = fn()
    } finally {
      leave()
    }
    if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function') throw asyncRefused(path)
    return result
  } finally {
    closeSync(target)
  }
}

/**
 * Opens a namespace file, for those who hold on to it or name it by descriptor. The caller closes it. Throws
 * KernelError NAMESPACE_UNKNOWN.
 */
export function openNamespace(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY)
  } catch (cause) {
    const { errno: negative = 0 } = cause as NodeJS.ErrnoException
    throw new KernelError('NAMESPACE_UNKNOWN', { operation: 'open', errno: -negative, object: path, cause })
  }
}

/** `/run/netns/NAME`. */
export function namespacePath(name: string): string {
  return `${NETWORK_NAMESPACE_DIRECTORY}/${name}`
}

/** Whether a file holds a namespace. After a reboot the file may still be there, but nothing is bound to it. */
export function isNamespace(path: string): boolean {
  try {
    return statfsSync(path).type === NSFS_MAGIC
  } catch {
    return false
  }
}

/** Names of all named network namespaces, as `ip netns list` has them, ours or not. */
export function listNetworkNamespaces(): readonly string[] {
  try {
    return readdirSync(NETWORK_NAMESPACE_DIRECTORY)
  } catch {
    return []
  }
}

/**
 * Makes a named network namespace as `ip netns add` does, without a process: this thread leaves for a new namespace,
 * binds it to /run/netns/NAME, and goes back, synchronously. Loopback is down. Gives its path. Throws KernelError
 * NAMESPACE_EXISTS, NAMESPACE_CREATE_FAILED.
 */
export function createNetworkNamespace(name: string): string {
  shareNamespaceDirectory()
  const path = namespacePath(name)
  makeNamespaces([{ kind: 'net', path }], () => {})
  return path
}

/**
 * Deletes a namespace by its file, named or a pod's; it goes with its last process and socket. No error where nothing
 * is there. Throws KernelError NAMESPACE_DELETE_FAILED.
 */
export function deleteNamespace(path: string): void {
  unpinNamespace(path)
}

function asyncRefused(path: string): KernelError {
  return new KernelError('NAMESPACE_ASYNC', {
    operation: 'withNamespace',
    object: path,
    message: 'the function is asynchronous; open what you need synchronously and await outside',
  })
}
