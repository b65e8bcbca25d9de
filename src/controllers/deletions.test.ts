import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { deployments } from '#api/apps/deployment/resource.ts'
import { replicaSets } from '#api/apps/replicaset/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { makeDeployment, makeNode, makeService, startCluster, withImage } from './testing/cluster.ts'

const scope = { namespace: 'default' }

test('a controller deletes the object that it judged and never one that has taken its name since: it names the uid', async () => {
  const cluster = await startCluster({ nodes: 1 })
  const { client } = cluster
  const taint = { key: 'out', effect: 'NoExecute' } as const
  await client.create(nodes, makeNode('tainted', { spec: { taints: [taint], unschedulable: true } }))
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  await client.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'shop' } })
  const owner = { apiVersion: 'v1', kind: 'Secret', name: 'gone', uid: 'gone' }
  const deployment = makeDeployment('web', 2, { revisionHistoryLimit: 0 })
  const makePod = (name: string, nodeName: string) => ({
    ...({ apiVersion: 'v1', kind: 'Pod' } as const),
    metadata: { name, namespace: 'default' },
    spec: { nodeName, ...deployment.spec!.template!.spec! },
  })
  await client.create(services, makeService('web', { ipFamilies: ['IPv4', 'IPv6'] }))
  await client.create(deployments, deployment)
  await cluster.converge()

  const deleted = mock.method(FakeClient.prototype, 'delete')
  try {
    await client.delete(namespaces, 'shop')
    await client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'cm', namespace: 'default', ownerReferences: [owner] },
    })
    await client.create(pods, makePod('sent-away', 'tainted'))
    await client.create(pods, makePod('stranded', 'no-such-node'))
    const service = await client.get(services, 'web', scope)
    await client.update(services, { ...service, spec: { ...service.spec, ipFamilies: ['IPv4'] } })
    await client.update(deployments, withImage(await client.get(deployments, 'web', scope), 'next'))
    for (let round = 0; round < 8; round++) {
      await cluster.settle()
      for (const pod of client.all(pods)) if (pod.spec?.nodeName === 'node-1') await cluster.ready(pod)
    }
    cluster.clock.advance(60_000)
    await cluster.settle()
    await client.delete(services, 'web', scope)
    await cluster.settle()
  } finally {
    deleted.mock.restore()
  }
  const calls = deleted.mock.calls
    .map(({ arguments: [resource, name, options] }) => ({ resource: resource.plural, name, options }))
    .filter(({ resource, name }) => name !== 'shop' && !(resource === 'services' && name === 'web'))
  assert.deepEqual(
    calls.filter(({ options }) => !options?.preconditions?.uid),
    [],
  )
  assert.deepEqual([...new Set(calls.map(({ resource }) => resource))].sort(), [
    'configmaps',
    'endpoints',
    'endpointslices',
    'pods',
    'replicasets',
    'secrets',
    'serviceaccounts',
  ])
  for (const name of ['sent-away', 'stranded'])
    assert.ok(
      calls.some((call) => call.name === name),
      name,
    )
  assert.equal(client.all(replicaSets).length, 1)
  cluster.stop()
})
