import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployments } from '#api/apps/deployment/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { podDisruptionBudgets } from '#api/policy/poddisruptionbudget/resource.ts'
import { clusterRoles } from '#api/rbac/clusterrole/resource.ts'
import type { Resource } from '#api/resource.ts'
import { Informers, writeThrough } from '#client/informer.ts'
import { FakeClient, type FakeClientOptions } from '#client/testing/fake-client.ts'
import { refusal } from '#client/testing/refusal.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { MANAGED_LABELS } from '#routes/site-service.ts'
import type { ControllerContext } from '../../context.ts'
import { turn } from '../../testing/cluster.ts'
import { DataPlane } from './data-plane.ts'
import { dataPlaneObjects } from './desired-objects.ts'

type Loose = any
const system = { namespace: 'kube-system' }
const KINDS = dataPlaneObjects().map(({ first }) => first.kind)

/** A data plane on an API where nothing is; `before`: what is there before it looks. */
const start = async ({ fault, before = [] }: Pick<FakeClientOptions, 'fault'> & { before?: readonly Loose[] } = {}) => {
  const clock = new HandClock()
  const writes: string[] = []
  const client = new FakeClient({
    clock,
    onWrite: (type, { kind }) => void writes.push(`${type} ${kind}`),
    ...(fault && { fault }),
  })
  const resourceOf = (kind: string) => dataPlaneObjects().find(({ resource }) => resource.kind === kind)!.resource
  for (const { namespace, ...object } of before) await client.create(resourceOf(object.kind), object, { namespace })
  const abort = new AbortController()
  const informers = new Informers(client, { clock, random: () => 0, signal: abort.signal, onError: () => {} })
  const context = { client: writeThrough(client, informers), informers } as unknown as ControllerContext
  let changes = 0
  const dataPlane = new DataPlane(context, () => changes++)
  await informers.hasSynced()
  /** How often it was told that something may not be as it should be. */
  const changed = async (): Promise<number> => {
    for (let turns = 0; turns < 4; turns++) await turn()
    const told = changes
    changes = 0
    return told
  }
  await changed()
  writes.length = 0
  const there = () =>
    dataPlaneObjects().flatMap(({ resource, first: { kind, metadata } }) =>
      client.all(resource).some((one) => one.metadata?.name === metadata?.name) ? [kind] : [],
    )
  return { client, dataPlane, writes, changed, there, stop: () => abort.abort() }
}
const theirs = (kind: string, more: object = {}): Loose => ({
  kind,
  ...system,
  metadata: { name: 'fairlead-gateway', ...system, ...more },
})
const ours = (kind: string, more: object = {}): Loose => theirs(kind, { labels: MANAGED_LABELS, ...more })

test('what the pods stand on is made before them, once', async () => {
  const { dataPlane, writes, changed, stop } = await start()
  assert.deepEqual(await dataPlane.keep(), [])
  assert.deepEqual(
    writes,
    KINDS.map((kind) => `ADDED ${kind}`),
  )
  await changed()
  writes.length = 0
  assert.deepEqual(await dataPlane.keep(), [])
  assert.deepEqual(writes, [])
  stop()
})

test('what somebody else has the name of is given, and stays; a budget of their own for the pods is no obstacle', async () => {
  const { client, dataPlane, there, stop } = await start({
    before: [theirs('ConfigMap'), theirs('PodDisruptionBudget')],
  })
  const foreign = await dataPlane.keep()
  assert.deepEqual(
    foreign.map(({ kind }) => kind),
    ['ConfigMap'],
  )
  assert.deepEqual(there(), KINDS)
  for (const resource of [configMaps, podDisruptionBudgets] as unknown as readonly Resource[])
    assert.equal((await client.get(resource, 'fairlead-gateway', system)).metadata?.labels, undefined)
  await dataPlane.remove()
  assert.deepEqual(there(), ['ConfigMap', 'PodDisruptionBudget'])
  stop()
})

test('what is changed of ours is put right, and what is going is left to go, and then made again', async () => {
  const { client, dataPlane, writes, changed, stop } = await start()
  await dataPlane.keep()
  const role: Loose = await client.get(clusterRoles, 'fairlead:gateway')
  await client.update(clusterRoles, { ...role, rules: [] })
  const map: Loose = await client.get(configMaps, 'fairlead-gateway', system)
  await client.update(configMaps, { ...map, metadata: { ...map.metadata, finalizers: ['x.test/y'] } }, system)
  await client.delete(configMaps, 'fairlead-gateway', system)
  await changed()
  writes.length = 0
  await dataPlane.keep()
  assert.deepEqual(writes, ['MODIFIED ClusterRole'])
  assert.deepEqual(((await client.get(clusterRoles, 'fairlead:gateway')) as Loose).rules, role.rules)
  const going: Loose = await client.get(configMaps, 'fairlead-gateway', system)
  await client.update(configMaps, { ...going, metadata: { ...going.metadata, finalizers: [] } }, system)
  await changed()
  writes.length = 0
  await dataPlane.keep()
  assert.deepEqual(writes, ['ADDED ConfigMap'])
  stop()
})

test('who makes one of them at the same time is no failure; that it cannot be made is', async () => {
  const failing = (error: Error) =>
    start({ fault: (verb, { kind }) => (verb === 'create' && kind === 'Role' ? error : undefined) })
  const late = await failing(refusal(409, 'AlreadyExists', 'there'))
  assert.deepEqual(await late.dataPlane.keep(), [])
  assert.deepEqual(
    late.there(),
    KINDS.filter((kind) => kind !== 'Role'),
  )
  late.stop()
  const broken = await failing(new Error('not now'))
  await assert.rejects(broken.dataPlane.keep(), /not now/)
  broken.stop()
})

test('all that is ours goes, the pods before what they stand on; what is gone already is no failure, another failure is', async () => {
  const { dataPlane, writes, there, stop } = await start()
  await dataPlane.keep()
  writes.length = 0
  await dataPlane.remove()
  assert.deepEqual([there(), writes], [[], KINDS.toReversed().map((kind) => `DELETED ${kind}`)])
  writes.length = 0
  await dataPlane.remove()
  assert.deepEqual(writes, [])
  stop()
  const failing = (error: Error) =>
    start({ fault: (verb, { kind }) => (verb === 'delete' && kind === 'Role' ? error : undefined) })
  const gone = await failing(refusal(404, 'NotFound', 'gone'))
  await gone.dataPlane.keep()
  await gone.dataPlane.remove()
  assert.deepEqual(gone.there(), ['Role'])
  gone.stop()
  const broken = await failing(new Error('not now'))
  await broken.dataPlane.keep()
  await assert.rejects(broken.dataPlane.remove(), /not now/)
  broken.stop()
})

test('what is going already is not deleted again', async () => {
  const { client, dataPlane, writes, stop } = await start({ before: [ours('ConfigMap', { finalizers: ['x.test/y'] })] })
  await client.delete(configMaps, 'fairlead-gateway', system)
  await turn()
  writes.length = 0
  await dataPlane.remove()
  assert.deepEqual(writes, [])
  stop()
})

test('what pods said that are gone is forgotten, in one write, and what others said or have stays', async () => {
  const data = { one: '1', two: '2', three: '3' }
  const isPod = (name: string) => name === 'two'
  const { client, dataPlane, writes, stop } = await start({ before: [{ ...ours('ConfigMap'), data }] })
  await dataPlane.forget(isPod)
  assert.deepEqual((await client.get(configMaps, 'fairlead-gateway', system)).data, { two: '2' })
  await dataPlane.forget(isPod)
  assert.deepEqual(writes, ['MODIFIED ConfigMap'])
  await client.patch(configMaps, 'fairlead-gateway', 'merge', { data: { four: '4' } }, system)
  await dataPlane.forget(isPod)
  assert.deepEqual((await client.get(configMaps, 'fairlead-gateway', system)).data, { two: '2' }, 'one alone goes, too')
  stop()
  const going = await start({ before: [{ ...ours('ConfigMap', { finalizers: ['x.test/y'] }), data }] })
  await going.client.delete(configMaps, 'fairlead-gateway', system)
  await going.changed()
  going.writes.length = 0
  await going.dataPlane.forget(isPod)
  assert.deepEqual(going.writes, [])
  going.stop()
  const other = await start({ before: [{ ...theirs('ConfigMap'), data }] })
  await other.dataPlane.forget(isPod)
  assert.deepEqual(other.writes, [])
  other.stop()
  const none = await start()
  await none.dataPlane.forget(isPod)
  assert.deepEqual(none.writes, [])
  none.stop()
})

test('it is told of each change of what is ours, and of nothing else', async () => {
  const { client, changed, stop } = await start()
  await client.create(configMaps, theirs('ConfigMap'), system)
  assert.equal(await changed(), 1)
  const made = await client.get(configMaps, 'fairlead-gateway', system)
  await client.update(configMaps, { ...made, data: { a: 'b' } }, system)
  assert.equal(await changed(), 1)
  await client.delete(configMaps, 'fairlead-gateway', system)
  assert.equal(await changed(), 1)
  for (const namespace of ['kube-system', 'default']) {
    const name = namespace === 'default' ? 'fairlead-gateway' : 'other'
    await client.create(deployments, { kind: 'Deployment', metadata: { name, namespace } } as Loose, { namespace })
  }
  assert.equal(await changed(), 0)
  stop()
})
