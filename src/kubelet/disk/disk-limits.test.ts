import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { diskExcess, diskLimits } from './disk-limits.ts'

const limited = (name: string, limit?: string, more: object = {}): object => ({
  name,
  ...(limit && { resources: { limits: { 'ephemeral-storage': limit } } }),
  ...more,
})
const pod = (spec: object): Pod => ({ spec: { containers: [], ...spec } }) as unknown as Pod
const MI = 2 ** 20

test('a pod is measured where a volume on disk or a container of it has a limit, and not otherwise', () => {
  assert.equal(diskLimits(pod({ containers: [limited('c')], volumes: [{ name: 'v', emptyDir: {} }] })), undefined)
  const memory = { name: 'm', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }
  assert.equal(diskLimits(pod({ volumes: [memory, { name: 'z', emptyDir: { sizeLimit: '0' } }] })), undefined)
  const some = diskLimits(pod({ volumes: [memory, { name: 'v', emptyDir: { sizeLimit: '1Mi' } }] }))!
  assert.deepEqual([[...some.volumes.keys()], some.containers.size, some.whole], [['v'], 0, undefined])
})

test('a whole pod has what its containers have together, or one that runs before them alone', () => {
  const containers = [limited('a', '1Mi'), limited('b', '2Mi'), limited('free')]
  const wholeOf = (...initContainers: readonly object[]) => diskLimits(pod({ containers, initContainers }))?.whole
  assert.deepEqual(wholeOf(), { bytes: 3 * MI, text: '3Mi' })
  assert.deepEqual(wholeOf(limited('i', '5Mi')), { bytes: 5 * MI, text: '5Mi' })
  assert.deepEqual(wholeOf(limited('s', '5Mi', { restartPolicy: 'Always' })), { bytes: 8 * MI, text: '8Mi' })
})

test('what a pod has taken too much of is said in Kubernetes’ words: a volume, all of it, a container', () => {
  const limits = diskLimits(
    pod({
      containers: [limited('c', '2Mi'), limited('d', '2Mi')],
      volumes: [{ name: 'v', emptyDir: { sizeLimit: '1Mi' } }],
    }),
  )!
  const said = (volume: number, ...containers: readonly number[]) => saidOf(0, volume, ...containers)
  const saidOf = (shared: number, volume: number, ...containers: readonly number[]) =>
    diskExcess(limits, {
      shared: shared * MI,
      volumes: new Map([['v', volume * MI]]),
      containers: new Map(containers.map((used, index) => ['cd'[index]!, used * MI])),
    })
  assert.equal(said(1, 2, 1), undefined)
  assert.equal(said(1.5, 0, 0), 'Usage of EmptyDir volume "v" exceeds the limit "1Mi". ')
  assert.equal(said(1, 2, 1.5), 'Pod ephemeral local storage usage exceeds the total limit of containers 4Mi. ')
  assert.equal(saidOf(0.5, 1, 2, 1), 'Pod ephemeral local storage usage exceeds the total limit of containers 4Mi. ')
  assert.equal(said(0, 2.5, 0), 'Container c exceeded its local ephemeral storage limit "2Mi". ')
})
