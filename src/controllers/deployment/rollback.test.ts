import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployments } from '#api/apps/deployment/resource.ts'
import { replicaSets } from '#api/apps/replicaset/resource.ts'
import { events } from '#api/core/event/resource.ts'
import { makeDeployment, startCluster, type TestCluster, withImage } from '../testing/cluster.ts'

const scope = { namespace: 'default' }
const REVISION = 'deployment.kubernetes.io/revision'
const WISH = 'deprecated.deployment.rollback.to'
const web = (cluster: TestCluster) => cluster.client.get(deployments, 'web', scope)
const told = (cluster: TestCluster) =>
  cluster.client
    .all(events)
    .filter(({ reason }) => reason?.startsWith('DeploymentRollback'))
    .map(({ type, reason, message }) => `${type} ${reason}: ${message}`)

const ask = async (cluster: TestCluster, revision: string) => {
  await cluster.client.patch(deployments, 'web', 'merge', { metadata: { annotations: { [WISH]: revision } } }, scope)
  await cluster.converge()
  const deployment = await web(cluster)
  assert.equal(deployment.metadata?.annotations?.[WISH], undefined)
  return [deployment.spec?.template?.spec?.containers?.[0]?.image, deployment.metadata?.annotations?.[REVISION]]
}

test('an annotation brings a former revision back: the one before, or the one that it names', async () => {
  const cluster = await startCluster({ nodes: 1, only: ['deployment', 'replicaset', 'scheduler'] })
  await cluster.client.create(deployments, withImage(makeDeployment('web', 1), 'first'))
  await cluster.converge()
  assert.deepEqual(await ask(cluster, '0'), ['first', '1'])
  for (const image of ['second', 'third']) {
    await cluster.client.update(deployments, withImage(await web(cluster), image))
    await cluster.converge()
  }
  assert.deepEqual(await ask(cluster, '0'), ['second', '4'])
  assert.deepEqual(await ask(cluster, '1'), ['first', '5'])
  assert.deepEqual(await ask(cluster, '5'), ['first', '5'])
  assert.deepEqual(await ask(cluster, '9'), ['first', '5'])
  assert.deepEqual(told(cluster), [
    'Warning DeploymentRollbackRevisionNotFound: Unable to find last revision.',
    'Normal DeploymentRollback: Rolled back deployment "web" to revision 2',
    'Normal DeploymentRollback: Rolled back deployment "web" to revision 1',
    'Warning DeploymentRollbackTemplateUnchanged: The rollback revision contains the same template as current deployment "web"',
    'Warning DeploymentRollbackRevisionNotFound: Unable to find the revision to rollback to.',
  ])
  cluster.stop()
})

test('a revision has 64 bits: the next one of a ReplicaSet that was taken in is exactly one more', async () => {
  const cluster = await startCluster({ nodes: 1, only: ['deployment', 'replicaset', 'scheduler'] })
  const { template } = withImage(makeDeployment('web', 1), 'first').spec!
  const labels = { ...template!.metadata?.labels, pod: 'former' }
  await cluster.client.create(replicaSets, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'former', namespace: 'default', labels, annotations: { [REVISION]: '3546343826724305832' } },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { ...template, metadata: { labels } } },
  })
  await cluster.converge()
  await cluster.client.create(deployments, withImage(makeDeployment('web', 1), 'second'))
  await cluster.converge()
  assert.equal((await web(cluster)).metadata?.annotations?.[REVISION], '3546343826724305833')
  assert.equal(cluster.client.all(replicaSets).length, 2)
  cluster.stop()
})
