import { closeSync } from 'node:fs'
import { KernelError } from '../kernel-error.ts'
import { call, libc } from '../libc.ts'

interface SpawnOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** What the program has open: at its place there, 0 first, a descriptor of ours. Nothing else of ours is open in it. */
  readonly descriptors: readonly number[]
}

/** <spawn.h>: what the C library asks for these two is less. */
const ATTRIBUTES_BYTES = 1024
const SIGNAL_SET_BYTES = 128
const [SETSIGDEF, SETSIGMASK, SETSID] = [0x04, 0x08, 0x80] as const
/** <fcntl.h> */
const O_CLOEXEC = 0o2000000
const F_DUPFD_CLOEXEC = 1030
/** <sys/wait.h> */
const WNOHANG = 1

const INIT_ACTIONS = 'int posix_spawn_file_actions_init(void *actions)'
const FREE_ACTIONS = 'int posix_spawn_file_actions_destroy(void *actions)'
const ADD_DUP = 'int posix_spawn_file_actions_adddup2(void *actions, int from, int to)'
const ADD_CLOSE = 'int posix_spawn_file_actions_addclosefrom_np(void *actions, int least)'
const ADD_FOLDER = 'int posix_spawn_file_actions_addchdir_np(void *actions, str path)'
const INIT_ATTRIBUTES = 'int posix_spawnattr_init(void *attributes)'
const SET_FLAGS = 'int posix_spawnattr_setflags(void *attributes, short flags)'
const SET_DEFAULT = 'int posix_spawnattr_setsigdefault(void *attributes, void *set)'
const SPAWN =
  'int posix_spawn(_Out_ int *pid, str path, void *actions, void *attributes, const char **argv, const char **envp)'

/** Both ends, close-on-exec. Throws KernelError PROCESS_NOT_STARTED. */
export function openPipe(): { readonly readable: number; readonly writable: number } {
  const ends = Buffer.alloc(8)
  call('PROCESS_NOT_STARTED', 'pipe2', undefined, 'int pipe2(void *ends, int flags)', ends, O_CLOEXEC)
  return { readable: ends.readInt32LE(0), writable: ends.readInt32LE(4) }
}

/**
 * Starts a program in a session of its own, with every signal as the kernel has it at first; gives its pid, which somebody has
 * to reap. Node.js starts programs by fork(2), which copies the page tables of this process and has each page copied that
 * is written next: 15 ms, and as much later, where it holds 140 MB. posix_spawn(3) shares the memory until execve(2) and
 * waits for that, 2 to 5 ms. Throws KernelError PROCESS_NOT_STARTED, with the errno of what went wrong.
 */
export function spawnProcess(path: string, args: readonly string[], options: SpawnOptions): number {
  const [actions, attributes] = [Buffer.alloc(ATTRIBUTES_BYTES), Buffer.alloc(ATTRIBUTES_BYTES)]
  const signals = Buffer.alloc(SIGNAL_SET_BYTES)
  const { env, cwd, descriptors } = options
  // A number that is another's place would be written over before its turn.
  using duplicates = new DisposableStack()
  const apart = descriptors.map((one) => duplicates.adopt(duplicateFrom(one, descriptors.length), closeSync))
  try {
    libc(INIT_ACTIONS)(actions)
    libc(INIT_ATTRIBUTES)(attributes)
    for (const [place, descriptor] of apart.entries()) libc(ADD_DUP)(actions, descriptor, place)
    closeFrom(actions, descriptors.length)
    libc(ADD_FOLDER)(actions, cwd)
    // None is blocked: that is the mask of new attributes.
    libc(SET_FLAGS)(attributes, SETSIGDEF | SETSIGMASK | SETSID)
    // All, where sigfillset(3) leaves two of the C library's own out: these it would have ignored.
    signals.fill(0xff)
    libc(SET_DEFAULT)(attributes, signals)
    const variables = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
    const pid = [0]
    const errno = libc(SPAWN)(pid, path, actions, attributes, [path, ...args, null], [...variables, null])
    if (errno !== 0) throw new KernelError('PROCESS_NOT_STARTED', { operation: 'posix_spawn', errno, object: path })
    return pid[0]!
  } finally {
    libc(FREE_ACTIONS)(actions)
  }
}

/** Of what is not close-on-exec: handed on to us, by whoever started us. A C library before 2.34 has no word for it. */
const closeFrom = (actions: Buffer, least: number): void => {
  try {
    libc(ADD_CLOSE)(actions, least)
  } catch {
    // It is open there too, as in what Node.js starts.
  }
}

const duplicateFrom = (descriptor: number, least: number): number =>
  call(
    'PROCESS_NOT_STARTED',
    'fcntl',
    undefined,
    'int fcntl(int fd, int op, int least)',
    descriptor,
    F_DUPFD_CLOEXEC,
    least,
  )

/** Whether a child of ours has ended; its pid is anybody's then. Also true where it is no child of ours any more. */
export function reapProcess(pid: number): boolean {
  return libc('int waitpid(int pid, void *status, int options)')(pid, null, WNOHANG) !== 0
}
