import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployments } from '#api/apps/deployment/resource.ts'
import { replicaSets } from '#api/apps/replicaset/resource.ts'
import { leases } from '#api/coordination/lease/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { endpoints } from '#api/core/endpoints/resource.ts'
import { events } from '#api/core/event/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { isNotFound } from '#client/client.ts'
import { makeDeployment, makeNode, makeService, startCluster } from './testing/cluster.ts'

const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }) as const
const scope = { namespace: 'default' }

test('a namespace gets its ServiceAccount and its CA, again when they are deleted or changed', async () => {
  const cluster = await startCluster()
  await cluster.client.create(namespaces, namespace('shop'))
  await cluster.settle()
  const [account] = cluster.client.all(serviceAccounts)
  const [ca] = cluster.client.all(configMaps)
  assert.equal(account?.metadata?.name, 'default')
  assert.deepEqual(ca?.data, { 'ca.crt': 'CA' })
  await cluster.client.update(configMaps, { ...ca!, data: { 'ca.crt': 'forged' } })
  await cluster.client.delete(serviceAccounts, 'default', { namespace: 'shop' })
  await cluster.settle()
  assert.equal(cluster.client.all(configMaps)[0]?.data?.['ca.crt'], 'CA')
  assert.equal(cluster.client.all(serviceAccounts).length, 1)
  cluster.stop()
})

test('a deleted namespace is emptied, waits for its pods, and goes', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(namespaces, namespace('default'))
  await cluster.client.create(services, makeService('web'))
  await cluster.client.create(deployments, makeDeployment('web', 2))
  await cluster.converge()
  await cluster.client.delete(namespaces, 'default')
  await cluster.settle()
  const going = await cluster.client.get(namespaces, 'default')
  assert.equal(going.status?.phase, 'Terminating')
  const remaining = going.status?.conditions?.find(({ type }) => type === 'NamespaceContentRemaining')
  assert.match(remaining?.message ?? '', /pods\. has 2 resource instances/)
  await cluster.converge()
  await assert.rejects(cluster.client.get(namespaces, 'default'), isNotFound)
  for (const resource of [pods, replicaSets, deployments, services, endpointSlices, endpoints, configMaps, events])
    assert.deepEqual(cluster.client.all(resource as never), [], resource.plural)
  cluster.stop()
})

test('deleting a Deployment in the background takes its ReplicaSets and pods after it', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(deployments, makeDeployment('web', 2))
  await cluster.converge()
  await cluster.client.delete(deployments, 'web', { ...scope, propagationPolicy: 'Background' })
  await cluster.converge()
  assert.deepEqual(cluster.client.all(replicaSets), [])
  assert.deepEqual(cluster.client.all(pods), [])
  cluster.stop()
})

test('deleting in the foreground keeps the owner until its dependents are gone', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(deployments, makeDeployment('web', 2))
  await cluster.converge()
  await cluster.client.delete(deployments, 'web', { ...scope, propagationPolicy: 'Foreground' })
  await cluster.settle()
  assert.equal(cluster.client.all(deployments).length, 1)
  assert.ok(cluster.client.all(pods).every((pod) => pod.metadata?.deletionTimestamp))
  await cluster.converge()
  assert.deepEqual(
    [cluster.client.all(deployments), cluster.client.all(replicaSets), cluster.client.all(pods)],
    [[], [], []],
  )
  cluster.stop()
})

test('deleting with Orphan leaves the dependents, which another Deployment of the same selector adopts', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(deployments, makeDeployment('web', 2))
  await cluster.converge()
  const before = cluster.client.all(pods).map((pod) => pod.metadata?.uid)
  await cluster.client.delete(deployments, 'web', { ...scope, propagationPolicy: 'Orphan' })
  await cluster.converge()
  assert.deepEqual(cluster.client.all(deployments), [])
  assert.equal(cluster.client.all(replicaSets)[0]?.metadata?.ownerReferences?.length ?? 0, 0)
  await cluster.client.create(deployments, makeDeployment('web', 2))
  await cluster.converge()
  assert.deepEqual(
    cluster.client.all(pods).map((pod) => pod.metadata?.uid),
    before,
  )
  assert.equal(cluster.client.all(replicaSets)[0]?.metadata?.ownerReferences?.[0]?.kind, 'Deployment')
  cluster.stop()
})

test('a pod relabelled away from its ReplicaSet is let go and replaced', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(deployments, makeDeployment('web', 2))
  await cluster.converge()
  const [pod] = cluster.client.all(pods)
  await cluster.client.patch(pods, pod!.metadata!.name!, 'merge', { metadata: { labels: { app: 'debug' } } }, scope)
  await cluster.converge()
  assert.equal(cluster.client.all(pods).length, 3)
  const released = cluster.client.all(pods).find(({ metadata }) => metadata?.uid === pod?.metadata?.uid)
  assert.equal(released?.metadata?.ownerReferences?.length ?? 0, 0)
  cluster.stop()
})

test('a pod without a place waits with a condition and an Event, and is bound when a node comes', async () => {
  const cluster = await startCluster()
  await cluster.client.create(deployments, makeDeployment('web', 1))
  await cluster.settle()
  const scheduled = () => cluster.client.all(pods)[0]?.status?.conditions?.find(({ type }) => type === 'PodScheduled')
  assert.equal(scheduled()?.reason, 'Unschedulable')
  assert.equal(scheduled()?.message, 'no nodes available to schedule pods')
  assert.ok(cluster.client.all(events).some(({ reason }) => reason === 'FailedScheduling'))
  await cluster.client.create(nodes, makeNode('late'))
  await cluster.settle()
  assert.equal(cluster.client.all(pods)[0]?.spec?.nodeName, 'late')
  cluster.stop()
})

test('a node whose lease is not renewed becomes Unknown, is tainted, and its endpoints are not ready; renewal heals it', async () => {
  const cluster = await startCluster({ nodes: 1 })
  const lease = (name: string, renewTime: string) =>
    ({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace: 'kube-node-lease' },
      spec: { renewTime },
    }) as const
  await cluster.client.create(leases, lease('node-1', '2026-01-01T00:00:00.000000Z'))
  await cluster.client.create(services, makeService('web'))
  await cluster.client.create(deployments, makeDeployment('web', 1))
  await cluster.converge()
  const ready = () => cluster.client.all(endpointSlices)[0]?.endpoints?.[0]?.conditions?.ready
  assert.equal(ready(), true)
  // Another one comes later, and is well.
  const other = { ...cluster.client.all(nodes)[0]!, metadata: { name: 'node-2' }, spec: { unschedulable: true } }
  cluster.clock.advance(49_000)
  await cluster.client.create(nodes, other)
  await cluster.client.create(leases, lease('node-2', '2026-01-01T00:00:49.000000Z'))
  await cluster.settle()
  assert.equal(ready(), true)
  cluster.clock.advance(2000)
  await cluster.settle()
  const node = () => cluster.client.all(nodes).find(({ metadata }) => metadata?.name === 'node-1')!
  assert.equal(node().status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'Unknown')
  assert.deepEqual(
    node().spec?.taints?.map(({ key, effect }) => `${key}:${effect}`),
    ['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute'],
  )
  assert.equal(ready(), false)
  await cluster.client.patch(
    leases,
    'node-1',
    'merge',
    { spec: { renewTime: '2026-01-01T00:01:00.000000Z' } },
    { namespace: 'kube-node-lease' },
  )
  const conditions = [{ type: 'Ready', status: 'True' }]
  await cluster.client.update(nodes, { ...node(), status: { ...node().status, conditions } }, { subresource: 'status' })
  await cluster.settle()
  assert.deepEqual(node().spec?.taints ?? [], [])
  cluster.stop()
})

test('where no node is ready any more nobody is sent away, and who was to be stays', async () => {
  const cluster = await startCluster({ nodes: 2 })
  await cluster.settle()
  const say = async (name: string, status: string) => {
    const conditions = [{ type: 'Ready', status }]
    await cluster.client.patch(nodes, name, 'merge', { status: { conditions } }, { subresource: 'status' })
    await cluster.settle()
  }
  const effects = () =>
    cluster.client.all(nodes).map(({ spec }) => (spec?.taints ?? []).map(({ effect }) => effect).join())
  await say('node-1', 'False')
  assert.deepEqual(effects(), ['NoSchedule,NoExecute', ''])
  await say('node-2', 'False')
  assert.deepEqual(effects(), ['NoSchedule', 'NoSchedule'])
  await say('node-2', 'True')
  assert.deepEqual(effects(), ['NoSchedule,NoExecute', ''])
  cluster.stop()
})

test('how long a node may say nothing is said by who starts the controllers', async () => {
  const cluster = await startCluster({ nodes: 1, nodeMonitorGraceMs: 4000 })
  await cluster.settle()
  const ready = () => cluster.client.all(nodes)[0]!.status?.conditions?.find(({ type }) => type === 'Ready')?.status
  cluster.clock.advance(3400)
  await cluster.settle()
  assert.equal(ready(), 'True')
  cluster.clock.advance(600)
  await cluster.settle()
  assert.equal(ready(), 'Unknown')
  cluster.stop()
})

test('a node that comes, and one that goes, is told of once, under its uid', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.settle()
  const uid = cluster.client.all(nodes)[0]?.metadata?.uid
  cluster.clock.advance(10_000)
  await cluster.settle()
  await cluster.client.delete(nodes, 'node-1')
  await cluster.settle()
  const told = cluster.client.all(events).filter(({ source }) => source?.component === 'node-controller')
  assert.deepEqual(
    told.map(({ reason, message, involvedObject }) => [reason, message, involvedObject?.uid]),
    [
      ['RegisteredNode', 'Node node-1 event: Registered Node node-1 in Controller', uid],
      ['RemovingNode', 'Node node-1 event: Removing Node node-1 from Controller', uid],
    ],
  )
  cluster.stop()
})

test('pods of a node that is gone are removed after a quarantine', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(deployments, makeDeployment('web', 1))
  await cluster.converge()
  const uid = cluster.client.all(pods)[0]?.metadata?.uid
  await cluster.client.delete(nodes, 'node-1')
  await cluster.settle()
  assert.equal(cluster.client.all(pods)[0]?.metadata?.uid, uid)
  cluster.clock.advance(41_000)
  await cluster.settle()
  assert.ok(cluster.client.all(pods).every(({ metadata }) => metadata?.uid !== uid))
  cluster.stop()
})

test('LoadBalancer Services get, keep and give back addresses of the pool', async () => {
  const cluster = await startCluster({ loadBalancer: { cidrs: ['172.30.255.1-172.30.255.2', 'fd00::/112'] } })
  const make = (name: string, spec: Parameters<typeof makeService>[1] = {}) =>
    cluster.client.create(services, makeService(name, { type: 'LoadBalancer', ...spec }))
  const ips = async (name: string) => {
    const service = await cluster.client.get(services, name, scope)
    return service.status?.loadBalancer?.ingress?.map(({ ip }) => ip) ?? []
  }
  await make('a')
  await make('b', { loadBalancerIP: '172.30.255.1' })
  await make('c', { ipFamilies: ['IPv4', 'IPv6'] })
  await make('other', { loadBalancerClass: 'example.com/lb' })
  await cluster.settle()
  assert.deepEqual(await ips('a'), ['172.30.255.1'])
  assert.deepEqual(await ips('b'), [])
  assert.deepEqual(await ips('c'), ['172.30.255.2', 'fd00::1'])
  assert.deepEqual(await ips('other'), [])
  assert.deepEqual((await cluster.client.get(services, 'a', scope)).status?.loadBalancer?.ingress?.[0]?.ipMode, 'VIP')
  const warning = cluster.client.all(events).find(({ reason }) => reason === 'SyncLoadBalancerFailed')
  assert.match(warning?.message ?? '', /172\.30\.255\.1 is taken by Service default\/a/)
  await cluster.client.patch(services, 'a', 'merge', { spec: { type: 'ClusterIP' } }, scope)
  await cluster.settle()
  assert.deepEqual(await ips('a'), [])
  assert.deepEqual(await ips('b'), ['172.30.255.1'])
  await make('d')
  await cluster.settle()
  assert.deepEqual(await ips('d'), [])
  await cluster.restart()
  await cluster.client.delete(services, 'c', scope)
  await cluster.settle()
  assert.deepEqual(await ips('b'), ['172.30.255.1'])
  assert.deepEqual(await ips('d'), ['172.30.255.2'])
  cluster.stop()
})

test('a LoadBalancer Service is held until its addresses are given back, and says so', async () => {
  const cluster = await startCluster({ loadBalancer: { cidrs: ['172.30.255.1-172.30.255.2'] } })
  const finalizers = async (name: string) => {
    await cluster.settle()
    return (await cluster.client.get(services, name, scope)).metadata?.finalizers ?? []
  }
  const cleanup = 'service.kubernetes.io/load-balancer-cleanup'
  await cluster.client.create(services, makeService('a', { type: 'LoadBalancer' }))
  await cluster.client.create(services, makeService('b', { type: 'LoadBalancer' }))
  await cluster.client.create(services, makeService('other', { type: 'LoadBalancer', loadBalancerClass: 'lab/lb' }))
  assert.deepEqual(await finalizers('a'), [cleanup])
  assert.deepEqual(await finalizers('other'), [])
  await cluster.client.patch(services, 'a', 'merge', { spec: { type: 'ClusterIP' } }, scope)
  assert.deepEqual(await finalizers('a'), [])
  await cluster.client.patch(services, 'a', 'merge', { spec: { type: 'LoadBalancer' } }, scope)
  assert.deepEqual(await finalizers('a'), [cleanup])
  await cluster.client.delete(services, 'b', scope)
  await cluster.settle()
  await assert.rejects(cluster.client.get(services, 'b', scope), isNotFound)
  const told = cluster.client.all(events).filter(({ involvedObject }) => involvedObject?.name === 'b')
  assert.deepEqual(
    told.map(({ reason }) => reason),
    ['EnsuredLoadBalancer', 'DeletingLoadBalancer', 'DeletedLoadBalancer'],
  )
  cluster.stop()
})

test('Endpoints follow readiness, skip terminating pods, and hand-made ones are mirrored into slices', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(services, makeService('web'))
  await cluster.client.create(deployments, makeDeployment('web', 2))
  await cluster.converge()
  const subsets = async (name: string) => (await cluster.client.get(endpoints, name, scope)).subsets ?? []
  assert.equal((await subsets('web'))[0]?.addresses?.length, 2)
  assert.deepEqual((await subsets('web'))[0]?.ports, [{ name: 'web', port: 8080, protocol: 'TCP' }])
  const [first, second] = cluster.client.all(pods)
  await cluster.ready(first!, false)
  await cluster.client.delete(pods, second!.metadata!.name!, scope)
  await cluster.settle()
  assert.deepEqual(
    (await subsets('web'))[0]?.notReadyAddresses?.map(({ ip }) => ip),
    [first?.status?.podIP],
  )
  assert.equal((await subsets('web'))[0]?.addresses, undefined)

  await cluster.client.create(services, makeService('db', { selector: {} }))
  const made = await cluster.client.create(endpoints, {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'db', namespace: 'default' },
    subsets: [{ addresses: [{ ip: '192.0.2.1' }, { ip: '2001:db8::1' }], ports: [{ name: 'web', port: 5432 }] }],
  })
  await cluster.settle()
  const mirrored = () =>
    cluster.client
      .all(endpointSlices)
      .filter(({ metadata }) => metadata?.labels?.['kubernetes.io/service-name'] === 'db')
  assert.deepEqual(
    mirrored().map((slice) => [slice.addressType, slice.endpoints?.[0]?.addresses]),
    [
      ['IPv4', ['192.0.2.1']],
      ['IPv6', ['2001:db8::1']],
    ],
  )
  await cluster.client.update(endpoints, { ...made, subsets: [] })
  await cluster.settle()
  assert.deepEqual(mirrored(), [])
  cluster.stop()
})
