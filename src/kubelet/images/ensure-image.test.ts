import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resources } from '../testing/fake-cluster.ts'
import { startCluster } from '../testing/start-cluster.ts'

const reasonOf = (pod: { status?: { containerStatuses?: readonly { state?: { waiting?: { reason?: string } } }[] } }) =>
  pod.status?.containerStatuses?.[0]?.state?.waiting?.reason

test('an image is fetched once, and Events and the status tell of it', async () => {
  const cluster = await startCluster()
  cluster.runtime.registry.set('h.io/app:1', {})
  for (const name of ['one', 'two']) {
    await cluster.pod(name, { containers: [{ name: 'c', image: 'h.io/app:1' }] })
    const pod = await cluster.until(name, (p) => p.status?.phase === 'Running')
    assert.equal(pod.status?.containerStatuses?.[0]?.imageID, 'h.io/app:1@sha256:1')
  }
  assert.deepEqual(
    cluster.runtime.calls.filter((call) => call.startsWith('pull')),
    ['pull h.io/app:1'],
  )
  assert.equal((await cluster.events('Pulling'))[0]?.message, 'Pulling image "h.io/app:1"')
  const [fetched, present] = await cluster.events('Pulled')
  assert.match(
    fetched?.message ?? '',
    /^Successfully pulled image "h.io\/app:1" in \S+ \(\S+ including waiting\)\. Image size: 7 bytes\.$/,
  )
  assert.equal(
    present?.message,
    'Container image "h.io/app:1" already present on machine and can be accessed by the pod',
  )
})

test('what stands in for an image is told as that, to each pod', async () => {
  const cluster = await startCluster()
  const { runtime } = cluster
  const standsIn = { as: 'fairlead/echo gateway-echo', reason: 'no route to h.io' }
  runtime.pullImage = async (image) => {
    const pulled = { id: 'sha256:1', sizeBytes: 0, user: '', origin: 'registry', access: 'all', standsIn } as const
    runtime.images.set(image, pulled)
    return pulled
  }
  for (const name of ['one', 'two']) {
    await cluster.pod(name, { containers: [{ name: 'c', image: 'h.io/app:1' }] })
    await cluster.until(name, (pod) => pod.status?.phase === 'Running')
  }
  const told =
    'Container image "h.io/app:1" is not on this machine: the built-in fairlead/echo gateway-echo stands in for it'
  assert.deepEqual(
    (await cluster.events('Pulled')).map(({ message }) => message),
    [told, told],
  )
  const failed = 'Failed to pull image "h.io/app:1": no route to h.io'
  assert.deepEqual(
    (await cluster.events('Failed')).map(({ message }) => message),
    [failed, failed],
  )
})

test('an image that must not be fetched and is not here is told as ErrImageNeverPull', async () => {
  const cluster = await startCluster()
  cluster.runtime.registry.set('h.io/app:1', {})
  await cluster.pod('never', { containers: [{ name: 'c', image: 'h.io/app:1', imagePullPolicy: 'Never' }] })
  await cluster.until('never', (pod) => reasonOf(pod) === 'ErrImageNeverPull')
  assert.equal(
    (await cluster.events('ErrImageNeverPull'))[0]?.message,
    'Container image "h.io/app:1" is not present with pull policy of Never',
  )
  assert.equal((await cluster.events('Failed'))[0]?.message, 'Error: ErrImageNeverPull')
})

test('a registry that wants a login gets that of the pod’s Secret, and a pod without it does not get what it gave', async () => {
  const cluster = await startCluster()
  cluster.runtime.registry.set('h.io/private:1', { username: 'me' })
  const config = JSON.stringify({ auths: { 'h.io': { username: 'me', password: 'p' } } })
  await cluster.client.create(
    resources.secrets,
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'login', namespace: 'default' },
      data: { '.dockerconfigjson': Buffer.from(config).toString('base64') },
    },
    { namespace: 'default' },
  )
  const containers = [{ name: 'c', image: 'h.io/private:1', imagePullPolicy: 'IfNotPresent' as const }]
  await cluster.pod('with', { containers, imagePullSecrets: [{ name: 'login' }, { name: 'gone' }] })
  await cluster.until('with', (pod) => pod.status?.phase === 'Running')
  assert.match(
    (await cluster.events('FailedToRetrieveImagePullSecret'))[0]?.message ?? '',
    /secrets \(gone\); attempting/,
  )
  await cluster.pod('without', { containers })
  await cluster.until('without', (pod) => reasonOf(pod) === 'ErrImagePull')
  await cluster.pod('again', { containers, imagePullSecrets: [{ name: 'login' }] })
  await cluster.until('again', (pod) => pod.status?.phase === 'Running')
  assert.deepEqual(
    cluster.runtime.calls.filter((call) => call.startsWith('pull')),
    ['pull h.io/private:1 as me', 'pull h.io/private:1'],
  )
})

test('a pod that is deleted while its image is fetched goes at once', async () => {
  const cluster = await startCluster()
  let end: () => void = () => undefined
  cluster.runtime.pullImage = () => new Promise((_, reject) => (end = () => reject(new Error('late'))))
  await cluster.pod('web', { containers: [{ name: 'c', image: 'h.io/app:1' }] })
  await cluster.until('web', (pod) => reasonOf(pod) === 'ContainerCreating')
  await cluster.client.delete(resources.pods, 'web', { namespace: 'default' })
  await cluster.gone('web')
  end()
})
