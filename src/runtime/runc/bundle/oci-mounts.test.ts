import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Image } from '../../images/image.ts'
import type { ContainerSpec } from '../../runtime.ts'
import { type MountPlace, ociMounts, shownKey } from './oci-mounts.ts'

const image = { lowerDirs: ['/image'], overlays: [], extraMounts: [], tmpfs: [{ destination: '/run', mode: '755' }] }
const lines = (spec: Partial<ContainerSpec> = {}, place: Partial<MountPlace> = {}): readonly string[] =>
  ociMounts({ mounts: [], ...spec } as unknown as ContainerSpec, image as unknown as Image, {
    layers: '/layers',
    ...place,
  }).map(({ destination, type, source, options }) => `${destination} ${type} ${source} ${options.join()}`)

const ROOT = '/ overlay overlay lowerdir=/image,upperdir=/layers/root/upper,workdir=/layers/root/work'
const SYS = '/sys sysfs sysfs nosuid,noexec,nodev'
const SHM = '/dev/shm tmpfs shm nosuid,noexec,nodev,mode=1777,size=65536k'
const BUILT_IN = [
  '/proc proc proc nosuid,noexec,nodev',
  '/dev tmpfs tmpfs nosuid,strictatime,mode=755,size=65536k',
  '/dev/pts devpts devpts nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5',
  '/dev/mqueue mqueue mqueue nosuid,noexec,nodev',
]
const CGROUP = '/sys/fs/cgroup cgroup cgroup nosuid,noexec,nodev,ro,relatime'
const RUN = '/run tmpfs tmpfs nosuid,nodev,mode=755'

test('a container’s own mounts are those of Docker and containerd: no devices, no programs, no rights by them', () => {
  assert.deepEqual(lines(), [ROOT, ...BUILT_IN, SHM, `${SYS},ro`, CGROUP, RUN])
})

test('who is privileged may write to /sys, and to its cgroup', () => {
  assert.deepEqual(lines({ privileged: true }), [ROOT, ...BUILT_IN, SHM, SYS, CGROUP.replace('ro,', ''), RUN])
})

test('the machine’s memory objects come with its IPC', () => {
  const shared = '/dev/shm bind /dev/shm rbind,rprivate,nosuid,noexec,nodev'
  assert.deepEqual(lines({ hostIpc: true }), [ROOT, ...BUILT_IN, shared, `${SYS},ro`, CGROUP, RUN])
})

test('what has been mounted for users of the pod’s own is not mounted again, and its volumes come from there', () => {
  const mounts = [
    { source: '/a', destination: '/one', readOnly: false },
    { source: '/b', destination: '/two', readOnly: true, isInert: true },
  ]
  const shown = new Map([
    [shownKey({ source: '/a', readOnly: false }), '/shown/0'],
    [shownKey({ source: '/b', readOnly: true }), '/shown/1'],
    [shownKey({ source: '/b', readOnly: false }), '/shown/2'],
  ])
  assert.deepEqual(lines({ mounts }, { shown }), [
    ...[...BUILT_IN, SHM, `${SYS},ro`, CGROUP, RUN],
    '/one bind /shown/0 rbind,rprivate,rw',
    '/two bind /shown/1 rbind,rprivate,ro,nosuid,nodev,noexec',
  ])
})

test('what is mounted later below a source is seen by those alone that ask for it', () => {
  const at = (propagation?: 'slave' | 'shared') => ({
    source: '/run/netns',
    destination: `/${propagation ?? 'own'}`,
    readOnly: false,
    ...(propagation && { propagation }),
  })
  assert.deepEqual(lines({ mounts: [at(), at('slave'), at('shared')] }).slice(-3), [
    '/own bind /run/netns rbind,rprivate,rw',
    '/slave bind /run/netns rbind,rslave,rw',
    '/shared bind /run/netns rbind,rshared,rw',
  ])
})
