import { writeFileSync } from 'node:fs'
import { constants as os } from 'node:os'
import { KernelError } from '../kernel-error.ts'
import { call, errno, koffi, libc } from '../libc.ts'
import { CLONE_FLAG, createMountPoint, type NewNamespace, pin, unpinNamespace } from './pinned-namespace.ts'

// sched.h, bits/waitflags.h
const CLONE_VM = 0x100
const CLONE_NEWUSER = 0x10000000
const WALL = 0x40000000

const CLONE = 'int clone(void *program, void *stack, int flags, void *argument)'
const DLSYM = 'void *dlsym(void *library, str name)'
const KILL = 'int kill(int pid, int signal)'
const WAITPID = 'int waitpid(int pid, void *status, int options)'
const STACK_BYTES = 64 * 1024
const { EINTR, ENOSPC } = os.errno

/** The users of a namespace: 0 and the `count - 1` after it are the machine's from `firstId` on. */
interface NamespaceUsers {
  readonly path: string
  readonly firstId: number
  readonly count: number
}

/**
 * Makes a user namespace and, in it, others, which belong to it; each is pinned to its path, and unpinned again where a
 * later step fails. A process with threads cannot leave for a new user namespace, so a child is born in there: it shares
 * our memory, is nothing but a call of pause(), and is gone when this returns. `inside` runs with the path of each kind's
 * namespace. Throws KernelError as makeNamespaces().
 */
export function makeUserNamespace(users: NamespaceUsers, made: readonly NewNamespace[], inside: () => void): void {
  const created: string[] = []
  try {
    for (const { path } of [users, ...made]) {
      createMountPoint(path)
      created.push(path)
    }
    const flags = made.reduce((sum, { kind }) => sum | CLONE_FLAG[kind], CLONE_NEWUSER)
    const stack = Buffer.alloc(STACK_BYTES)
    const child = bear(stack, flags, users.path)
    try {
      for (const file of ['uid_map', 'gid_map'])
        writeFileSync(`/proc/${child}/${file}`, `0 ${users.firstId} ${users.count}\n`)
      pin(`/proc/${child}/ns/user`, users.path)
      for (const { kind, path } of made) pin(`/proc/${child}/ns/${kind}`, path)
    } finally {
      bury(child)
      // Until here: the child's stack was ours to keep.
      stack.fill(0)
    }
    inside()
  } catch (error) {
    for (const path of created) unpinNamespace(path)
    throw error
  }
}

function bear(stack: Buffer, flags: number, object: string): number {
  const pause = libc(DLSYM)(null, 'pause')
  // A stack grows downwards, from an address that 16 divides.
  const address = koffi().address(stack)
  const top = (address + BigInt(stack.length)) & ~15n
  const child = Number(libc(CLONE)(pause, top, flags | CLONE_VM, null))
  if (child > 0) return child
  const code = errno()
  throw new KernelError('NAMESPACE_CREATE_FAILED', {
    operation: 'clone',
    errno: code,
    object,
    message: code === ENOSPC ? 'the machine allows no more user namespaces: see user.max_user_namespaces' : undefined,
  })
}

function bury(child: number): void {
  call('NAMESPACE_CREATE_FAILED', 'kill', undefined, KILL, child, os.signals.SIGKILL)
  while (Number(libc(WAITPID)(child, null, WALL)) < 0 && errno() === EINTR);
}
