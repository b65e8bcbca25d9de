import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startCluster } from '../testing/start-cluster.ts'

const pod = (reference: string, pullPolicy: 'Never' | 'IfNotPresent' = 'IfNotPresent') => ({
  containers: [{ name: 'c', image: 'fairlead/echo', volumeMounts: [{ name: 'v', mountPath: '/m' }] }],
  volumes: [{ name: 'v', image: { reference, pullPolicy } }],
})

test('an image as a volume is fetched by its policy, and mounted to be read', async () => {
  const cluster = await startCluster()
  cluster.runtime.registry.set('h.io/data:1', {})
  await cluster.pod('web', pod('h.io/data:1'))
  const running = await cluster.until('web', (p) => p.status?.phase === 'Running')
  assert.equal((await cluster.events('Pulling'))[0]?.message, 'Pulling image "h.io/data:1"')
  const [container] = [...cluster.runtime.containers.values()]
  const mount = container?.spec.mounts.find(({ destination }) => destination === '/m')
  assert.equal(mount?.readOnly, true)
  assert.match(mount.source, new RegExp(join('pods', running.metadata?.uid ?? '', 'volumes', 'v')))
  assert.equal(cluster.mounter.mounted.get(mount.source), '/layers/h.io/data:1')
})

test('an image that is not to be had keeps its pod from starting, and an Event says why', async () => {
  const cluster = await startCluster()
  await cluster.pod('web', pod('h.io/none:1', 'Never'))
  await cluster.until('web', (p) => p.status?.phase === 'Pending')
  for (let tries = 0; (await cluster.events('ErrImageNeverPull')).length === 0; tries++) {
    assert.ok(tries < 200, 'an Event tells')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.equal(cluster.runtime.containers.size, 0)
})
