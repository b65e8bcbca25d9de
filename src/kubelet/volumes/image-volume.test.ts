import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pods } from '#api/core/pod/resource.ts'
import { heldImages } from '#runtime/images/image-hold.ts'
import { eventually } from '../testing/eventually.ts'
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
  assert.ok(mount)
  assert.deepEqual([mount.readOnly, mount.isInert], [true, true])
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

test('an image is held before it is mounted, and by the image that its name leads to then; no more once its pod is gone', async () => {
  const cluster = await startCluster()
  cluster.runtime.registry.set('h.io/data:1', {})
  // What is read has a folder a node.
  const nodes = mkdtempSync(join(tmpdir(), 'fairlead-nodes-'))
  symlinkSync(cluster.stateDir, join(nodes, 'n1'))
  const held = () => heldImages(nodes).map(({ imageId, pod }) => `${imageId} ${pod}`)
  const seen: (readonly string[])[] = []
  cluster.runtime.onImageFiles = (name) => {
    seen.push(held())
    const now = cluster.runtime.images.get(name)
    // Once it moves right after it was found.
    if (now !== undefined && seen.length === 2) cluster.runtime.images.set(name, { ...now, id: 'moved' })
  }
  await cluster.pod('web', pod('h.io/data:1'))
  await cluster.until('web', (p) => p.status?.phase === 'Running')
  assert.deepEqual(seen, [[], ['h.io/data:1@sha256:1 default/web'], ['moved default/web']])
  await cluster.client.delete(pods, 'web', { namespace: 'default', gracePeriodSeconds: 0 })
  await eventually('it is let go', () => held().length === 0)
  rmSync(nodes, { recursive: true })
})
