import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { findCondition } from '#objects/conditions.ts'
import { resources } from '../testing/fake-cluster.ts'
import { startCluster } from '../testing/start-cluster.ts'
import { reject } from './pod-admission.ts'

const node = (more: object = {}, allocatable: object = {}): Node =>
  ({
    metadata: { name: 'n1', labels: { 'kubernetes.io/os': 'linux', disk: 'ssd' } },
    ...more,
    status: { allocatable: { cpu: '2', memory: '1Gi', pods: '3', 'ephemeral-storage': '10Gi', ...allocatable } },
  }) as unknown as Node
const pod = (requests: object = {}, spec: object = {}, metadata: object = {}): Pod =>
  ({
    metadata: { name: 'p', namespace: 'default', uid: 'u', ...metadata },
    spec: { containers: [{ name: 'c', image: 'i', resources: { requests } }], ...spec },
  }) as unknown as Pod
const port = (more: object = {}) => ({
  containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, hostPort: 80, protocol: 'TCP', ...more }] }],
})
const told = (one: Pod, others: readonly Pod[] = [], at = node()): readonly string[] | undefined => {
  const events: (string | undefined)[][] = []
  const record = (_: Pod, ...event: (string | undefined)[]) => void events.push(event)
  const neighbours = () => [one, ...others.map((other, index) => withUid(other, `other-${index}`))]
  const ended = reject({ self: () => at, neighbours, record, hasAppArmor: false }, one)
  if (ended === undefined) return void assert.deepEqual(events, [])
  const message = ended.message.replace('Pod was rejected: ', '')
  assert.notEqual(message, ended.message)
  assert.deepEqual([events, ended.isRejected], [[['Warning', ended.reason, message]], true])
  return [ended.reason, message]
}
const withUid = (one: Pod, uid: string): Pod => ({ ...one, metadata: { ...one.metadata, uid } })

test('a pod that asks for more than the node has left is rejected, by the first resource that it lacks', () => {
  assert.equal(told(pod({ cpu: '2', memory: '1Gi' })), undefined)
  assert.deepEqual(told(pod({ cpu: '1000000000000' })), [
    'OutOfcpu',
    "Node didn't have enough resource: cpu, requested: 1000000000000000, used: 0, capacity: 2000",
  ])
  assert.deepEqual(told(pod({ memory: '1Ki' }), [pod({ memory: '1Gi' })]), [
    'OutOfmemory',
    "Node didn't have enough resource: memory, requested: 1024, used: 1073741824, capacity: 1073741824",
  ])
  assert.deepEqual(told(pod(), [pod(), pod(), pod()]), [
    'OutOfpods',
    "Node didn't have enough resource: pods, requested: 1, used: 3, capacity: 3",
  ])
  assert.deepEqual(told(pod({ 'ephemeral-storage': '20Gi' }))?.[0], 'OutOfephemeral-storage')
})

test('a resource that the node does not know keeps no pod out, one that it has too little of does', () => {
  const asks = pod({ 'example.com/gpu': '2' })
  assert.equal(told(asks), undefined)
  assert.deepEqual(told(asks, [], node({}, { 'example.com/gpu': '1' })), [
    'OutOfexample.com/gpu',
    "Node didn't have enough resource: example.com/gpu, requested: 2, used: 0, capacity: 1",
  ])
})

test('pods that have ended leave their room to others', () => {
  const ended = { ...pod({ cpu: '2' }), status: { phase: 'Succeeded' } } as Pod
  assert.equal(told(pod({ cpu: '1' }), [ended]), undefined)
})

test('a pod for another operating system, other labels, a taken port or a tainted node is rejected', () => {
  assert.deepEqual(told(pod({}, { os: { name: 'windows' } })), [
    'PodOSNotSupported',
    "Failed to admit pod as the OS field doesn't match node OS",
  ])
  assert.equal(told(pod({}, { os: { name: 'linux' } })), undefined)
  assert.deepEqual(told(pod({}, {}, { labels: { 'kubernetes.io/os': 'windows' } })), [
    'PodOSSelectorNodeLabelDoesNotMatch',
    "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label",
  ])
  assert.equal(told(pod({}, { nodeSelector: { disk: 'ssd' } })), undefined)
  assert.deepEqual(told(pod({}, { nodeSelector: { disk: 'hdd' } })), [
    'NodeAffinity',
    "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
  ])
  assert.equal(told(pod({}, port()), [pod({}, port({ protocol: 'UDP' }))]), undefined)
  assert.deepEqual(told(pod({}, port()), [pod({}, port())]), [
    'NodePorts',
    "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
  ])
  const tainted = node({ spec: { taints: [{ key: 'k', effect: 'NoExecute' }] } })
  assert.deepEqual(told(pod(), [], tainted), [
    'TaintToleration',
    "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate",
  ])
  assert.equal(told(pod({}, { tolerations: [{ key: 'k', operator: 'Exists' }] }), [], tainted), undefined)
  assert.equal(told(pod(), [], node({ spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } })), undefined)
})

const asking = (cpu: string) => ({
  containers: [{ name: 'c', image: 'fairlead/echo', resources: { requests: { cpu } } }],
})

test('a rejected pod fails with the reason, has no containers, keeps nobody else out, and can be deleted', async () => {
  const cluster = await startCluster()
  await cluster.pod('large', asking('1000000'), { generation: 1 })
  const { status } = await cluster.until('large', ({ status }) => status?.phase === 'Failed')
  assert.equal(status?.reason, 'OutOfcpu')
  assert.match(
    status?.message ?? '',
    /^Pod was rejected: Node didn't have enough resource: cpu, requested: 1000000000,/,
  )
  assert.deepEqual(
    [status?.observedGeneration, status?.containerStatuses, findCondition(status?.conditions, 'Ready')],
    [1, undefined, undefined],
  )
  const [event] = await cluster.events('OutOfcpu')
  assert.match(event?.message ?? '', /^Node didn't have enough resource: cpu/)
  await cluster.pod('small', asking('1m'))
  await cluster.until('small', ({ status }) => status?.phase === 'Running')
  assert.equal(cluster.runtime.calls.filter((call) => call.startsWith('start')).length, 1)
  await cluster.client.delete(resources.pods, 'large', {
    namespace: 'default',
  })
  await cluster.gone('large')
})

test('what was rejected before the kubelet was started again is still told as it was', async () => {
  const cluster = await startCluster()
  await cluster.pod('large', asking('1000000'))
  const before = await cluster.until('large', ({ status }) => status?.phase === 'Failed')
  await cluster.kubelet.stop()
  await cluster.start()
  await cluster.pod('small', asking('1m'))
  await cluster.until('small', ({ status }) => status?.phase === 'Running')
  assert.deepEqual((await cluster.get('large')).status, before.status)
})

test('a pod that is to be kept within a profile of AppArmor is rejected where the kernel has none', () => {
  const armed = (context: object, own: object = {}) =>
    told(pod({}, { securityContext: context, containers: [{ name: 'c', image: 'i', securityContext: own }] }))
  const refused = ['AppArmor', 'Cannot enforce AppArmor: AppArmor is not enabled on the host']
  assert.deepEqual(armed({ appArmorProfile: { type: 'RuntimeDefault' } }), refused)
  assert.deepEqual(armed({}, { appArmorProfile: { type: 'Localhost', localhostProfile: 'a' } }), refused)
  assert.equal(armed({ appArmorProfile: { type: 'Unconfined' } }), undefined)
  assert.equal(armed({}), undefined)
})
