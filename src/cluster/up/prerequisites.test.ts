import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { PerFamily } from '#net/per-family.ts'
import { checkIpv6, checkOpenFiles, checkPrerequisites, isChroot } from './prerequisites.ts'

test('checkPrerequisites() says that root is needed', () => {
  assert.throws(() => checkPrerequisites({ uid: 1000, path: '/usr/bin', chroot: false }), {
    code: 'NOT_ROOT',
    hint: /sudo/,
  })
})

test('checkPrerequisites() names the missing packages and the command that brings them', () => {
  assert.throws(() => checkPrerequisites({ uid: 0, path: '/nonexistent', chroot: false }), {
    code: 'MISSING_PACKAGES',
    message: /runc, conmon/,
    hint: /apt-get install .*runc conmon/,
  })
})

test('checkPrerequisites() refuses a chroot, since exec would lead out of it', () => {
  assert.throws(() => checkPrerequisites({ uid: 0, path: '/usr/bin', chroot: true }), {
    code: 'IN_CHROOT',
    hint: /systemd-nspawn/,
  })
})

test('a chroot is known by a root that is no mount point, or another than that of process 1 in the same namespace', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-proc-'))
  const proc = (
    name: string,
    mounts: string,
    namespaces: readonly [string, string],
    roots: readonly [string, string],
  ) => {
    const path = join(folder, name)
    for (const [index, who] of ['self', '1'].entries()) {
      mkdirSync(join(path, who, 'ns'), { recursive: true })
      symlinkSync(namespaces[index]!, join(path, who, 'ns/mnt'))
      symlinkSync(roots[index]!, join(path, who, 'root'))
    }
    writeFileSync(join(path, 'self/mountinfo'), mounts)
    return path
  }
  const root = '22 1 254:0 / / rw - ext4 /dev/vda rw\n'
  const below = '23 22 0:21 / /proc rw - proc proc rw\n'
  try {
    assert.equal(isChroot(proc('plain', root + below, ['mnt:1', 'mnt:1'], ['/', '/'])), false)
    assert.equal(isChroot(proc('folder', below, ['mnt:1', 'mnt:1'], ['/', '/'])), true)
    assert.equal(isChroot(proc('mounted', root, ['mnt:1', 'mnt:1'], ['/tmp', '/'])), true)
    // A container that shares the machine's processes: its root is another, and so is its namespace.
    assert.equal(isChroot(proc('container', root, ['mnt:2', 'mnt:1'], ['/tmp', '/'])), false)
    assert.equal(isChroot(), false)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('checkOpenFiles() refuses a limit that so many nodes do not fit into, and names it', () => {
  const limits = (hard: string) =>
    `Limit  Soft Limit  Hard Limit  Units\nMax open files            64        ${hard}       files\n`
  checkOpenFiles(3, limits('4096'))
  checkOpenFiles(3, limits('unlimited'))
  assert.throws(() => checkOpenFiles(3, limits('100')), {
    code: 'LIMIT_TOO_LOW',
    message: /100 files open, and 3 nodes need 160/,
    hint: /ulimit -n 65536/,
  })
})

test('a cluster of IPv6 alone is refused where new links have none, with the setting; one that has IPv4 is not', () => {
  const config = (nodeCidr: PerFamily, egress = false) => ({
    nodeCidr,
    clusterCidr: nodeCidr,
    egress,
    host: { addresses: ['fd00::1'] as const, link: 'fl-x' },
  })
  const none = { has: false, forwards: false }
  checkIpv6(config(['172.30.0.0/16', 'fd00:172:30::/64'], true), none)
  checkIpv6(config(['172.30.0.0/16'], true), none)
  checkIpv6(config(['fd00:172:30::/64']), { has: true, forwards: false })
  checkIpv6(config(['fd00:172:30::/64'], true), { has: true, forwards: true })
  assert.throws(() => checkIpv6(config(['fd00:172:30::/64'], true), { has: true, forwards: false }), {
    code: 'EGRESS_FAILED',
    hint: /net\.ipv6\.conf\.all\.forwarding=1/,
  })
  assert.throws(() => checkIpv6(config(['fd00:172:30::/64']), none), {
    code: 'IPV6_MISSING',
    message: 'a cluster of IPv6 alone (fd00:172:30::/64), and this machine has IPv6 off',
    hint: /sysctl net\.ipv6\.conf\.default\.disable_ipv6=0/,
  })
})
