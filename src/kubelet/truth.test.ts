import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { isReady } from '#objects/conditions.ts'
import { type FakeCluster, resources } from './testing/fake-cluster.ts'
import { startCluster } from './testing/start-cluster.ts'

const echo = { name: 'web', image: 'fairlead/echo' }
const scope = { namespace: 'default', subresource: 'status' } as const
const turn = () => new Promise((resolve) => setTimeout(resolve, 10))

const conditionsOf = (object: Pod | Node): Readonly<Record<string, string>> =>
  Object.fromEntries((object.status?.conditions ?? []).map(({ type, status }) => [type, status]))

test('a pod that the node controller called unready while its kubelet was silent is Ready again, without a change here', async () => {
  const cluster = await startCluster()
  await cluster.pod('web', { containers: [echo] })
  const pod = await cluster.until('web', isReady)
  const conditions = pod.status?.conditions?.map((one) => (one.type === 'Ready' ? { ...one, status: 'False' } : one))
  await cluster.client.update(resources.pods, { ...pod, status: { ...pod.status, conditions } }, scope)
  await cluster.until('web', isReady)
})

test('a status that somebody forges is put right, and what others may write beside it stays', async () => {
  const cluster = await startCluster()
  await cluster.pod('web', { containers: [echo] })
  const pod = await cluster.until('web', isReady)
  const forged = {
    phase: 'Failed',
    podIP: '10.244.9.9',
    podIPs: [{ ip: '10.244.9.9' }],
    conditions: [
      { type: 'Ready', status: 'False' },
      { type: 'example.com/gate', status: 'True' },
    ],
  }
  await cluster.client.patch(resources.pods, 'web', 'strategic', { status: forged }, scope)
  const mended = await cluster.until('web', isReady)
  assert.equal(mended.status?.phase, 'Running')
  assert.deepEqual(mended.status?.podIPs, pod.status?.podIPs)
  assert.equal(mended.status?.podIP, pod.status?.podIP)
  assert.equal(conditionsOf(mended)['example.com/gate'], 'True')
  const { resourceVersion } = mended.metadata ?? {}
  await turn()
  assert.equal((await cluster.get('web')).metadata?.resourceVersion, resourceVersion)
})

test('a node whose conditions became Unknown while its kubelet was silent is Ready within ten seconds', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  const node = await cluster.client.get(resources.nodes, 'n1')
  const silent = node.status?.conditions?.map((one) => ({ ...one, status: 'Unknown', reason: 'NodeStatusUnknown' }))
  await cluster.client.update(
    resources.nodes,
    { ...node, status: { ...node.status, conditions: silent } },
    { subresource: 'status' },
  )
  await turn()
  clock.advance(10_000)
  await turn()
  const after = await cluster.client.get(resources.nodes, 'n1')
  assert.deepEqual(conditionsOf(after), {
    MemoryPressure: 'False',
    DiskPressure: 'False',
    PIDPressure: 'False',
    Ready: 'True',
  })
  const ready = after.status?.conditions?.find(({ type }) => type === 'Ready')
  assert.equal(ready?.reason, 'KubeletReady')
  assert.equal(ready?.lastTransitionTime, new Date(clock.now()).toISOString().replace('.000Z', 'Z'))
  const { resourceVersion } = after.metadata ?? {}
  clock.advance(10_000)
  await turn()
  assert.equal((await cluster.client.get(resources.nodes, 'n1')).metadata?.resourceVersion, resourceVersion)
})

const ADDRESSES = ['InternalIP 172.30.0.2', 'InternalIP fd00:172:30::2', 'Hostname n1']
const addressesOf = async (cluster: FakeCluster): Promise<readonly string[]> =>
  ((await cluster.client.get(resources.nodes, 'n1')).status?.addresses ?? []).map(
    ({ type, address }) => `${type} ${address}`,
  )

test('a node keeps its addresses of both families when its kubelet starts again, however often', async () => {
  const cluster = await startCluster()
  for (let round = 0; round < 3; round++) {
    assert.deepEqual(await addressesOf(cluster), ADDRESSES)
    await cluster.kubelet.stop()
    await cluster.start()
    await cluster.kubelet.registered
  }
  assert.deepEqual(await addressesOf(cluster), ADDRESSES)
})

test('addresses of a node that somebody forges are put right within ten seconds', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  const status = { addresses: [{ type: 'InternalIP', address: '192.0.2.66' }] }
  await cluster.client.patch(resources.nodes, 'n1', 'merge', { status }, { subresource: 'status' })
  await turn()
  clock.advance(10_000)
  await turn()
  assert.deepEqual(await addressesOf(cluster), ADDRESSES)
})

test('whatever somebody forges of a node’s status is put right within ten seconds, and then nothing more is written', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  const told = (await cluster.client.get(resources.nodes, 'n1')).status
  const status = {
    conditions: [],
    capacity: { pods: '0' },
    daemonEndpoints: { kubeletEndpoint: { Port: 22 } },
    nodeInfo: { ...told?.nodeInfo, kubeletVersion: 'v0.0.1' },
  }
  await cluster.client.patch(resources.nodes, 'n1', 'merge', { status }, { subresource: 'status' })
  await turn()
  clock.advance(10_000)
  await turn()
  const mended = await cluster.client.get(resources.nodes, 'n1')
  for (const field of ['capacity', 'allocatable', 'daemonEndpoints', 'nodeInfo', 'addresses'] as const)
    assert.deepEqual(mended.status?.[field], told?.[field], field)
  assert.equal(conditionsOf(mended).Ready, 'True')
  clock.advance(10_000)
  await turn()
  const { resourceVersion } = (await cluster.client.get(resources.nodes, 'n1')).metadata ?? {}
  assert.equal(resourceVersion, mended.metadata?.resourceVersion)
})

test('a resource that somebody counts by a name of its own is there for pods within ten seconds, and goes as it came', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  const amounts = async () => (await cluster.client.get(resources.nodes, 'n1')).status
  const before = await amounts()
  const count = async (amount: string | null): Promise<void> => {
    const status = { capacity: { 'example.com/gpu': amount } }
    await cluster.client.patch(resources.nodes, 'n1', 'merge', { status }, { subresource: 'status' })
    await turn()
    clock.advance(10_000)
    await turn()
  }
  await count('8')
  const after = await amounts()
  assert.deepEqual(after?.capacity, { ...before?.capacity, 'example.com/gpu': '8' })
  assert.deepEqual(after?.allocatable, { ...before?.allocatable, 'example.com/gpu': '8' })
  await count(null)
  assert.deepEqual(await amounts(), { ...before, conditions: (await amounts())?.conditions })
})

test('a Node that was deleted stays deleted while its kubelet runs, and nobody hears of it again and again', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  await cluster.client.delete(resources.nodes, 'n1')
  await turn()
  const logged = cluster.logged.length
  for (let round = 0; round < 40; round++) {
    clock.advance(10_000)
    await turn()
  }
  await assert.rejects(cluster.client.get(resources.nodes, 'n1'), { message: /nodes "n1" not found/ })
  assert.ok(cluster.logged.length - logged < 5, cluster.logged.slice(logged).join('\n'))
})

test('a node is not Ready while something keeps it from carrying pods, which the Node names, and Ready again after', async () => {
  const clock = new HandClock()
  let fault: string | undefined = 'network: no addresses'
  const cluster = await startCluster(clock, { fault: () => fault })
  const { kubelet } = cluster
  const ready = async () => {
    await turn()
    const { status } = await cluster.client.get(resources.nodes, 'n1')
    const { status: is, reason, message } = status!.conditions!.find(({ type }) => type === 'Ready')!
    return [is, reason, message]
  }
  assert.deepEqual(await ready(), ['False', 'KubeletNotReady', 'network: no addresses'])
  fault = 'dns: port 53 is taken'
  kubelet.faultChanged()
  assert.deepEqual(await ready(), ['False', 'KubeletNotReady', 'dns: port 53 is taken'])
  fault = undefined
  assert.deepEqual((await ready())[0], 'False', 'nobody has told yet')
  clock.advance(10_000)
  assert.deepEqual((await ready()).slice(0, 2), ['True', 'KubeletReady'])
  await kubelet.stop()
  kubelet.faultChanged()
})
