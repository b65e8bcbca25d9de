import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Image } from '../../images/image.ts'
import type { ContainerSpec } from '../../runtime.ts'
import { runcMessage } from '../programs/conmon.ts'
import { containerCapabilities, heldCapabilities } from './capabilities.ts'
import { shownKey } from './oci-mounts.ts'
import { type ContainerPlace, ociSpec } from './oci-spec.ts'

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
const machine = (cgroupVersion: 1 | 2) => ({ capabilities: held, cgroupVersion, unlimited: [] })

const user = { uid: 7, gid: 8, additionalGids: [8] }
const specOf = (change: Partial<ContainerSpec> = {}, place: Partial<ContainerPlace> = {}, from = image): any =>
  ociSpec({ ...spec, ...change }, from, {
    rootfs: '/r',
    layers: '/l',
    cgroupsPath: '/fairlead/x/n/p/c',
    machine: machine(1),
    user,
    ...place,
  })

test('ociSpec() runs what Kubernetes would: command replaces entrypoint and cmd, args alone replace cmd', () => {
  const args = (change: Partial<ContainerSpec>) => specOf(change).process.args
  assert.deepEqual(args({}), ['/entry', 'default'])
  assert.deepEqual(args({ args: ['a'] }), ['/entry', 'a'])
  assert.deepEqual(args({ command: ['c'] }), ['c'])
  assert.deepEqual(args({ command: ['c'], args: ['a'] }), ['c', 'a'])
  assert.throws(() => specOf({}, {}, { ...image, entrypoint: [], cmd: [] }), { code: 'CONTAINER_SPEC_INVALID' })
})

test('ociSpec() takes folder and environment from the image unless the spec says otherwise', () => {
  assert.deepEqual(specOf().process.user, user)
  assert.equal(specOf().process.cwd, '/work')
  assert.deepEqual(specOf().process.env, ['PATH=/bin', 'A=1'])
  const own = specOf({ workingDir: '/w', env: [{ name: 'A', value: '2=3' }], tty: true })
  assert.equal(own.process.cwd, '/w')
  assert.deepEqual(own.process.env, ['PATH=/bin', 'TERM=xterm', 'A=2=3'])
})

test('ociSpec() gives no new privileges where asked', () => {
  assert.equal(specOf().process.noNewPrivileges, false)
  assert.equal(specOf({ noNewPrivileges: true }).process.noNewPrivileges, true)
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

test('ociSpec() leaves out what would lie below a /dev or /sys of the pod’s own', () => {
  const { mounts } = specOf({ mounts: [{ source: '/s', destination: '/dev/', readOnly: false }] })
  const below = mounts.map(({ destination }: { destination: string }) => destination)
  assert.deepEqual(below, ['/', '/usr/bin', '/proc', '/sys', '/sys/fs/cgroup', '/dev/'])
  const sys = specOf({ mounts: [{ source: '/s', destination: '/sys', readOnly: false }] }).mounts
  const ofSys = sys.filter(({ destination }: { destination: string }) => destination.startsWith('/sys'))
  assert.deepEqual(ofSys, [{ destination: '/sys', type: 'bind', source: '/s', options: ['rbind', 'rprivate', 'rw'] }])
})

test('ociSpec() mounts a folder before what lies below it, in whatever order they are asked for', () => {
  const at = (destination: string) => ({ source: '/s', destination, readOnly: false })
  const { mounts } = specOf({ mounts: [at('/a/b/c'), at('/etc/hosts'), at('/a//b/'), at('/x'), at('/a'), at('/etc')] })
  assert.deepEqual(
    mounts.slice(-6).map(({ destination }: { destination: string }) => destination),
    ['/x', '/a', '/etc', '/etc/hosts', '/a//b/', '/a/b/c'],
  )
})

test('ociSpec() has a root that lets mounts out for a container that shares one, and for no other', () => {
  const propagated = (propagation?: 'slave' | 'shared') =>
    specOf({ mounts: [{ source: '/s', destination: '/d', readOnly: false, ...(propagation && { propagation }) }] })
      .linux.rootfsPropagation
  assert.deepEqual([propagated(), propagated('slave'), propagated('shared')], [undefined, undefined, 'rshared'])
})

test('ociSpec() asks for a cgroup namespace on version 2 alone', () => {
  const types = (version: 1 | 2) =>
    specOf({}, { machine: machine(version) }).linux.namespaces.map(({ type }: { type: string }) => type)
  assert.deepEqual(types(1), ['mount', 'pid', 'network', 'ipc', 'uts'])
  assert.deepEqual(types(2), ['mount', 'pid', 'network', 'ipc', 'uts', 'cgroup'])
})

test('ociSpec() passes limits on and asks for no oomScoreAdj without CAP_SYS_RESOURCE', () => {
  const limited = specOf({ resources: { cpuShares: 512, cpuQuotaMicros: 50_000, memoryLimitBytes: 1 << 20 } })
  assert.deepEqual(limited.linux.resources.cpu, { shares: 512, quota: 50_000, period: 100_000 })
  assert.deepEqual(limited.linux.resources.memory, { limit: 1 << 20 })
  const wish = { cpuShares: 512, cpuQuotaMicros: 50_000, memoryLimitBytes: 1 << 20 }
  const without = (...unlimited: ('cpu' | 'memory' | 'pids')[]) =>
    Object.keys(specOf({ resources: wish }, { machine: { ...machine(2), unlimited } }).linux.resources)
  assert.deepEqual(without('memory'), ['cpu', 'devices'], 'what cannot be limited is left out')
  assert.deepEqual(without('cpu', 'memory', 'pids'), ['devices'])
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

test('ociSpec() hides what reaches the machine’s kernel, from the privileged nothing, and of /proc nothing where so asked', () => {
  const hidden = (change: Partial<ContainerSpec>) => {
    const { maskedPaths, readonlyPaths } = specOf(change).linux
    return [maskedPaths?.includes('/proc/kcore'), readonlyPaths?.includes('/proc/sys')]
  }
  assert.deepEqual(hidden({}), [true, true])
  assert.deepEqual(hidden({ privileged: true }), [undefined, undefined])
  assert.deepEqual(hidden({ unmaskedProc: true }), [undefined, false])
})

test('ociSpec() hides all that containerd hides, and lets nobody write to what it protects', () => {
  const { maskedPaths, readonlyPaths } = specOf().linux
  const hidden = 'asound acpi interrupts kcore keys latency_stats timer_list timer_stats sched_debug scsi'
  const proc = hidden.split(' ').map((name) => `/proc/${name}`)
  assert.deepEqual(maskedPaths, [...proc, '/sys/firmware', '/sys/devices/virtual/powercap'])
  assert.deepEqual(readonlyPaths, [
    ...['bus', 'fs', 'irq', 'sys', 'sysrq-trigger'].map((name) => `/proc/${name}`),
    '/sys/fs/cgroup',
  ])
})

test('ociSpec() lets nobody but who is privileged write to where hierarchies of cgroups of version 1 are mounted', () => {
  const isKept = (change: Partial<ContainerSpec>, version: 1 | 2 = 1) =>
    specOf(change, { machine: machine(version) }).linux.readonlyPaths?.includes('/sys/fs/cgroup') === true
  assert.deepEqual([isKept({}), isKept({ unmaskedProc: true })], [true, true])
  assert.deepEqual([isKept({ privileged: true }), isKept({}, 2)], [false, false])
  // What a pod has mounted there is its own.
  const at = (destination: string) => isKept({ mounts: [{ source: '/s', destination, readOnly: false }] })
  assert.deepEqual(['/sys/fs/cgroup', '/sys/fs/', '/sys', '/sys/fs/cgroup/memory'].map(at), [false, false, false, true])
})

test('ociSpec() gives who is privileged the machine’s devices and a /sys to write to, and all others neither', () => {
  const devices = [{ path: '/dev/x', type: 'c', major: 1, minor: 2, fileMode: 0o600, uid: 0, gid: 0 } as const]
  const sys = (one: any) =>
    one.mounts.find(({ destination }: { destination: string }) => destination === '/sys').options
  const all = specOf({ privileged: true }, { devices })
  assert.deepEqual(all.linux.devices, devices)
  assert.deepEqual(all.linux.resources.devices, [{ allow: true, access: 'rwm' }])
  assert.equal(sys(all).includes('ro'), false)
  assert.deepEqual(specOf().linux.resources.devices, [{ allow: false, access: 'rwm' }])
  assert.equal('devices' in specOf().linux, false)
  assert.equal(sys(specOf()).includes('ro'), true)
})

test('ociSpec() gives capabilities to root alone: none is inherited, none is ambient', () => {
  assert.deepEqual(Object.keys(specOf().process.capabilities), ['bounding', 'effective', 'permitted'])
})

test('ociSpec() leaves out the namespaces that a pod has of the machine, and shares its memory with it', () => {
  const types = (change: Partial<ContainerSpec>) =>
    specOf(change).linux.namespaces.map(({ type }: { type: string }) => type)
  assert.deepEqual(types({ hostPid: true }), ['mount', 'network', 'ipc', 'uts'])
  assert.deepEqual(types({ hostIpc: true }), ['mount', 'pid', 'network', 'uts'])
  const shm = specOf({ hostIpc: true }).mounts.find((one: { destination: string }) => one.destination === '/dev/shm')
  assert.deepEqual([shm.type, shm.source], ['bind', '/dev/shm'])
})

test('ociSpec() joins the users of a pod, and takes root and mounts from where they are shown to these', () => {
  const namespaces = { ...spec.namespaces, user: { path: '/user', firstId: 1_879_048_192 } }
  const mounts = [{ source: '/volume', destination: '/v', readOnly: true }]
  const own = specOf({ namespaces, mounts }, { rootfs: '/own', shown: new Map([[shownKey(mounts[0]!), '/shown/0']]) })
  assert.deepEqual(own.linux.namespaces[0], { type: 'user', path: '/user' })
  const mapping = [{ containerID: 0, hostID: 1_879_048_192, size: 65_536 }]
  assert.deepEqual([own.linux.uidMappings, own.linux.gidMappings], [mapping, mapping])
  assert.equal(own.root.path, '/own')
  assert.equal(
    own.mounts.some(({ type }: { type: string }) => type === 'overlay'),
    false,
  )
  assert.deepEqual(own.mounts.at(-1), {
    destination: '/v',
    type: 'bind',
    source: '/shown/0',
    options: ['rbind', 'rprivate', 'ro'],
  })
  assert.equal('uidMappings' in specOf().linux, false)
})

test('ociSpec() passes a filter of system calls and a profile of AppArmor on', () => {
  const seccomp = { defaultAction: 'SCMP_ACT_LOG' }
  const kept = specOf({ appArmorProfile: 'k8s-nginx' }, { seccomp })
  assert.deepEqual([kept.linux.seccomp, kept.process.apparmorProfile], [seccomp, 'k8s-nginx'])
  assert.deepEqual(['seccomp' in specOf().linux, 'apparmorProfile' in specOf().process], [false, false])
})
