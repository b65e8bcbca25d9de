import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { limitRanges } from '#api/core/limitrange/resource.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { ApiError } from '#client/client.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { limitRanger } from './limit-ranger.ts'

const scope = { namespace: 'default' }
let server: TestServer
before(async () => {
  server = await startTestServer()
  const limit = (name: string, limits: any) =>
    server.client.create(
      limitRanges,
      { apiVersion: 'v1', kind: 'LimitRange', metadata: { name }, spec: { limits } },
      scope,
    )
  await limit('a', [
    { type: 'Container', defaultRequest: { cpu: '100m' }, default: { cpu: '200m' }, max: { cpu: '1' } },
  ])
  await limit('b', [{ type: 'PersistentVolumeClaim', max: { storage: '2Gi' } }])
})
after(() => server.close())

const makePod = (name: string, ...containers: object[]) =>
  server.client.create(
    pods,
    { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: containers as any } },
    scope,
  )
const claim = (storage: string): any => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'c' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
})
const refused = (work: Promise<unknown>, message: string) =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof ApiError, String(error))
    assert.deepEqual([error.status.code, error.message], [403, message])
    return true
  })

test('a container has the limits of its namespace, which put the pod into its class', async () => {
  const pod = await makePod('p', { name: 'c', image: 'i' })
  assert.deepEqual(pod.spec?.containers?.[0]?.resources, { requests: { cpu: '100m' }, limits: { cpu: '200m' } })
  assert.equal(pod.status?.qosClass, 'Burstable')
})

test('a pod past the bounds is refused, with all that is against it', async () => {
  const most = 'maximum cpu usage per Container is 1, but limit is'
  const container = (name: string, cpu: string) => ({ name, image: 'i', resources: { limits: { cpu } } })
  await refused(makePod('greedy', container('a', '3')), `pods "greedy" is forbidden: ${most} 3`)
  await refused(
    makePod('greedy', container('a', '3'), container('b', '3'), container('c', '4')),
    `pods "greedy" is forbidden: [${most} 3, ${most} 4]`,
  )
})

test('a pod that is there may be labelled, whatever the limits have become', async () => {
  await makePod('old', { name: 'c', image: 'i' })
  await server.client.patch(
    limitRanges,
    'a',
    'merge',
    { spec: { limits: [{ type: 'Container', max: { cpu: '1m' } }] } },
    scope,
  )
  const pod = await server.client.patch(pods, 'old', 'merge', { metadata: { labels: { a: 'b' } } }, scope)
  assert.equal(pod.metadata?.labels?.a, 'b')
})

test('a claim past the bounds is refused', async () => {
  const most =
    'persistentvolumeclaims "c" is forbidden: maximum storage usage per PersistentVolumeClaim is 2Gi, but request is'
  await refused(server.client.create(persistentVolumeClaims, claim('3Gi'), scope), `${most} 3Gi`)
  await server.client.create(persistentVolumeClaims, claim('2Gi'), scope)
})

test('of what is there, a resize of a pod and a claim itself are held against the limits, unless it is going', () => {
  const max = { cpu: '1', storage: '1Gi' }
  const limits = ['Container', 'PersistentVolumeClaim'].map((type) => ({ type, max }))
  const reader = { all: () => [{ metadata: { name: 'l' }, spec: { limits } }] }
  const pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', resources: { limits: { cpu: '2' } } }] } }
  const going = { metadata: { name: 'p', deletionTimestamp: '2026-01-01T00:00:00Z' } }
  const isRefused = (resource: object, object: object, subresource: string, previous = object): boolean => {
    try {
      limitRanger.checkUpdate!({ resource, object, previous, subresource, reader } as never)
      return false
    } catch {
      return true
    }
  }
  for (const [resource, object, only] of [
    [pods, pod, 'resize'],
    [persistentVolumeClaims, claim('2Gi'), ''],
  ] as const)
    for (const subresource of ['', 'status', 'resize']) {
      assert.equal(isRefused(resource, object, subresource), subresource === only, `${resource.plural} ${subresource}`)
      assert.equal(isRefused(resource, object, subresource, going), false)
    }
})
