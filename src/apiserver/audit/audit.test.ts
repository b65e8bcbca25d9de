import assert from 'node:assert/strict'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { services } from '#api/core/service/resource.ts'
import { createHttpClient } from '#client/http-client.ts'
import { httpsTransport } from '#client/https-client.ts'
import { ask } from '../testing/ask.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'
import type { AuditEvent } from './audit-event.ts'

let server: TestServer
const told: AuditEvent[] = []
const NOW = Date.parse('2026-11-27T03:04:05.678Z')

before(async () => {
  server = await startTestServer({ audit: (event) => told.push(event), clock: { now: () => NOW } })
})
after(() => server.close())

/** What one request is told of; the last of it comes when its answer has been taken. */
const toldOf = async (line: string, ...rest: readonly unknown[]): Promise<AuditEvent[]> => {
  told.length = 0
  await ask(server.socketPath, line, ...(rest as [object?]))
  for (let turns = 0; told.at(-1)?.stage !== 'ResponseComplete' && turns < 100; turns++)
    await new Promise((resolve) => setTimeout(resolve, 5))
  return [...told]
}

test('a write is told of with who asked for what, by which right, and what became of it', async () => {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { secret: 'x' } }
  const headers = { 'audit-id': 'mine', 'user-agent': 'kubectl' }
  const [event, ...more] = await toldOf('POST /api/v1/namespaces/default/configmaps?fieldManager=me', body, { headers })
  assert.deepEqual(more, [])
  assert.deepEqual(event, {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: 'mine',
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/default/configmaps?fieldManager=me',
    verb: 'create',
    user: { username: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] },
    userAgent: 'kubectl',
    objectRef: { resource: 'configmaps', namespace: 'default', name: 'a', apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 201 },
    requestReceivedTimestamp: '2026-11-27T03:04:05.678000Z',
    stageTimestamp: '2026-11-27T03:04:05.678000Z',
    annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
  })
  assert.ok(!JSON.stringify(event).includes('secret'))
})

test('a refusal is told of with its reason, and who was impersonated by whom', async () => {
  const line = 'DELETE /apis/apps/v1/namespaces/default/deployments/web'
  const [event] = await toldOf(line, undefined, { user: 'rita', headers: { 'user-agent': 'x'.repeat(2000) } })
  assert.equal(event!.user.username, 'system:apiserver')
  assert.deepEqual(event!.impersonatedUser, { username: 'rita', groups: ['system:authenticated'] })
  assert.equal(event!.userAgent, `${'x'.repeat(1024)}...TRUNCATED`)
  assert.deepEqual(event!.objectRef, {
    resource: 'deployments',
    namespace: 'default',
    name: 'web',
    apiGroup: 'apps',
    apiVersion: 'v1',
  })
  assert.equal(event!.annotations!['authorization.k8s.io/decision'], 'forbid')
  const { message, ...status } = event!.responseStatus
  assert.match(message!, /User "rita" cannot delete resource "deployments"/)
  assert.deepEqual(status, {
    metadata: {},
    status: 'Failure',
    reason: 'Forbidden',
    details: { name: 'web', group: 'apps', kind: 'deployments' },
    code: 403,
  })
})

test('what admission found out stands beside the decision', async () => {
  const labels = { 'pod-security.kubernetes.io/audit': 'baseline' }
  await ask(server.socketPath, 'PATCH /api/v1/namespaces/default', { metadata: { labels } })
  const spec = { hostPID: true, containers: [{ name: 'c', image: 'i' }] }
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec }
  const [event] = await toldOf('POST /api/v1/namespaces/default/pods', body)
  assert.equal(event!.annotations!['pod-security.kubernetes.io/enforce-policy'], 'privileged:latest')
  assert.equal(
    event!.annotations!['pod-security.kubernetes.io/audit-violations'],
    'would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)',
  )
})

test('a watch is told of when it begins and when it has ended', async () => {
  told.length = 0
  const call = request({ socketPath: server.socketPath, path: '/api/v1/services?watch=1' }).end()
  await new Promise((resolve) => call.on('response', resolve))
  assert.deepEqual(
    told.map(({ stage, verb, responseStatus }) => [stage, verb, responseStatus.code]),
    [['ResponseStarted', 'watch', 200]],
  )
  call.destroy()
  while (told.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.deepEqual([told[1]!.stage, told[1]!.auditID], ['ResponseComplete', told[0]!.auditID])
})

test('a way into a pod is told of, too, and paths that are no resources', async () => {
  const headers = { connection: 'Upgrade', upgrade: 'websocket' }
  const [event] = await toldOf('GET /api/v1/namespaces/default/pods/p/exec?command=sh', undefined, { headers })
  assert.equal(event!.requestURI, '/api/v1/namespaces/default/pods/p/exec?command=sh')
  assert.deepEqual([event!.objectRef!.subresource, event!.responseStatus.code], ['exec', 400])
  const [path] = await toldOf('GET /version')
  assert.deepEqual([path!.verb, path!.objectRef, path!.responseStatus.code], ['get', undefined, 200])
})

test('by TLS it is told from where, and of whoever could not say who they are', async () => {
  const { port } = (await server.listen({ host: '127.0.0.1', port: 0, tls: true })) as AddressInfo
  const client = createHttpClient(
    httpsTransport({ server: `https://127.0.0.1:${port}`, ca: server.rootCa, token: () => 'wrong' }),
  )
  told.length = 0
  await assert.rejects(client.list(services))
  client.close()
  while (told.length < 1) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.deepEqual([told[0]!.user, told[0]!.sourceIPs], [{}, ['127.0.0.1']])
  assert.equal(told[0]!.responseStatus.reason, 'Unauthorized')
})

test('every answer names the id of its request, also where nobody keeps the log', async () => {
  const silent = await startTestServer()
  const idOf = (headers: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const call = request({ socketPath: silent.socketPath, path: '/version', headers: { ...headers } })
      call
        .on('response', (response) => resolve(response.resume().headers['audit-id']))
        .on('error', reject)
        .end()
    })
  try {
    assert.match(String(await idOf({})), /^[0-9a-f]{8}-/)
    assert.equal(await idOf({ 'audit-id': 'mine' }), 'mine')
  } finally {
    await silent.close()
  }
})
