import { ALLOWED_CALLS, ALLOWED_ON, ALLOWED_WITH } from './allowed-calls.ts'

type Action = 'SCMP_ACT_ALLOW' | 'SCMP_ACT_ERRNO'

interface ArgumentTest {
  readonly index: number
  readonly value: number
  /** Of SCMP_CMP_MASKED_EQ: what is to be left under the mask `value`. */
  readonly valueTwo?: number
  readonly op: 'SCMP_CMP_EQ' | 'SCMP_CMP_LT' | 'SCMP_CMP_GT' | 'SCMP_CMP_MASKED_EQ'
}

interface CallRule {
  readonly names: readonly string[]
  readonly action: Action
  readonly errnoRet?: number
  readonly args?: readonly ArgumentTest[]
}

/** A seccomp filter in the words of the OCI runtime specification. */
interface SeccompProfile {
  readonly defaultAction: Action
  readonly defaultErrnoRet?: number
  readonly architectures?: readonly string[]
  readonly syscalls?: readonly CallRule[]
}

// asm-generic/errno.h
const EPERM = 1
const ENOSYS = 38
/** linux/sched.h: the flags of clone() that make namespaces: NS, CGROUP, UTS, IPC, USER, PID, NET. */
const NAMESPACE_FLAGS = 0x7e02_0000
/** sys/personality.h: Linux, Linux of 32 bits, both with the uname of version 2.6, and the question which it is. */
const PERSONALITIES = [0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff]
// linux/socket.h. Kernel crypto and sockets of virtual machines: neither knows network namespaces.
const AF_ALG = 38
const AF_VSOCK = 40

/** What a kernel runs, by Node.js' name of its architecture; libseccomp adds the native one by itself. */
const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = {
  x64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
  s390x: ['SCMP_ARCH_S390X', 'SCMP_ARCH_S390'],
  riscv64: ['SCMP_ARCH_RISCV64'],
}

const allow = (names: readonly string[]): CallRule => ({ names, action: 'SCMP_ACT_ALLOW' })
const allowWhere = (name: string, test: ArgumentTest): CallRule => ({ ...allow([name]), args: [test] })

/**
 * The filter of RuntimeDefault for a container with these capabilities (with the CAP_ prefix): what is not allowed gives
 * EPERM, and what is newer than the filter ENOSYS, as runc adds by itself, so that programs fall back.
 */
export function defaultProfile(capabilities: readonly string[], architecture: string = process.arch): SeccompProfile {
  const isAdmin = capabilities.includes('CAP_SYS_ADMIN')
  const withCapabilities = [...new Set(capabilities.flatMap((name) => ALLOWED_WITH[name] ?? []))]
  // There clone() has its first two arguments the other way about.
  const flags = architecture === 's390x' ? 1 : 0
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    architectures: ARCHITECTURES[architecture] ?? [],
    syscalls: [
      allow([...ALLOWED_CALLS, ...(ALLOWED_ON[architecture] ?? []), ...withCapabilities]),
      ...PERSONALITIES.map((value) => allowWhere('personality', { index: 0, value, op: 'SCMP_CMP_EQ' })),
      allowWhere('socket', { index: 0, value: AF_ALG, op: 'SCMP_CMP_LT' }),
      allowWhere('socket', { index: 0, value: AF_ALG + 1, op: 'SCMP_CMP_EQ' }),
      allowWhere('socket', { index: 0, value: AF_VSOCK, op: 'SCMP_CMP_GT' }),
      ...(isAdmin
        ? []
        : [
            allowWhere('clone', {
              index: flags,
              value: NAMESPACE_FLAGS,
              valueTwo: 0,
              op: 'SCMP_CMP_MASKED_EQ',
            }),
            // Its flags lie in memory, where no filter sees them: with ENOSYS C libraries take clone() instead.
            { names: ['clone3'], action: 'SCMP_ACT_ERRNO' as const, errnoRet: ENOSYS },
          ]),
    ],
  }
}
