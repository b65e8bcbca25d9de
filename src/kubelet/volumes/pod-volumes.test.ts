import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { VolumeMount } from '#api/core/pod/spec/container.ts'
import type { HostPathVolumeSource, Volume } from '#api/core/pod/volume/volume.ts'
import type { KubeletContext } from '../context.ts'
import { FakeMounter } from '../testing/fake-mounter.ts'
import { PodVolumes } from './pod-volumes.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-volumes-'))
after(() => rmSync(folder, { recursive: true }))
let pods = 0
const facts = { hostIPs: [], podIPs: [], allocatable: {} }

/** The volumes of a pod, mounted. */
const volumes = async (...list: Volume[]) => {
  const mounter = new FakeMounter()
  const pod: Pod = { apiVersion: 'v1', kind: 'Pod', spec: { containers: [], volumes: list } }
  const dir = join(folder, `pod-${pods++}`)
  const machinePath = (path: string): string => path.replace(/^\/of-the-node/, folder)
  const made = new PodVolumes({ mounter, machinePath } as unknown as KubeletContext, pod, dir)
  await made.mount(facts)
  const mountOf = (mount: Partial<VolumeMount>, index = 0) =>
    made.mountOf({ name: 'v', mountPath: '/m', ...mount }, new Map([['WHO', 'me']]), { container: 'c', index })
  return { made, mounter, dir, mountOf }
}

test('a mount tells whether it hears of what is mounted later, and is heard of', async () => {
  const { mountOf } = await volumes({ name: 'v', hostPath: { path: '/of-the-node/told' } })
  assert.deepEqual(
    ([undefined, 'None', 'HostToContainer', 'Bidirectional'] as const).map(
      (mountPropagation) => mountOf({ ...(mountPropagation && { mountPropagation }) }).propagation,
    ),
    [undefined, undefined, 'slave', 'shared'],
  )
})

test('a hostPath is a path of the node, wherever on the machine that has it', async () => {
  const { mountOf } = await volumes({ name: 'v', hostPath: { path: '/of-the-node/own' } })
  assert.equal(JSON.stringify(mountOf({})).includes(join(folder, 'own')), true)
  await assert.rejects(
    volumes({ name: 'v', hostPath: { path: '/of-the-node/none', type: 'Directory' } }),
    /hostPath type check failed: \/of-the-node\/none is not a directory/,
  )
})

test('a hostPath is of the type that it is said to be, and made where its type says so', async () => {
  const path = (name: string): string => join(folder, name)
  mkdirSync(path('folder'))
  writeFileSync(path('file'), 'kept')
  const mount = async (hostPath: HostPathVolumeSource): Promise<void> => {
    await volumes({ name: 'v', hostPath })
  }
  for (const [type, name] of [
    ['Directory', 'folder'],
    ['DirectoryOrCreate', 'folder'],
    ['File', 'file'],
    ['FileOrCreate', 'file'],
    ['', 'folder'],
    ['', 'file'],
  ] as const)
    await mount({ type, path: path(name) })
  await mount({ type: 'CharDevice', path: '/dev/null' })
  for (const [type, name, what] of [
    ['Directory', 'file', 'directory'],
    ['Directory', 'missing', 'directory'],
    ['DirectoryOrCreate', 'file', 'directory'],
    ['File', 'folder', 'file'],
    ['File', 'missing', 'file'],
    ['FileOrCreate', 'folder', 'file'],
    ['Socket', 'file', 'socket file'],
    ['CharDevice', 'file', 'character device'],
    ['BlockDevice', 'missing', 'block device'],
  ] as const)
    await assert.rejects(mount({ type, path: path(name) }), {
      code: 'VOLUME_INVALID',
      message: `volume "v": hostPath type check failed: ${path(name)} is not a ${what}`,
    })
  assert.equal(existsSync(path('missing')), false)
  await mount({ type: 'DirectoryOrCreate', path: path('made/folder') })
  await mount({ type: 'FileOrCreate', path: path('made/file') })
  await mount({ path: path('made/any') })
  assert.ok(statSync(path('made/folder')).isDirectory() && statSync(path('made/any')).isDirectory())
  assert.ok(statSync(path('made/file')).isFile())
  await assert.rejects(mount({ path: 'relative/path' }), { code: 'VOLUME_INVALID', message: /not absolute/ })
  assert.equal(existsSync('relative'), false)
})

test('a subPath is mounted by the pod’s own target, made with the volume’s mode, and let go by release()', async () => {
  const { made, mounter, dir, mountOf } = await volumes({ name: 'v', emptyDir: {} })
  assert.deepEqual(mountOf({ subPathExpr: 'logs/$(WHO)', readOnly: true }), {
    source: join(dir, 'subpaths/c/0'),
    destination: '/m',
    readOnly: true,
  })
  mountOf({ subPath: 'data' }, 1)
  assert.deepEqual(
    [...mounter.mounted],
    [
      [join(dir, 'subpaths/c/0'), join(dir, 'volumes/v/logs/me')],
      [join(dir, 'subpaths/c/1'), join(dir, 'volumes/v/data')],
    ],
  )
  made.release('another')
  assert.equal(mounter.mounted.size, 2)
  made.release('c')
  assert.equal(mounter.mounted.size, 0)
  assert.deepEqual(readdirSync(join(dir, 'subpaths/c')), [])
})

test('a subPath that is no path below the volume is refused before anything is made', async () => {
  const { mounter, dir, mountOf } = await volumes({ name: 'v', emptyDir: {} })
  for (const mount of [
    { subPath: '/etc' },
    { subPath: 'a/../..' },
    { subPathExpr: '../$(WHO)' },
    { subPathExpr: '$(NO)' },
  ])
    assert.throws(() => mountOf(mount), { code: 'VOLUME_INVALID', message: /must be relative, without "\.\."/ })
  assert.throws(() => mountOf({ name: 'other' }), { code: 'VOLUME_INVALID', message: /no volume "other"/ })
  mounter.bindBelow = () => 'outside'
  assert.throws(() => mountOf({ subPath: 'link' }), {
    code: 'VOLUME_INVALID',
    message: 'volumeMounts[/m].subPath "link": leads out of the volume',
  })
  mounter.bindBelow = () => {
    throw new Error('ENOTDIR')
  }
  assert.throws(() => mountOf({ subPath: 'file/x' }), { code: 'VOLUME_INVALID', message: /subPath "file\/x": ENOTDIR/ })
  assert.deepEqual(readdirSync(join(dir, 'volumes/v')), [])
})

test('what a process that died had mounted is taken off before volumes are used, and before they are removed', async () => {
  const { made, mounter, dir } = await volumes({ name: 'v', emptyDir: { medium: 'Memory' } })
  const target = join(dir, 'subpaths/c/0')
  const leave = (): unknown => mounter.bindBelow({ volume: join(dir, 'volumes/v'), path: 'x', create: 0o755 }, target)
  leave()
  await made.mount(facts)
  assert.deepEqual([...mounter.mounted.keys()], [join(dir, 'volumes/v')])
  leave()
  await made.unmount()
  assert.equal(mounter.mounted.size, 0)
  assert.equal(existsSync(join(dir, 'volumes')), false)
})
