import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { pods } from '#api/core/pod/resource.ts'
import { runtimeClasses } from '#api/node/runtimeclass/resource.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { mergeTolerations } from './merge-tolerations.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
  const make = (name: string, more: object = {}) =>
    server.client.create(runtimeClasses, {
      ...({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass' } as const),
      metadata: { name },
      handler: 'h',
      ...more,
    })
  const scheduling = {
    nodeSelector: { vm: 'yes' },
    tolerations: [{ key: 'vm', operator: 'Exists', effect: 'NoSchedule' }],
  }
  await make('heavy', { overhead: { podFixed: { cpu: '250m' } }, scheduling })
  await make('light')
})
after(() => server.close())

let count = 0
const make = async (spec: object) =>
  (
    await server.client.create(
      pods,
      {
        ...({ apiVersion: 'v1', kind: 'Pod' } as const),
        metadata: { name: `p-${++count}` },
        spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
      },
      { namespace: 'default' },
    )
  ).spec!

test('a pod takes what its RuntimeClass takes, and goes where that is', async () => {
  const spec = await make({ runtimeClassName: 'heavy', nodeSelector: { disk: 'ssd' } })
  assert.deepEqual([spec.overhead, spec.nodeSelector], [{ cpu: '250m' }, { disk: 'ssd', vm: 'yes' }])
  assert.deepEqual(spec.tolerations?.at(-1), { key: 'vm', operator: 'Exists', effect: 'NoSchedule' })
  assert.equal(spec.tolerations?.length, 3)
  assert.deepEqual((await make({ runtimeClassName: 'heavy', overhead: { cpu: '0.25' } })).overhead, { cpu: '250m' })
  assert.equal((await make({ runtimeClassName: 'light' })).overhead, undefined)
})

test('a pod whose RuntimeClass is not there, or says something else, is refused', async () => {
  const refused = (spec: object, why: string) =>
    assert.rejects(make(spec), ({ message }: Error) => {
      assert.equal(message, `pods "p-${count}" is forbidden: ${why}`)
      return true
    })
  const mismatch = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"
  await refused({ runtimeClassName: 'none' }, 'pod rejected: RuntimeClass "none" not found')
  await refused({ runtimeClassName: 'heavy', overhead: { cpu: '1' } }, mismatch)
  const alone = 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead'
  await refused({ overhead: { cpu: '1' } }, alone)
  await refused({ runtimeClassName: 'light', overhead: { cpu: '1' } }, alone)
  await refused(
    { runtimeClassName: 'heavy', nodeSelector: { vm: 'no' } },
    'conflict: runtimeClass.scheduling.nodeSelector[vm] = yes; pod.spec.nodeSelector[vm] = no',
  )
})

test('of tolerations those stay that no other one covers', () => {
  const all = { operator: 'Exists' } as const
  const [a, b] = [
    { key: 'a', value: 'x' },
    { key: 'b', value: 'x' },
  ] as const
  const wide = { key: 'a', operator: 'Exists' } as const
  assert.deepEqual(mergeTolerations([a], [b]), [a, b])
  assert.deepEqual(mergeTolerations([a], [a, b]), [a, b])
  assert.deepEqual(mergeTolerations([a, b], [wide]), [b, wide])
  assert.deepEqual(mergeTolerations([a, wide], [all]), [all])
  assert.deepEqual(mergeTolerations([{ ...wide, effect: 'NoSchedule' }], [{ ...wide, effect: 'NoExecute' }]).length, 2)
  const [short, long] = [5, 9].map((tolerationSeconds) => ({
    ...wide,
    effect: 'NoExecute' as const,
    tolerationSeconds,
  }))
  assert.deepEqual(mergeTolerations([short!], [long!]), [long])
  assert.deepEqual(mergeTolerations([{ ...wide, effect: 'NoExecute' }], [long!]).length, 1)
  assert.deepEqual(mergeTolerations([{ key: 'a', value: 'y' }], [a]).length, 2)
  const quick = { ...wide, effect: 'NoSchedule', tolerationSeconds: 5 } as const
  for (const tolerationSeconds of [2, 9])
    assert.equal(mergeTolerations([quick], [{ ...quick, tolerationSeconds }]).length, 1, 'seconds are of NoExecute')
  const none = { key: 'a', operator: 'Equal' } as const
  for (const equal of [none, { ...none, value: '' }, { ...none, value: 'x' }])
    assert.deepEqual(mergeTolerations([equal], [{ ...equal, effect: 'NoSchedule' }]), [equal])
  assert.deepEqual(mergeTolerations([none], [{ ...none, value: '', effect: 'NoSchedule' }]), [none])
  assert.deepEqual(mergeTolerations([none], [{ ...none, value: 'x', effect: 'NoSchedule' }]).length, 2)
})
