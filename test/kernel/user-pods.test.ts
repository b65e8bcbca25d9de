import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { showForUsers } from '#kernel/files/idmapped.ts'
import { unmountBelow } from '#kernel/files/mount.ts'
import { deleteNamespace } from '#kernel/namespaces/namespace.ts'
import { createPodNamespaces, deletePodNamespaces } from '#kernel/namespaces/pod-namespaces.ts'

const users = { firstId: 0x7000_0000, count: 65_536 }
const inside = (pod: { user?: string | undefined; uts: string; network: string; ipc: string }, ...command: string[]) =>
  execFileSync(
    'nsenter',
    [`--user=${pod.user}`, `--uts=${pod.uts}`, `--net=${pod.network}`, `--ipc=${pod.ipc}`, '--', ...command],
    { encoding: 'utf8' },
  ).trim()

test('a pod of users of its own: its namespaces belong to them, and no process is left', () => {
  const directory = mkdtempSync(join(tmpdir(), 'fairlead-userns-'))
  const before = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
  const pod = createPodNamespaces(`${directory}/pod`, { hostname: 'web-1', networkName: 'fl-test-user', users })
  try {
    assert.equal(inside(pod, 'hostname'), 'web-1')
    assert.match(inside(pod, 'cat', '/proc/self/uid_map'), /^0\s+1879048192\s+65536$/)
    assert.match(inside(pod, 'cat', '/proc/self/gid_map'), /^0\s+1879048192\s+65536$/)
    inside(pod, 'ip', 'link', 'set', 'lo', 'up')
    inside(pod, 'hostname', 'other')
    assert.equal(readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8'), before)
  } finally {
    deleteNamespace(pod.network)
    deletePodNamespaces(`${directory}/pod`)
    rmSync(directory, { recursive: true })
  }
})

const [major = 0, minor = 0] = release().split('.').map(Number)
// The folder of states is in memory where tests are isolated.
const skip = major > 6 || (major === 6 && minor >= 3) ? false : `Linux ${release()} shows no tmpfs by other owners`

test('showForUsers() shows the machine’s owners as the pod’s, and what the pod makes is the machine’s', {
  skip,
}, () => {
  const directory = mkdtempSync('/var/lib/fairlead/userns-')
  const pod = createPodNamespaces(`${directory}/pod`, { hostname: 'web-1', networkName: 'fl-test-user', users })
  const fd = openSync(pod.user!, 'r')
  try {
    mkdirSync(join(directory, 'volume'), { mode: 0o777 })
    writeFileSync(join(directory, 'volume/file'), 'x')
    showForUsers(join(directory, 'volume'), join(directory, 'shown'), { users: fd, readOnly: false })
    assert.equal(statSync(join(directory, 'shown/file')).uid, users.firstId)
    execFileSync('chmod', ['755', directory])
    assert.equal(inside(pod, 'stat', '-c', '%u', join(directory, 'shown/file')), '0')
    inside(pod, 'touch', join(directory, 'shown/made'))
    assert.equal(statSync(join(directory, 'volume/made')).uid, 0)
    // The pod's root, with a mount namespace of its own, as runc gives it one.
    const remounted = (name: string): string => {
      const at = join(directory, name)
      const steps = `mount -o remount,bind,rw ${at} && touch ${at}/remounted`
      return inside(pod, 'unshare', '--mount', 'sh', '-c', `(${steps}) 2>/dev/null && echo written || echo refused`)
    }
    assert.equal(remounted('shown'), 'written')
    rmSync(join(directory, 'volume/remounted'))
    showForUsers(join(directory, 'volume'), join(directory, 'kept'), { users: fd, readOnly: true })
    assert.equal(remounted('kept'), 'refused', 'nobody takes off what was read-only before')
    assert.equal(existsSync(join(directory, 'volume/remounted')), false)
  } finally {
    closeSync(fd)
    unmountBelow(directory)
    deleteNamespace(pod.network)
    deletePodNamespaces(`${directory}/pod`)
    rmSync(directory, { recursive: true })
  }
})
