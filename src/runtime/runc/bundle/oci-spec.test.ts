import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Image } from '../../images/image.ts'
import type { ContainerSpec } from '../../runtime.ts'
import { runcMessage } from '../programs/conmon.ts'
import { containerCapabilities, heldCapabilities } from './capabilities.ts'
import { ociSpec } from './oci-spec.ts'

const image: Image = {
  id: 'sha256:0',
  sizeBytes: 0,
  origin: 'local',
  access: 'all',
  lowerDirs: ['/images/a:b', '/images/c'],
  overlays: [{ destination: '/usr/bin', lowerDir: '/usr/bin' }],
  entrypoint: ['/entry'],
  cmd: ['default'],
  env: ['PATH=/bin', 'A=1'],
  workingDir: '/work',
  user: '7:8',
  stopSignal: 'SIGTERM',
  extraMounts: [],
  tmpfs: [],
}
const spec: ContainerSpec = {
  id: 'c1',
  image: 'x',
  env: [],
  mounts: [],
  namespaces: { network: '/n', ipc: '/i', uts: '/u' },
  cgroup: 'n/p/c',
  logPath: '/log',
  tty: false,
  stdin: false,
  annotations: {},
}
const held = new Set(['CHOWN', 'KILL', 'NET_ADMIN', 'NET_BIND_SERVICE'])

const specOf = (change: Partial<ContainerSpec> = {}, cgroupVersion: 1 | 2 = 1, from = image): any =>
  ociSpec(
    { ...spec, ...change },
    from,
    { rootfs: '/r', layers: '/l' },
    { capabilities: held, cgroupVersion },
    '/fairlead/x/n/p/c',
  )

test('ociSpec() runs what Kubernetes would: command replaces entrypoint and cmd, args alone replace cmd', () => {
  const args = (change: Partial<ContainerSpec>) => specOf(change).process.args
  assert.deepEqual(args({}), ['/entry', 'default'])
  assert.deepEqual(args({ args: ['a'] }), ['/entry', 'a'])
  assert.deepEqual(args({ command: ['c'] }), ['c'])
  assert.deepEqual(args({ command: ['c'], args: ['a'] }), ['c', 'a'])
  assert.throws(() => specOf({}, 1, { ...image, entrypoint: [], cmd: [] }), { code: 'CONTAINER_SPEC_INVALID' })
})

test('ociSpec() takes user, folder and environment from the image unless the spec says otherwise', () => {
  assert.deepEqual(specOf().process.user, { uid: 7, gid: 8 })
  assert.equal(specOf().process.cwd, '/work')
  assert.deepEqual(specOf().process.env, ['PATH=/bin', 'A=1'])
  const own = specOf({ user: { uid: 5 }, workingDir: '/w', env: [{ name: 'A', value: '2=3' }], tty: true })
  assert.deepEqual(own.process.user, { uid: 5, gid: 0 })
  assert.equal(own.process.cwd, '/w')
  assert.deepEqual(own.process.env, ['PATH=/bin', 'TERM=xterm', 'A=2=3'])
})

test('ociSpec() gives supplementary groups, and no new privileges where asked', () => {
  assert.equal(specOf().process.noNewPrivileges, false)
  assert.equal(specOf({ noNewPrivileges: true }).process.noNewPrivileges, true)
  assert.deepEqual(specOf({ user: { uid: 5, gid: 6, supplementalGroups: [70, 71] } }).process.user, {
    uid: 5,
    gid: 6,
    additionalGids: [70, 71],
  })
})

test('ociSpec() mounts the overlays first, each over a scratch layer of its own, and escapes colons in their layers', () => {
  const overlay = { type: 'overlay', source: 'overlay' }
  assert.deepEqual(specOf().mounts.slice(0, 2), [
    {
      ...overlay,
      destination: '/',
      options: ['lowerdir=/images/a\\:b:/images/c', 'upperdir=/l/root/upper', 'workdir=/l/root/work'],
    },
    {
      ...overlay,
      destination: '/usr/bin',
      options: ['lowerdir=/usr/bin', 'upperdir=/l/0/upper', 'workdir=/l/0/work'],
    },
  ])
})

test('ociSpec() lets a mount of the pod take the place of a default one', () => {
  const { mounts } = specOf({ mounts: [{ source: '/s', destination: '/dev/shm', readOnly: false }] })
  const shared = mounts.filter(({ destination }: { destination: string }) => destination === '/dev/shm')
  assert.deepEqual(shared, [
    { destination: '/dev/shm', type: 'bind', source: '/s', options: ['rbind', 'rprivate', 'rw'] },
  ])
})

test('ociSpec() leaves out what would lie below a /dev of the pod’s own', () => {
  const { mounts } = specOf({ mounts: [{ source: '/s', destination: '/dev/', readOnly: false }] })
  const below = mounts.map(({ destination }: { destination: string }) => destination)
  assert.deepEqual(below, ['/', '/usr/bin', '/proc', '/sys', '/dev/'])
})

test('ociSpec() mounts a folder before what lies below it, in whatever order they are asked for', () => {
  const at = (destination: string) => ({ source: '/s', destination, readOnly: false })
  const { mounts } = specOf({ mounts: [at('/a/b/c'), at('/etc/hosts'), at('/a//b/'), at('/x'), at('/a'), at('/etc')] })
  assert.deepEqual(
    mounts.slice(-6).map(({ destination }: { destination: string }) => destination),
    ['/x', '/a', '/etc', '/etc/hosts', '/a//b/', '/a/b/c'],
  )
})

test('ociSpec() asks for a cgroup namespace and mount on version 2 alone', () => {
  const types = (version: 1 | 2) => specOf({}, version).linux.namespaces.map(({ type }: { type: string }) => type)
  assert.deepEqual(types(1), ['mount', 'pid', 'network', 'ipc', 'uts'])
  assert.deepEqual(types(2), ['mount', 'pid', 'network', 'ipc', 'uts', 'cgroup'])
})

test('ociSpec() passes limits on and asks for no oomScoreAdj without CAP_SYS_RESOURCE', () => {
  const limited = specOf({ resources: { cpuShares: 512, cpuQuotaMicros: 50_000, memoryLimitBytes: 1 << 20 } })
  assert.deepEqual(limited.linux.resources.cpu, { shares: 512, quota: 50_000, period: 100_000 })
  assert.deepEqual(limited.linux.resources.memory, { limit: 1 << 20 })
  assert.equal('oomScoreAdj' in limited.process, false)
})

test('ociSpec() passes settings of the kernel on, and names none where none are asked for', () => {
  const sysctls = { 'kernel.shm_rmid_forced': '1' }
  assert.deepEqual(specOf({ sysctls }).linux.sysctl, sysctls)
  assert.equal('sysctl' in specOf().linux, false)
})

test('containerCapabilities() gives the defaults that the machine holds, and honours add, drop and privileged', () => {
  const names = (wish: Parameters<typeof containerCapabilities>[1], privileged = false) =>
    containerCapabilities(held, wish, privileged).granted
  assert.deepEqual(names(undefined), ['CAP_CHOWN', 'CAP_KILL', 'CAP_NET_BIND_SERVICE'])
  assert.deepEqual(names({ add: ['net_admin'], drop: ['CAP_KILL'] }), [
    'CAP_CHOWN',
    'CAP_NET_BIND_SERVICE',
    'CAP_NET_ADMIN',
  ])
  assert.deepEqual(names({ add: ['KILL'], drop: ['ALL'] }), ['CAP_KILL'])
  assert.equal(names(undefined, true).length, 4)
  assert.throws(() => specOf({ capabilities: { add: ['NO_SUCH'], drop: [] } }), {
    code: 'CONTAINER_SPEC_INVALID',
    message: /NO_SUCH/,
  })
})

test('heldCapabilities() reads the bounding set', () => {
  assert.deepEqual([...heldCapabilities('CapBnd:\t0000000000000021\n')], ['CHOWN', 'KILL'])
})

test('runcMessage() gives the message of a log line alone', () => {
  assert.equal(
    runcMessage('time="x" level=error msg="exec: \\"a\\": executable file not found in $PATH"\n'),
    'exec: "a": executable file not found in $PATH',
  )
  assert.equal(runcMessage(' plain words\n'), 'plain words')
})
