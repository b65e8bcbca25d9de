import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ask } from '../testing/ask.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

const time = '2026-01-01T00:00:01Z'
const stats = (nano: number | undefined, bytes: number) => ({
  cpu: { time, ...(nano === undefined ? {} : { usageNanoCores: nano }), usageCoreNanoSeconds: 1 },
  memory: { time, usageBytes: 2 * bytes, workingSetBytes: bytes, rssBytes: 1 },
})
const uids = new Map<string, string>()
const asked: string[] = []

const kubelets = createServer((request, response) => {
  asked.push(request.url!)
  if (request.url !== '/nodes/n1/stats/summary') {
    response.writeHead(500).end('no')
    return
  }
  const podOf = (name: string, containers: readonly object[]) => ({
    podRef: { name, namespace: 'default', uid: uids.get(name) },
    containers,
  })
  const pods = [
    podOf('web', [
      { name: 'a', ...stats(250_000_000, 10 * 1024 * 1024) },
      { name: 'b', ...stats(1, 1000) },
    ]),
    // Its second container is not known yet; the last has none that runs.
    podOf('new', [
      { name: 'a', ...stats(1, 1) },
      { name: 'b', ...stats(undefined, 1) },
    ]),
    podOf('idle', []),
  ]
  response.end(JSON.stringify({ node: stats(1_500_000_000, 3 * 1024 ** 3), windowMilliseconds: 1500, pods }))
})

let server: TestServer
before(async () => {
  server = await startTestServer({
    kubelet: (name) =>
      name === 'lost' ? undefined : { socketPath: join(server.folder, 'kubelet'), path: `/nodes/${name}` },
  })
  await once(kubelets.listen(join(server.folder, 'kubelet')), 'listening')
  for (const name of ['n1', 'n2', 'lost'])
    await ask(server.socketPath, 'POST /api/v1/nodes', { metadata: { name, labels: { zone: name } } })
  for (const name of ['web', 'new', 'idle', 'unknown']) {
    const pod = {
      metadata: { name, labels: { app: name } },
      spec: { nodeName: 'n1', containers: [{ name: 'a', image: 'i' }] },
    }
    const made = await ask(server.socketPath, 'POST /api/v1/namespaces/default/pods', pod)
    uids.set(name, made.body.metadata.uid)
  }
})
after(async () => {
  kubelets.close()
  kubelets.closeAllConnections()
  await server.close()
})

const get = (path: string, accept?: string) =>
  ask(server.socketPath, `GET /apis/metrics.k8s.io/v1beta1/${path}`, undefined, accept ? { headers: { accept } } : {})

test('nodes are told with what they use, but for those of which nothing is known', async () => {
  const item = {
    metadata: { name: 'n1', creationTimestamp: time, labels: { zone: 'n1' } },
    timestamp: time,
    window: '1.5s',
    usage: { cpu: '1500m', memory: '3Gi' },
  }
  const { status, body } = await get('nodes')
  assert.equal(status, 200)
  assert.deepEqual(body, { kind: 'NodeMetricsList', apiVersion: 'metrics.k8s.io/v1beta1', metadata: {}, items: [item] })
  assert.deepEqual((await get('nodes/n1')).body, { kind: 'NodeMetrics', apiVersion: 'metrics.k8s.io/v1beta1', ...item })
  assert.deepEqual((await get('nodes?labelSelector=zone=n2')).body.items, [])
  for (const name of ['n2', 'lost', 'none']) {
    const { body: refusal } = await get(`nodes/${name}`)
    assert.deepEqual([refusal.code, refusal.message], [404, `nodemetrics.metrics.k8s.io "${name}" not found`])
  }
})

test('pods are told container by container, once all that run are known; who is asked about is selected by labels', async () => {
  const item = {
    metadata: { name: 'web', namespace: 'default', creationTimestamp: time, labels: { app: 'web' } },
    timestamp: time,
    window: '1.5s',
    containers: [
      { name: 'a', usage: { cpu: '250m', memory: '10Mi' } },
      { name: 'b', usage: { cpu: '1n', memory: '1k' } },
    ],
  }
  for (const path of [
    'pods',
    'namespaces/default/pods',
    'pods?labelSelector=app%3Dweb',
    'pods?fieldSelector=spec.nodeName%3Dn1',
  ])
    assert.deepEqual((await get(path)).body.items, [item], path)
  asked.length = 0
  for (const path of ['namespaces/other/pods', 'pods?labelSelector=app%3Dnone'])
    assert.deepEqual((await get(path)).body.items, [])
  assert.deepEqual(asked, [])
  const { metadata } = (await get('namespaces/default/pods/web')).body
  assert.deepEqual(metadata, item.metadata)
  assert.equal(
    (await get('namespaces/default/pods/new')).body.message,
    'podmetrics.metrics.k8s.io "default/new" not found',
  )
})

test('they are read and nothing else, in JSON or as a table', async () => {
  const { body } = await get('pods', 'application/json;as=Table;g=meta.k8s.io;v=v1')
  assert.deepEqual(body.rows[0].cells, ['web', '250000001n', '10486760', '1.5s'])
  assert.equal((await get('pods', 'application/vnd.kubernetes.protobuf')).status, 406)
  assert.equal((await get('pods?watch=1')).status, 405)
  assert.equal((await ask(server.socketPath, 'DELETE /apis/metrics.k8s.io/v1beta1/nodes/n1')).status, 405)
  const { body: found } = await get('')
  assert.deepEqual(
    found.resources.map(({ name, kind, verbs, storageVersionHash: hash }: any) => [name, kind, verbs, hash]),
    [
      ['nodes', 'NodeMetrics', ['get', 'list'], undefined],
      ['pods', 'PodMetrics', ['get', 'list'], undefined],
    ],
  )
  const user = { user: 'u', groups: ['system:authenticated'] }
  const refused = await ask(server.socketPath, 'GET /apis/metrics.k8s.io/v1beta1/nodes', undefined, user)
  assert.equal(refused.status, 403)
})
