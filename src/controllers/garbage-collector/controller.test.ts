import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMaps } from '#api/core/configmap/resource.ts'
import { events } from '#api/core/event/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import type { OwnerReference } from '#api/meta/object-meta.ts'
import { startCluster } from '../testing/cluster.ts'

const scope = { namespace: 'default' }
const only = ['garbage-collector']
const configMap = (name: string, ownerReferences: readonly OwnerReference[] = []) =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', ownerReferences } }) as const
const reference = (kind: string, name: string, uid: string, apiVersion = 'v1'): OwnerReference => ({
  apiVersion,
  kind,
  name,
  uid,
})

test('of two owners one goes: the dependent stays, with the reference to the other alone', async () => {
  const cluster = await startCluster({ only })
  const [a, b] = [
    await cluster.client.create(configMaps, configMap('a')),
    await cluster.client.create(configMaps, configMap('b')),
  ]
  const owners = [a, b].map(({ metadata }) => reference('ConfigMap', metadata!.name!, metadata!.uid!))
  await cluster.client.create(configMaps, configMap('child', owners))
  await cluster.settle()
  await cluster.client.delete(configMaps, 'a', scope)
  await cluster.settle()
  const child = await cluster.client.get(configMaps, 'child', scope)
  assert.deepEqual(
    child.metadata?.ownerReferences?.map(({ uid }) => uid),
    [b.metadata?.uid],
  )
  await cluster.client.delete(configMaps, 'b', scope)
  await cluster.settle()
  assert.deepEqual(cluster.client.all(configMaps), [])
  cluster.stop()
})

test('dependents of an owner whose kind is not served stay', async () => {
  const cluster = await startCluster({ only })
  await cluster.client.create(configMaps, configMap('child', [reference('Gadget', 'g', 'u', 'lab.example/v1')]))
  await cluster.client.create(configMaps, configMap('old', [reference('ConfigMap', 'g', 'u', 'v1beta1')]))
  await cluster.settle()
  assert.deepEqual(
    cluster.client.all(configMaps).map(({ metadata }) => metadata?.name),
    ['child', 'old'],
  )
  cluster.stop()
})

test('an owner of the same name with another uid is another one, and an owner of the cluster owns in any namespace', async () => {
  const cluster = await startCluster({ only, nodes: 1 })
  const node = await cluster.client.get(nodes, 'node-1')
  await cluster.client.create(configMaps, configMap('a'))
  await cluster.client.create(configMaps, configMap('stale', [reference('ConfigMap', 'a', 'another')]))
  await cluster.client.create(configMaps, configMap('of-node', [reference('Node', 'node-1', node.metadata!.uid!)]))
  await cluster.settle()
  const names = () => cluster.client.all(configMaps).map(({ metadata }) => metadata?.name)
  assert.deepEqual(names(), ['a', 'of-node'])
  await cluster.client.delete(nodes, 'node-1')
  await cluster.settle()
  assert.deepEqual(names(), ['a'])
  cluster.stop()
})

test('a server that fails when asked for an owner is asked again, and nothing goes meanwhile', async () => {
  let down = true
  const cluster = await startCluster({
    only,
    fake: {
      fault: (verb, resource) =>
        down && verb === 'get' && resource.plural === 'secrets' ? new Error('no answer') : undefined,
    },
  })
  await cluster.client.create(configMaps, configMap('child', [reference('Secret', 's', 'u')]))
  for (let round = 0; round < 3; round++) await cluster.settle()
  assert.equal(cluster.client.all(configMaps).length, 1)
  assert.ok(cluster.logged.some((line) => /no answer/.test(line)))
  down = false
  cluster.clock.advance(60_000)
  await cluster.settle()
  assert.deepEqual([cluster.client.all(configMaps), cluster.client.all(secrets)], [[], []])
  cluster.stop()
})

test('of a circle of owners each goes, deleted in the foreground, and none waits for ever', async () => {
  const cluster = await startCluster({ only })
  const { client } = cluster
  const names = ['a', 'b', 'c']
  const made = new Map<string, string>()
  for (const name of names) made.set(name, (await client.create(configMaps, configMap(name))).metadata!.uid!)
  for (const [index, name] of names.entries()) {
    const owner = names[(index + 2) % 3]!
    const ownerReferences = [{ ...reference('ConfigMap', owner, made.get(owner)!), blockOwnerDeletion: true }]
    await client.patch(configMaps, name, 'merge', { metadata: { ownerReferences } }, scope)
  }
  await cluster.settle()
  await client.delete(configMaps, 'a', { ...scope, propagationPolicy: 'Foreground' })
  await cluster.settle()
  assert.deepEqual(client.all(configMaps), [])
  cluster.stop()
})

test('an owner that waits for its dependents goes when the last of them is no longer its own', async () => {
  const cluster = await startCluster({ only })
  const { client } = cluster
  const owners: OwnerReference[] = []
  for (const name of ['stays', 'goes']) {
    const { uid } = (await client.create(configMaps, configMap(name))).metadata!
    owners.push({ ...reference('ConfigMap', name, uid!), blockOwnerDeletion: true })
  }
  await client.create(configMaps, configMap('child', owners))
  await cluster.settle()
  await client.delete(configMaps, 'goes', { ...scope, propagationPolicy: 'Foreground' })
  await cluster.settle()
  assert.deepEqual(
    client.all(configMaps).map(({ metadata }) => metadata?.name),
    ['stays', 'child'],
  )
  cluster.stop()
})

test('an owner of another namespace is none, which is told; an object of the cluster stays', async () => {
  const cluster = await startCluster({ only, nodes: 1 })
  const { client } = cluster
  const elsewhere = { ...configMap('owner'), metadata: { name: 'owner', namespace: 'other' } }
  const { uid } = (await client.create(configMaps, elsewhere)).metadata!
  await cluster.settle()
  const owner = reference('ConfigMap', 'owner', uid!)
  await client.patch(nodes, 'node-1', 'merge', { metadata: { ownerReferences: [owner] } })
  await client.create(configMaps, configMap('child', [owner]))
  await cluster.settle()
  assert.deepEqual(
    client.all(configMaps).map(({ metadata }) => metadata?.name),
    ['owner'],
  )
  assert.equal(client.all(nodes).length, 1)
  const texts = client.all(events).map(({ reason, message }) => `${reason}: ${message}`)
  assert.deepEqual(texts.sort(), [
    `OwnerRefInvalidNamespace: ownerRef [v1/ConfigMap, namespace: , name: owner, uid: ${uid}] does not exist in namespace ""`,
    `OwnerRefInvalidNamespace: ownerRef [v1/ConfigMap, namespace: default, name: owner, uid: ${uid}] does not exist in namespace "default"`,
  ])
  cluster.stop()
})
