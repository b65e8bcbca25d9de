import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployments } from '#api/apps/deployment/resource.ts'
import { replicaSets } from '#api/apps/replicaset/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { endpoints } from '#api/core/endpoints/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { makeDeployment, makeService, startCluster, withImage } from '#controllers/testing/cluster.ts'

const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }) as const
const scope = { namespace: 'default' }

/**
 * A cluster in which much happens: a rollout, an owner that goes, a node that is silent, a load balancer, Endpoints by
 * hand, a namespace that ends. `fault` is asked before each call of the controllers.
 */
const live = async (fault: (call: string) => Error | undefined): Promise<void> => {
  const cluster = await startCluster({
    nodes: 2,
    loadBalancer: { cidrs: ['172.30.255.0/24'] },
    fake: {
      fault: (verb, { plural }, _, subresource) =>
        fault([verb, plural, ...(subresource ? [subresource] : [])].join(' ')),
    },
  })
  /** What the test itself asks for: once more where the fault met it. */
  const sure = async <T>(call: () => Promise<T>): Promise<T> => call().catch(() => call())
  const converge = async () => {
    do await cluster.settle()
    while (await sure(() => cluster.kubelet()))
  }
  const { client } = cluster
  for (const name of ['default', 'shop']) await sure(() => client.create(namespaces, namespace(name)))
  await sure(() => client.create(services, makeService('web', { type: 'LoadBalancer' })))
  await sure(() => client.create(services, makeService('db', { selector: {} })))
  const subsets = [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ name: 'web', port: 5432 }] }]
  const made = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'db', namespace: 'default' }, subsets } as const
  await sure(() => client.create(endpoints, made))
  await sure(() => client.create(deployments, makeDeployment('web', 3)))
  await sure(() => client.create(deployments, makeDeployment('old', 2)))
  await sure(() =>
    client.create(configMaps, { ...namespace('cm'), kind: 'ConfigMap', metadata: { name: 'cm', namespace: 'shop' } }),
  )
  await converge()
  await sure(async () => client.update(deployments, withImage(await client.get(deployments, 'web', scope), 'next')))
  await sure(() => client.delete(deployments, 'old', { ...scope, propagationPolicy: 'Foreground' }))
  await sure(() => client.delete(namespaces, 'shop'))
  await converge()
  // A look that failed is repeated after five seconds at the latest.
  cluster.clock.advance(5000)
  await converge()

  const web = await sure(() => client.get(deployments, 'web', scope))
  assert.deepEqual([web.status?.updatedReplicas, web.status?.availableReplicas, web.status?.replicas], [3, 3, 3])
  assert.equal(client.all(pods).length, 3)
  assert.ok(client.all(pods).every(({ spec }) => spec?.nodeName && spec.containers?.[0]?.image === 'next'))
  const slices = (name: string) =>
    client.all(endpointSlices).filter(({ metadata }) => metadata?.labels?.['kubernetes.io/service-name'] === name)
  assert.deepEqual(
    slices('web').map((slice) => slice.endpoints?.filter(({ conditions }) => conditions?.ready).length),
    [3],
  )
  assert.deepEqual(
    slices('db').map((slice) => slice.endpoints?.[0]?.addresses),
    [['192.0.2.1']],
  )
  assert.equal((await sure(() => client.get(endpoints, 'web', scope))).subsets?.[0]?.addresses?.length, 3)
  const service = await sure(() => client.get(services, 'web', scope))
  assert.equal(service.status?.loadBalancer?.ingress?.length, 1)
  assert.deepEqual(
    client.all(namespaces).map(({ metadata }) => metadata?.name),
    ['default'],
  )
  assert.deepEqual(
    client
      .all(replicaSets)
      .map(({ spec }) => spec?.replicas)
      .sort(),
    [0, 3],
  )
  cluster.stop()
}

/** What must be among the calls, or the life above has become too quiet to say anything. */
const EXPECTED = [
  'create pods binding',
  'create endpointslices',
  'update endpointslices',
  'update deployments status',
  'update replicasets status',
  'update namespaces finalize',
  'update services status',
  'delete pods',
  'list pods',
  'watch pods',
]

test('each call of the controllers that fails once only delays the end', async (t) => {
  const calls = new Set<string>()
  await live((call) => {
    calls.add(call)
    return undefined
  })
  for (const call of EXPECTED) assert.ok(calls.has(call), `${call} among ${[...calls].join(', ')}`)
  for (const call of calls)
    await t.test(call, async () => {
      let asked = 0
      await live((one) => (one === call && asked++ === 0 ? new Error('try again') : undefined))
      assert.ok(asked > 1, 'it was tried again')
    })
})
