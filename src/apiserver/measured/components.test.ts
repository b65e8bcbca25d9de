import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { ask } from '../testing/ask.ts'
import { startTestServer } from '../testing/test-server.ts'

const server = await startTestServer()
after(() => server.close())

test('the parts of the control plane tell that they are well, by the names of every cluster, and that nobody should ask', async () => {
  const { status, body, warnings } = await ask(server.socketPath, 'GET /api/v1/componentstatuses')
  assert.equal(status, 200)
  assert.deepEqual(warnings, ['v1 ComponentStatus is deprecated in v1.19+'])
  assert.deepEqual(
    body.items.map(({ metadata, conditions }: any) => [metadata.name, conditions]),
    ['controller-manager', 'etcd-0', 'scheduler'].map((name) => [
      name,
      [{ type: 'Healthy', status: 'True', message: 'ok' }],
    ]),
  )
  assert.equal((await ask(server.socketPath, 'GET /api/v1/componentstatuses/etcd-0')).body.kind, 'ComponentStatus')
  const none = await ask(server.socketPath, 'GET /api/v1/componentstatuses/none')
  assert.deepEqual([none.status, none.body.message], [404, 'componentstatuses "none" not found'])
  const one = await ask(server.socketPath, 'GET /api/v1/componentstatuses?fieldSelector=metadata.name%3Dscheduler')
  assert.equal(one.body.items.length, 1)
})

test('a Binding that names its pod binds it, as the pod’s own part does', async () => {
  const pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  await ask(server.socketPath, 'POST /api/v1/namespaces/default/pods', pod)
  const body = { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n1' } }
  const bound = await ask(server.socketPath, 'POST /api/v1/namespaces/default/bindings', body)
  assert.deepEqual([bound.status, bound.body.status], [201, 'Success'])
  assert.equal((await ask(server.socketPath, 'GET /api/v1/namespaces/default/pods/p')).body.spec.nodeName, 'n1')
  assert.equal((await ask(server.socketPath, 'GET /api/v1/namespaces/default/bindings')).status, 405)
})
