import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { PriorityClass } from '#api/scheduling/priorityclass/message.ts'
import { priorityClasses } from '#api/scheduling/priorityclass/resource.ts'
import { ApiError } from '#client/client.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'
import { podPriority } from './pod-priority.ts'

const scope = { namespace: 'default' }
let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

const makeClass = (name: string, value: number, more: Partial<PriorityClass> = {}): Promise<PriorityClass> =>
  server.client.create(priorityClasses, {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    ...more,
  })
let count = 0
const priorityOf = async (spec: Partial<NonNullable<Pod['spec']>>) => {
  const name = `p-${++count}`
  const containers = [{ name: 'c', image: 'i' }]
  const pod = await server.client.create(
    pods,
    { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers, ...spec } },
    scope,
  )
  return [pod.spec?.priorityClassName, pod.spec?.priority, pod.spec?.preemptionPolicy]
}
const refused = (work: Promise<unknown>, message: RegExp) =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof ApiError, String(error))
    assert.equal(error.status.code, 403)
    assert.match(error.message, message)
    return true
  })

test('a pod has the value and the policy of its class, and one of no class neither priority nor a name for it', async () => {
  await makeClass('polite', 7, { preemptionPolicy: 'Never' })
  assert.deepEqual(await priorityOf({ priorityClassName: 'polite' }), ['polite', 7, 'Never'])
  assert.deepEqual(await priorityOf({ priorityClassName: 'system-node-critical' }), [
    'system-node-critical',
    2_000_001_000,
    'PreemptLowerPriority',
  ])
  assert.deepEqual(await priorityOf({}), [undefined, 0, 'PreemptLowerPriority'])
})

test('a class that is not there is refused, and a number or a policy that is not the class’s', async () => {
  await refused(
    priorityOf({ priorityClassName: 'none' }),
    /^pods "p-\d+" is forbidden: no PriorityClass with name none was found$/,
  )
  await refused(
    priorityOf({ priority: 5 }),
    /the integer value of priority \(5\) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name$/,
  )
  await refused(
    priorityOf({ preemptionPolicy: 'Never' }),
    /the string value of PreemptionPolicy \(Never\) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from/,
  )
  assert.deepEqual(await priorityOf({ priority: 0 }), [undefined, 0, 'PreemptLowerPriority'])
})

test('an update that leaves out what was worked out keeps it', async () => {
  await priorityOf({ priorityClassName: 'system-cluster-critical' })
  const pod = await server.client.get(pods, `p-${count}`, scope)
  const { priority, preemptionPolicy: _, ...spec } = pod.spec!
  const updated = await server.client.update(pods, { ...pod, spec })
  assert.deepEqual([updated.spec?.priority, updated.spec?.preemptionPolicy], [priority, 'PreemptLowerPriority'])
})

test('the classes of the system stay', async () => {
  await refused(
    server.client.delete(priorityClasses, 'system-node-critical'),
    /^priorityclasses\.scheduling\.k8s\.io "system-node-critical" is forbidden: this is a system priority class and cannot be deleted$/,
  )
})

test('a default class is that of every pod that names none, and there is one at most', async () => {
  await makeClass('usual', 3, { globalDefault: true })
  assert.deepEqual(await priorityOf({}), ['usual', 3, 'PreemptLowerPriority'])
  const words = /is forbidden: PriorityClass usual is already marked as default\. Only one default can exist$/
  await refused(makeClass('second', 4, { globalDefault: true }), words)
  const other = await makeClass('other', 4)
  await refused(server.client.update(priorityClasses, { ...other, globalDefault: true }), words)
  const usual = await server.client.get(priorityClasses, 'usual')
  await server.client.update(priorityClasses, { ...usual, description: 'again' })
  await server.client.delete(priorityClasses, 'other')
})

test('of several default classes, which nobody can make, the least counts', () => {
  const all = [5, 2, 9].map((value) => ({ metadata: { name: `c${value}` }, value, globalDefault: value !== 9 }))
  const reader = { all: () => [{ metadata: { name: 'none' }, value: 1 }, ...all] }
  const made = podPriority.create!({ resource: pods, object: { metadata: {}, spec: {} }, reader } as never) as Pod
  assert.deepEqual(made.spec, { priorityClassName: 'c2', priority: 2 })
})
