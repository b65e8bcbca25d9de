import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { ask } from '../testing/ask.ts'
import { startTestServer } from '../testing/test-server.ts'

const server = await startTestServer()
after(() => server.close())
const PATH = '/apis/apiregistration.k8s.io/v1/apiservices'
const names = async (): Promise<readonly string[]> =>
  (await ask(server.socketPath, `GET ${PATH}`)).body.items.map((item: any) => item.metadata.name)

test('each version of each group has an APIService that is answered for here', async () => {
  const { body } = await ask(server.socketPath, `GET ${PATH}/v1.apps`)
  const { uid: _, resourceVersion: __, creationTimestamp, managedFields: ___, ...metadata } = body.metadata
  assert.deepEqual(metadata, { name: 'v1.apps', labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } })
  assert.deepEqual(body.spec, { group: 'apps', version: 'v1', groupPriorityMinimum: 17_800, versionPriority: 15 })
  const [{ lastTransitionTime, ...condition }] = body.status.conditions
  assert.equal(lastTransitionTime, creationTimestamp)
  assert.deepEqual(condition, {
    type: 'Available',
    status: 'True',
    reason: 'Local',
    message: 'Local APIServices are always available',
  })
  const all = await names()
  for (const name of ['v1.', 'v1.authentication.k8s.io', 'v2.autoscaling', 'v1beta1.metrics.k8s.io'])
    assert.ok(all.includes(name), name)
  assert.ok(!all.includes('v1.apiregistration.k8s.io'))
})

test('groups that come and go while the server runs have theirs for as long', async () => {
  const schema = { openAPIV3Schema: { type: 'object' } }
  const definition = {
    metadata: { name: 'boats.sea.example.com' },
    spec: {
      group: 'sea.example.com',
      scope: 'Namespaced',
      names: { plural: 'boats', kind: 'Boat' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  }
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  assert.equal((await ask(server.socketPath, `POST ${path}`, definition)).status, 201)
  while (!(await names()).includes('v1.sea.example.com'));
  const { spec } = (await ask(server.socketPath, `GET ${PATH}/v1.sea.example.com`)).body
  assert.deepEqual([spec.groupPriorityMinimum, spec.versionPriority], [1000, 100])
  await ask(server.socketPath, `DELETE ${path}/boats.sea.example.com`)
  while ((await names()).includes('v1.sea.example.com'));
})

test('one for a Service is kept, and who makes it is told that nobody asks that Service', async () => {
  const body = {
    metadata: { name: 'v1.far.example.com' },
    spec: {
      group: 'far.example.com',
      version: 'v1',
      groupPriorityMinimum: 10,
      versionPriority: 10,
      service: { namespace: 'default', name: 'far' },
    },
  }
  const made = await ask(server.socketPath, `POST ${PATH}`, body)
  assert.equal(made.status, 201)
  assert.equal(made.body.spec.service.port, 443)
  assert.match(made.warnings![0]!, /are not passed on to the Service default\/far/)
})
