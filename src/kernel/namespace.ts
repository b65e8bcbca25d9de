import {
  access,
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
  statfsSync,
  unlinkSync,
} from 'node:fs'
import { KernelError } from './kernel-error.ts'
import { call, errno, libc } from './libc.ts'

/** Where `ip netns` looks. */
export const NETWORK_NAMESPACE_DIRECTORY = '/run/netns'

// sched.h, sys/mount.h, linux/magic.h
const NSFS_MAGIC = 0x6e736673
const CLONE_NEWUTS = 0x04000000
const CLONE_NEWIPC = 0x08000000
const CLONE_NEWNET = 0x40000000
const MS_BIND = 4096
const MS_REC = 16384
const MS_SHARED = 1 << 20
const MNT_DETACH = 2
const UMOUNT_NOFOLLOW = 8

const SETNS = 'int setns(int fd, int nstype)'
const UNSHARE = 'int unshare(int flags)'
const MOUNT = 'int mount(str source, str target, str type, unsigned long flags, void *data)'
const UMOUNT2 = 'int umount2(str target, int flags)'
const SETHOSTNAME = 'int sethostname(str name, size_t length)'

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
 * Where this thread was born. Opened once, before the first switch. libuv's pool is started first: its threads are all made by the first
 * request (that of access() here, synchronously), and a thread keeps the namespace of the thread that made it.
 */
function homeHandle(): Home {
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

type NotPromise<T> = T extends PromiseLike<unknown> ? never : T

/**
 * Runs `fn` with this thread in the network namespace at `path` (a file below /run/netns, or /proc/PID/ns/net), and goes back. Sockets
 * that `fn` opens, and processes that it spawns, stay there. Synchronous, about 15 µs; may be nested. `fn` must not await: a promise is refused,
 * since the rest of it would run elsewhere. Nothing in `fn` may go through libuv's thread pool (fs.promises, callbacks, dns.lookup).
 * Throws KernelError NAMESPACE_UNKNOWN, NAMESPACE_ENTER_FAILED, NAMESPACE_ASYNC.
 */
export function withNamespace<T>(path: string, fn: () => NotPromise<T>): T {
  if (fn.constructor.name === 'AsyncFunction') throw asyncRefused(path)
  const back = current ?? homeHandle().net
  const before = current
  const target = openNamespace(path)
  try {
    call('NAMESPACE_ENTER_FAILED', 'setns', path, SETNS, target, CLONE_NEWNET)
    current = target
    let result: T
    try {
      result = fn()
    } finally {
      goBack(back, CLONE_NEWNET)
      current = before
    }
    if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function') throw asyncRefused(path)
    return result
  } finally {
    closeSync(target)
  }
}

/** Opens a namespace file, for those who hold on to it or name it by descriptor. The caller closes it. Throws KernelError NAMESPACE_UNKNOWN. */
export function openNamespace(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY)
  } catch (cause) {
    const { errno: negative = 0 } = cause as NodeJS.ErrnoException
    throw new KernelError('NAMESPACE_UNKNOWN', { operation: 'open', errno: -negative, object: path, cause })
  }
}

/** True while this thread is inside withNamespace(), in another network namespace than its own. */
export function inForeignNamespace(): boolean {
  return current !== undefined && fstatSync(current, { bigint: true }).ino !== homeHandle().inode
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
 * Makes a named network namespace as `ip netns add` does, without a process: this thread leaves for a new namespace, binds it to
 * /run/netns/NAME, and goes back, synchronously. Loopback is down. Gives its path. Throws KernelError NAMESPACE_EXISTS, NAMESPACE_CREATE_FAILED.
 */
export function createNetworkNamespace(name: string): string {
  shareNamespaceDirectory()
  const path = namespacePath(name)
  leaveFor([{ flag: CLONE_NEWNET, kind: 'net', path }], () => {})
  return path
}

/** The namespaces of a pod: a named network namespace, and ipc and uts ones bound to files in `directory`. */
export interface PodNamespaces {
  readonly network: string
  readonly ipc: string
  readonly uts: string
}

/**
 * Makes a pod's namespaces in one step; `hostname` (1 to 64 bytes) is set in the uts one. Without `networkName` no network namespace is made,
 * and `network` is what `networkPath` says (a hostNetwork pod). Throws KernelError as createNetworkNamespace().
 */
export function createPodNamespaces(
  directory: string,
  options: { readonly hostname: string } & ({ readonly networkName: string } | { readonly networkPath: string }),
): PodNamespaces {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const ipc = `${directory}/ipc`
  const uts = `${directory}/uts`
  const made: Unshared[] = [
    { flag: CLONE_NEWIPC, kind: 'ipc', path: ipc },
    { flag: CLONE_NEWUTS, kind: 'uts', path: uts },
  ]
  let network: string
  if ('networkName' in options) {
    shareNamespaceDirectory()
    network = namespacePath(options.networkName)
    made.push({ flag: CLONE_NEWNET, kind: 'net', path: network })
  } else {
    network = options.networkPath
  }
  leaveFor(made, () => {
    const { hostname } = options
    call('NAMESPACE_CREATE_FAILED', 'sethostname', hostname, SETHOSTNAME, hostname, Buffer.byteLength(hostname))
  })
  return { network, ipc, uts }
}

/** Unpins a namespace file and removes it; the namespace goes with its last process and socket. No error where nothing is there. */
export function deleteNamespace(path: string): void {
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

/** Undoes createPodNamespaces(): the ipc and uts pins and their directory. The network namespace is deleted by its own path. */
export function deletePodNamespaces(directory: string): void {
  deleteNamespace(`${directory}/ipc`)
  deleteNamespace(`${directory}/uts`)
  try {
    rmdirSync(directory)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
  }
}

const ENOENT = 2
const EINVAL = 22

interface Unshared {
  readonly flag: number
  readonly kind: 'net' | 'ipc' | 'uts'
  readonly path: string
}

/** Leaves for new namespaces, pins each to its path, runs `inside`, and goes back; what was pinned is unpinned where a later step fails. */
function leaveFor(made: readonly Unshared[], inside: () => void): void {
  const handle = homeHandle()
  const created: string[] = []
  try {
    for (const { path } of made) {
      createMountPoint(path)
      created.push(path)
    }
    const flags = made.reduce((sum, { flag }) => sum | flag, 0)
    call('NAMESPACE_CREATE_FAILED', 'unshare', made.at(-1)?.path, UNSHARE, flags)
    try {
      for (const { kind, path } of made) {
        const source = `/proc/thread-self/ns/${kind}`
        call('NAMESPACE_CREATE_FAILED', 'mount', path, MOUNT, source, path, 'none', MS_BIND, null)
      }
      inside()
    } finally {
      for (const { flag, kind } of made) goBack(kind === 'net' ? (current ?? handle.net) : handle[kind], flag)
    }
  } catch (error) {
    for (const path of created) deleteNamespace(path)
    throw error
  }
}

function createMountPoint(path: string): void {
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

let directoryShared = false

/** As iproute2: /run/netns is a shared mount, so that a namespace that is deleted here goes from other mount namespaces too. */
function shareNamespaceDirectory(): void {
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

const EPERM = 1

/** A thread that cannot go back would act on the wrong machine from then on: the process ends instead. */
function goBack(fd: number, flag: number): void {
  if (Number(libc(SETNS)(fd, flag)) === 0) return
  process.stderr.write(`fairlead: cannot return to the home namespace: errno ${errno()}\n`)
  process.abort()
}

function asyncRefused(path: string): KernelError {
  return new KernelError('NAMESPACE_ASYNC', {
    operation: 'withNamespace',
    object: path,
    message: 'the function is asynchronous; open what you need synchronously and await outside',
  })
}
