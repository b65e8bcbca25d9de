import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { configMaps } from '#api/core/configmap/resource.ts'
import type { Service, ServiceSpec } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import type { ApiError } from '#client/client.ts'
import { createUnixClient } from '#client/unix-client.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'
import { UnsteadyJournal } from '../testing/unsteady-journal.ts'

const scope = { namespace: 'default' }
const full = new Error('no space left on device')
let journal: UnsteadyJournal
let server: TestServer

before(async () => {
  journal = new UnsteadyJournal()
  server = await startTestServer({ journal })
})
after(() => server.close())
beforeEach(() => journal.failWith(undefined))

const service = (name: string, spec: Partial<ServiceSpec> = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
})
const map = (name: string, value = 'a') =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value } }) as const
const statusOf = (work: Promise<unknown>): Promise<ApiError['status']> =>
  work.then(
    () => assert.fail('nothing was refused'),
    ({ status }: ApiError) => status,
  )
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

test('what cannot be kept is refused with a Status that says why, whatever the verb, and is not there', async () => {
  const client = createUnixClient(server.socketPath)
  await client.create(configMaps, map('kept'), scope)
  const { resourceVersion } = (await client.get(configMaps, 'kept', scope)).metadata!
  journal.failWith(full)
  for (const write of [
    () => client.create(configMaps, map('new'), scope),
    () => client.update(configMaps, map('kept', 'b'), scope),
    () => client.patch(configMaps, 'kept', 'merge', { data: { value: 'b' } }, scope),
    () => client.delete(configMaps, 'kept', scope),
  ]) {
    const { code, reason, message } = await statusOf(write())
    assert.deepEqual([code, reason], [500, 'InternalError'])
    assert.match(message ?? '', /nothing has changed: no space left on device$/)
  }
  journal.failWith(undefined)
  assert.equal((await statusOf(client.get(configMaps, 'new', scope))).code, 404)
  const kept = await client.get(configMaps, 'kept', scope)
  assert.deepEqual([kept.data, kept.metadata?.resourceVersion], [{ value: 'a' }, resourceVersion])
  // And it goes on where there is room again.
  assert.equal((await client.update(configMaps, map('kept', 'c'), scope)).data?.value, 'c')
  await client.delete(configMaps, 'kept', scope)
  client.close()
})

test('addresses and ports of a Service that could not be kept are free again; of one that could not go they are not', async () => {
  const spec: Partial<ServiceSpec> = {
    type: 'LoadBalancer',
    externalTrafficPolicy: 'Local',
    clusterIP: '10.96.0.77',
    ports: [{ port: 80, nodePort: 30_777 }],
    healthCheckNodePort: 30_778,
  }
  journal.failWith(full)
  assert.equal((await statusOf(server.client.create(services, service('lost', spec), scope))).code, 500)
  journal.failWith(undefined)
  await server.client.create(services, service('held', spec), scope)
  journal.failWith(full)
  assert.equal((await statusOf(server.client.delete(services, 'held', scope))).code, 500)
  const narrower = { spec: { type: 'ClusterIP', healthCheckNodePort: null, ports: null } }
  assert.notEqual((await statusOf(server.client.patch(services, 'held', 'merge', narrower, scope))).code, 404)
  journal.failWith(undefined)
  for (const wanted of [
    { clusterIP: '10.96.0.77' },
    { type: 'NodePort', ports: [{ port: 80, nodePort: 30_777 }] },
    { type: 'NodePort', ports: [{ port: 80, nodePort: 30_778 }] },
  ] as const)
    assert.match(
      (await statusOf(server.client.create(services, service('other', wanted), scope))).message ?? '',
      /already allocated/,
    )
  await server.client.delete(services, 'held', scope)
  await server.client.create(services, service('other', spec), scope)
  await server.client.delete(services, 'other', scope)
})

test('a write on its way is not there yet; the next of the same object is made from it, and a stale one is a conflict', async () => {
  const made = await server.client.create(configMaps, map('busy', 'one'), scope)
  journal.hold()
  const stale = { ...map('busy', 'stale'), metadata: made.metadata! }
  const second = server.client.update(configMaps, { ...map('busy', 'two'), metadata: made.metadata! }, scope)
  const third = server.client.patch(configMaps, 'busy', 'merge', { data: { more: 'three' } }, scope)
  const late = statusOf(server.client.update(configMaps, stale, scope))
  const tried = server.client.patch(configMaps, 'busy', 'merge', { data: { tried: 'x' } }, { ...scope, dryRun: true })
  await turns()
  assert.deepEqual((await server.client.get(configMaps, 'busy', scope)).data, { value: 'one' })
  journal.release()
  assert.deepEqual((await second).data, { value: 'two' })
  assert.deepEqual((await third).data, { value: 'two', more: 'three' })
  assert.equal((await late).reason, 'Conflict')
  assert.deepEqual((await tried).data, { value: 'two', more: 'three', tried: 'x' })
  assert.deepEqual((await server.client.get(configMaps, 'busy', scope)).data, { value: 'two', more: 'three' })
  await server.client.delete(configMaps, 'busy', scope)
})

test('a dry run asks the journal for nothing, and a collection is taken away by few appends', async () => {
  const client = createUnixClient(server.socketPath)
  for (const name of ['a', 'b', 'c', 'd']) await client.create(configMaps, map(name), scope)
  const before = journal.asked.length
  await client.create(configMaps, map('e'), { ...scope, dryRun: true })
  assert.equal(journal.asked.length, before)
  client.close()
  await remove(server.socketPath, '/api/v1/namespaces/default/configmaps')
  assert.ok(journal.asked.length - before <= 2, String(journal.asked.slice(before)))
  assert.equal((await server.client.list(configMaps, scope)).items.length, 0)
})

test('a server that starts over a journal has all that was answered, makes nothing twice, and changes nothing', async () => {
  const mine = await server.client.create(services, service('mine', { type: 'NodePort' }), scope)
  const before = await server.client.list(services)
  const objects = (list: typeof before): readonly ApiObject[] => list.items
  const asked = journal.asked.length
  const next = await startTestServer({ journal })
  assert.deepEqual(objects(await next.client.list(services)), objects(before))
  assert.equal(journal.asked.length, asked)
  const { clusterIPs = [], ports = [] } = mine.spec ?? {}
  for (const taken of [{ clusterIP: clusterIPs[0]! }, { type: 'NodePort' as const, ports }])
    assert.match(
      (await statusOf(next.client.create(services, service('thief', taken), scope))).message ?? '',
      /already allocated/,
    )
  await next.close()
})

const remove = async (socketPath: string, path: string): Promise<void> => {
  const { rawRequest, requestBytes } = await import('../testing/raw-request.ts')
  assert.equal((await rawRequest(socketPath, requestBytes('DELETE', path, {}))).status, 200)
}
