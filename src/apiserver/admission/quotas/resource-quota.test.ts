import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { configMaps } from '#api/core/configmap/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { resourceQuotas } from '#api/core/resourcequota/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { ApiError } from '#client/client.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

/** A namespace with a quota of which this much is used. */
const quotaOf = async (namespace: string, hard: object, used: object) => {
  const { client } = server
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  const quota = await client.create(
    resourceQuotas,
    { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q', namespace }, spec: { hard: { ...hard } } },
    { namespace },
  )
  await client.update(
    resourceQuotas,
    { ...quota, status: { hard: { ...hard }, used: { ...used } } },
    { subresource: 'status' },
  )
  return {
    used: async () => (await client.get(resourceQuotas, 'q', { namespace })).status?.used,
    make: (name: string, dryRun = false) =>
      client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }, { namespace, dryRun }),
    service: (name: string, type?: 'NodePort') =>
      client.create(
        services,
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name },
          spec: { ports: [{ port: 80 }], ...(type ? { type } : {}) },
        },
        { namespace },
      ),
  }
}
const refused = (work: Promise<unknown>, message: RegExp, code = 403) =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof ApiError, String(error))
    assert.equal(error.status.code, code)
    assert.match(error.message, message)
    return true
  })

test('of two who ask at once for the last of a quota one has it, and it is counted with what it is for', async () => {
  const { make, used } = await quotaOf('race', { configmaps: '2' }, { configmaps: '1' })
  const results = await Promise.allSettled([make('a'), make('b'), make('c')])
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected'])
  assert.deepEqual(await used(), { configmaps: '2' })
  const words =
    'configmaps "d" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=2, limited: configmaps=2'
  await refused(make('d'), new RegExp(`^${words}$`))
})

test('what comes to nothing takes nothing: a dry run, a name that is taken', async () => {
  const { make, used } = await quotaOf('nothing', { 'count/configmaps': '5' }, { 'count/configmaps': '0' })
  await make('a')
  await make('b', true)
  await refused(make('a'), /already exists/, 409)
  assert.deepEqual(await used(), { 'count/configmaps': '1' })
})

test('a Service that asks for node ports later is held against the quota then', async () => {
  const { service, used } = await quotaOf('ports', { 'services.nodeports': '1' }, { 'services.nodeports': '0' })
  const plain = await service('plain')
  await service('open', 'NodePort')
  assert.deepEqual(await used(), { 'services.nodeports': '1' })
  await refused(
    server.client.update(services, { ...plain, spec: { ...plain.spec, type: 'NodePort' } }),
    /exceeded quota: q, requested: services\.nodeports=1, used: services\.nodeports=1, limited: services\.nodeports=1$/,
  )
})

test('a quota holds for its namespace, and one that was never counted for nobody', async () => {
  const { make } = await quotaOf('full', { configmaps: '0' }, { configmaps: '0' })
  await refused(make('a'), /exceeded quota/)
  const other = await quotaOf('fresh', {}, {})
  await other.make('a')
})
