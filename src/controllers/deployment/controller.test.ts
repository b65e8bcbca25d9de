import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployments } from '#api/apps/deployment/resource.ts'
import { replicaSets } from '#api/apps/replicaset/resource.ts'
import { events } from '#api/core/event/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { makeDeployment, makeService, startCluster, type TestCluster, withImage } from '../testing/cluster.ts'

const deploymentOf = async (cluster: TestCluster, name = 'web') =>
  cluster.client.get(deployments, name, { namespace: 'default' })
const condition = (deployment: Awaited<ReturnType<typeof deploymentOf>>, type: string) =>
  deployment.status?.conditions?.find((one) => one.type === type)

test('a Deployment becomes a ReplicaSet, pods on all nodes and ready endpoints', async () => {
  const cluster = await startCluster({ nodes: 3 })
  await cluster.client.create(services, makeService('web'))
  await cluster.client.create(deployments, makeDeployment('web', 3))
  await cluster.converge()
  const deployment = await deploymentOf(cluster)
  assert.equal(deployment.status?.availableReplicas, 3)
  assert.equal(deployment.status?.observedGeneration, 1)
  assert.equal(condition(deployment, 'Available')?.reason, 'MinimumReplicasAvailable')
  assert.equal(condition(deployment, 'Progressing')?.reason, 'NewReplicaSetAvailable')
  assert.equal(deployment.metadata?.annotations?.['deployment.kubernetes.io/revision'], '1')
  assert.deepEqual(
    new Set(cluster.client.all(pods).map((pod) => pod.spec?.nodeName)),
    new Set(['node-1', 'node-2', 'node-3']),
  )
  const [slice, ...others] = cluster.client.all(endpointSlices)
  assert.deepEqual(others, [])
  assert.equal(slice?.endpoints?.filter(({ conditions }) => conditions?.ready).length, 3)
  assert.deepEqual(slice?.ports, [{ name: 'web', port: 8080, protocol: 'TCP' }])
  const told = cluster.client.all(events).map(({ reason }) => reason)
  for (const reason of ['ScalingReplicaSet', 'SuccessfulCreate', 'Scheduled']) assert.ok(told.includes(reason), reason)
  assert.deepEqual(cluster.logged, [])
  cluster.stop()
})

test('the revision is said with the status, for a write of an annotation is another generation', async () => {
  const written = new Set<string>()
  const cluster = await startCluster({
    fake: {
      fault: (verb, { plural }, _, subresource) => {
        if (plural === 'deployments' && (verb === 'update' || verb === 'patch')) written.add(`${verb} ${subresource}`)
        return undefined
      },
    },
  })
  await cluster.client.create(deployments, makeDeployment('web', 2))
  await cluster.converge()
  assert.equal((await deploymentOf(cluster)).metadata?.annotations?.['deployment.kubernetes.io/revision'], '1')
  assert.deepEqual([...written], ['update status'])
  cluster.stop()
})

test('a rollout goes to its end, keeps the old ReplicaSet for undo, and undo raises the revision', async () => {
  const cluster = await startCluster({ nodes: 2 })
  await cluster.client.create(deployments, makeDeployment('web', 4))
  await cluster.converge()
  await cluster.client.update(deployments, withImage(await deploymentOf(cluster), 'second'))
  await cluster.converge()
  const second = await deploymentOf(cluster)
  assert.equal(second.status?.updatedReplicas, 4)
  assert.equal(second.status?.replicas, 4)
  assert.equal(second.status?.unavailableReplicas ?? 0, 0)
  assert.equal(second.status?.observedGeneration, second.metadata?.generation)
  assert.equal(second.metadata?.annotations?.['deployment.kubernetes.io/revision'], '2')
  assert.equal(cluster.client.all(replicaSets).length, 2)
  await cluster.client.update(deployments, withImage(second, 'fairlead/echo'))
  await cluster.converge()
  const third = await deploymentOf(cluster)
  assert.equal(third.metadata?.annotations?.['deployment.kubernetes.io/revision'], '3')
  const sets = cluster.client.all(replicaSets)
  assert.equal(sets.length, 2)
  const back = sets.find((set) => set.metadata?.annotations?.['deployment.kubernetes.io/revision'] === '3')
  assert.equal(back?.metadata?.annotations?.['deployment.kubernetes.io/revision-history'], '1')
  assert.equal(back?.spec?.replicas, 4)
  cluster.stop()
})

test('Recreate lets the last old pod go before the first new one comes', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(deployments, makeDeployment('web', 3, { strategy: { type: 'Recreate' } }))
  await cluster.converge()
  await cluster.client.update(deployments, withImage(await deploymentOf(cluster), 'second'))
  await cluster.settle()
  assert.ok(cluster.client.all(pods).every((pod) => pod.metadata?.deletionTimestamp))
  assert.equal(cluster.client.all(pods).length, 3)
  await cluster.converge()
  assert.deepEqual(
    cluster.client.all(pods).map((pod) => pod.spec?.containers?.[0]?.image),
    ['second', 'second', 'second'],
  )
  cluster.stop()
})

test('a paused Deployment is scaled but not rolled, and resumes where it stood', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(deployments, makeDeployment('web', 2))
  await cluster.converge()
  const patch = (spec: unknown) => cluster.client.patch(deployments, 'web', 'merge', { spec }, { namespace: 'default' })
  await patch({ paused: true })
  await cluster.settle()
  assert.equal(condition(await deploymentOf(cluster), 'Progressing')?.reason, 'DeploymentPaused')
  await cluster.client.update(deployments, withImage(await deploymentOf(cluster), 'second'))
  await patch({ replicas: 4 })
  await cluster.converge()
  assert.equal(cluster.client.all(replicaSets).length, 1)
  assert.equal((await deploymentOf(cluster)).status?.replicas, 4)
  await patch({ paused: null })
  await cluster.converge()
  assert.ok(cluster.client.all(pods).every((pod) => pod.spec?.containers?.[0]?.image === 'second'))
  cluster.stop()
})

test('without progress for progressDeadlineSeconds the rollout is said to have failed', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(deployments, makeDeployment('web', 1, { progressDeadlineSeconds: 10 }))
  await cluster.settle()
  assert.equal(condition(await deploymentOf(cluster), 'Progressing')?.reason, 'ReplicaSetUpdated')
  cluster.clock.advance(12_000)
  await cluster.settle()
  const failed = condition(await deploymentOf(cluster), 'Progressing')
  assert.equal(failed?.reason, 'ProgressDeadlineExceeded')
  assert.equal(failed?.status, 'False')
  await cluster.converge()
  assert.equal(condition(await deploymentOf(cluster), 'Progressing')?.reason, 'NewReplicaSetAvailable')
  cluster.stop()
})

test('history beyond revisionHistoryLimit goes', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(deployments, makeDeployment('web', 1, { revisionHistoryLimit: 1 }))
  await cluster.converge()
  for (const image of ['b', 'c', 'd']) {
    await cluster.client.update(deployments, withImage(await deploymentOf(cluster), image))
    await cluster.converge()
  }
  assert.deepEqual(
    cluster.client
      .all(replicaSets)
      .map((set) => set.spec?.template?.spec?.containers?.[0]?.image)
      .sort(),
    ['c', 'd'],
  )
  cluster.stop()
})

test('a ReplicaSet of the same name that is not ours makes the Deployment take another name', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(deployments, makeDeployment('web', 1))
  await cluster.converge()
  const name = cluster.client.all(replicaSets)[0]!.metadata!.name!
  const other = await startCluster({ nodes: 1 })
  await other.client.create(replicaSets, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace: 'default', labels: { app: 'stranger' } },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'stranger' } },
      template: { metadata: { labels: { app: 'stranger' } } },
    },
  })
  await other.client.create(deployments, makeDeployment('web', 1))
  await other.converge()
  const deployment = await deploymentOf(other)
  assert.equal(deployment.status?.collisionCount, 1)
  assert.equal(deployment.status?.availableReplicas, 1)
  cluster.stop()
  other.stop()
})

test('scaling in the middle of a rollout is shared out among the ReplicaSets', async () => {
  const cluster = await startCluster({ nodes: 1 })
  await cluster.client.create(
    deployments,
    makeDeployment('web', 10, {
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } },
    }),
  )
  await cluster.converge()
  await cluster.client.update(deployments, withImage(await deploymentOf(cluster), 'never-ready'))
  // Old pods that are told to go do go; new ones never get ready.
  for (let i = 0; i < 6; i++) {
    await cluster.settle()
    for (const pod of cluster.client.all(pods))
      if (pod.metadata?.deletionTimestamp)
        await cluster.client.delete(pods, pod.metadata.name!, { namespace: 'default', gracePeriodSeconds: 0 })
  }
  const sizes = () => cluster.client.all(replicaSets).map((set) => set.spec?.replicas)
  assert.deepEqual(sizes(), [8, 5])
  await cluster.client.patch(deployments, 'web', 'merge', { spec: { replicas: 15 } }, { namespace: 'default' })
  await cluster.settle()
  assert.deepEqual(sizes(), [11, 7])
  cluster.stop()
})

test('a restart in the middle of a rollout is picked up where it stood', async () => {
  const cluster = await startCluster({ nodes: 2 })
  await cluster.client.create(deployments, makeDeployment('web', 5))
  await cluster.converge()
  await cluster.client.update(deployments, withImage(await deploymentOf(cluster), 'second'))
  await cluster.settle()
  await cluster.kubelet()
  await cluster.restart()
  await cluster.converge()
  assert.equal(cluster.client.all(pods).length, 5)
  assert.equal((await deploymentOf(cluster)).status?.updatedReplicas, 5)
  cluster.stop()
})

test('pods that cannot be made are unavailable, and why is said of the Deployment too', async () => {
  const cluster = await startCluster({
    nodes: 1,
    fake: {
      fault: (verb, { plural }) => (verb === 'create' && plural === 'pods' ? new Error('exceeded quota') : undefined),
    },
  })
  await cluster.client.create(deployments, makeDeployment('web', 2))
  await cluster.settle()
  const deployment = await deploymentOf(cluster)
  const { replicas, availableReplicas, unavailableReplicas } = deployment.status ?? {}
  assert.deepEqual([replicas, availableReplicas, unavailableReplicas], [0, 0, 2])
  const failure = condition(deployment, 'ReplicaFailure')
  assert.deepEqual([failure?.status, failure?.reason, failure?.message], ['True', 'FailedCreate', 'exceeded quota'])
  cluster.stop()
})
