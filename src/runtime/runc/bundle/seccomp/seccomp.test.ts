import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { containerSeccomp } from './container-seccomp.ts'
import { defaultProfile } from './default-profile.ts'

const allowed = (capabilities: readonly string[], architecture = 'x64') => {
  const { syscalls = [] } = defaultProfile(capabilities, architecture)
  return new Set(syscalls.flatMap(({ names, action, args }) => (action === 'SCMP_ACT_ALLOW' && !args ? names : [])))
}
const rulesOf = (name: string, capabilities: readonly string[] = [], architecture = 'x64') =>
  (defaultProfile(capabilities, architecture).syscalls ?? [])
    .filter(({ names }) => names.includes(name))
    .map(({ names: _, ...rule }) => rule)

test('what programs need is allowed, and what reaches the kernel of the machine is not', () => {
  const calls = allowed([])
  for (const name of ['read', 'openat', 'futex', 'execve', 'ptrace', 'getrandom', 'arch_prctl', 'membarrier'])
    assert.ok(calls.has(name), name)
  const refused =
    'mount umount2 unshare setns bpf perf_event_open keyctl add_key kexec_load init_module reboot swapon io_uring_setup userfaultfd chroot settimeofday open_by_handle_at personality socket clone clone3'
  for (const name of refused.split(' ')) assert.equal(calls.has(name), false, name)
  assert.equal(new Set(calls).size > 300, true)
})

test('a capability opens the calls that it is for', () => {
  for (const [capability, name] of [
    ['CAP_SYS_ADMIN', 'mount'],
    ['CAP_SYS_CHROOT', 'chroot'],
    ['CAP_SYS_TIME', 'settimeofday'],
    ['CAP_DAC_READ_SEARCH', 'open_by_handle_at'],
    ['CAP_BPF', 'bpf'],
    ['CAP_SYSLOG', 'syslog'],
  ] as const) {
    assert.equal(allowed([]).has(name), false, name)
    assert.ok(allowed([capability]).has(name), name)
  }
})

test('clone() makes no namespaces, clone3(), whose flags no filter sees, is said not to be there', () => {
  const arg = (index: number) => [{ index, value: 0x7e020000, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }]
  assert.deepEqual(rulesOf('clone'), [{ action: 'SCMP_ACT_ALLOW', args: arg(0) }])
  assert.deepEqual(rulesOf('clone', [], 's390x'), [{ action: 'SCMP_ACT_ALLOW', args: arg(1) }])
  assert.deepEqual(rulesOf('clone3'), [{ action: 'SCMP_ACT_ERRNO', errnoRet: 38 }])
  assert.deepEqual(
    [rulesOf('clone', ['CAP_SYS_ADMIN']), rulesOf('clone3', ['CAP_SYS_ADMIN'])],
    [[{ action: 'SCMP_ACT_ALLOW' }], [{ action: 'SCMP_ACT_ALLOW' }]],
  )
})

test('sockets of families that know no network namespace are refused', () => {
  const tests = rulesOf('socket').flatMap(({ args = [] }) => args)
  const passes = (family: number): boolean =>
    tests.some(({ op, value }) =>
      op === 'SCMP_CMP_LT' ? family < value : op === 'SCMP_CMP_GT' ? family > value : family === value,
    )
  const families = { unix: 1, inet: 2, inet6: 10, netlink: 16, packet: 17, alg: 38, nfc: 39, vsock: 40, xdp: 44 }
  const refused = Object.entries(families).flatMap(([name, family]) => (passes(family) ? [] : [name]))
  assert.deepEqual(refused, ['alg', 'vsock'])
})

const wish = (file: string) => containerSeccomp({ seccomp: { type: 'Localhost', file } }, [])

test('a profile of the machine is passed on as it is, and one that cannot be had is told by its name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seccomp-'))
  const at = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const fails = (file: string, message: RegExp) =>
    assert.throws(() => wish(file), { code: 'SECCOMP_UNAVAILABLE', message })
  try {
    assert.deepEqual(wish(at('log.json', '{"defaultAction":"SCMP_ACT_LOG"}')), { defaultAction: 'SCMP_ACT_LOG' })
    fails(
      join(folder, 'none.json'),
      /cannot load seccomp profile ".*none\.json": open .*none\.json: no such file or directory/,
    )
    fails(at('text', 'no json'), /decoding seccomp profile failed ".*text"/)
    fails(at('list', '[]'), /it is no object/)
    fails(at('null', 'null'), /it is no object/)
    fails(at('empty', '{}'), /it has no defaultAction/)
    mkdirSync(join(folder, 'folder'))
    fails(join(folder, 'folder'), /it is no file/)
    execFileSync('mkfifo', [join(folder, 'fifo')])
    fails(join(folder, 'fifo'), /it is no file/)
    truncateSync(at('large', '{}'), 1 << 21)
    fails(join(folder, 'large'), /it has 2097152 bytes, and may have 1048576/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('nobody is filtered who did not ask for it, nor who is privileged', () => {
  const seccomp = { type: 'RuntimeDefault' } as const
  assert.equal(containerSeccomp({}, []), undefined)
  assert.equal(containerSeccomp({ seccomp, privileged: true }, []), undefined)
  assert.deepEqual(containerSeccomp({ seccomp }, ['CAP_CHOWN']), defaultProfile(['CAP_CHOWN']))
})

test('the filter is made for all that the machine runs, and refuses with EPERM', () => {
  const { defaultAction, defaultErrnoRet, architectures } = defaultProfile([], 'x64')
  assert.deepEqual([defaultAction, defaultErrnoRet], ['SCMP_ACT_ERRNO', 1])
  assert.deepEqual(architectures, ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'])
  assert.deepEqual(defaultProfile([], 'arm64').architectures, ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'])
  assert.deepEqual(defaultProfile([], 'ppc64').architectures, [])
})

test('a process may be what it is, or of 32 bits, and may ask: not without a random layout of its memory', () => {
  const tests = rulesOf('personality').map(({ action, args }) => [action, args])
  const values = [0, 8, 0x20000, 0x20008, 0xffffffff]
  assert.deepEqual(
    tests,
    values.map((value) => ['SCMP_ACT_ALLOW', [{ index: 0, value, op: 'SCMP_CMP_EQ' }]]),
  )
  assert.deepEqual(
    rulesOf('socket').map(({ args }) => args),
    [
      [{ index: 0, value: 38, op: 'SCMP_CMP_LT' }],
      [{ index: 0, value: 39, op: 'SCMP_CMP_EQ' }],
      [{ index: 0, value: 40, op: 'SCMP_CMP_GT' }],
    ],
  )
})
