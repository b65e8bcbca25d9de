import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ask } from '../testing/ask.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
const NODE = { user: 'system:node:n1' }
const call = (line: string, body?: object) => ask(server.socketPath, line, body)
const asNode = async (line: string, body?: object) => {
  const { status, body: answer } = await ask(server.socketPath, line, body, NODE)
  return status < 300 ? status : `${status} ${answer.message}`
}
const PODS = '/api/v1/namespaces/default/pods'
const pod = (name: string, nodeName: string, more: object = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: { nodeName, containers: [{ name: 'c', image: 'i', ...more }] },
})
const node = (name: string, labels: object = {}) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels } })

before(async () => {
  server = await startTestServer()
  const made = async (path: string, body: object) => assert.equal((await call(`POST ${path}`, body)).status, 201)
  for (const name of ['n1', 'n2']) await made('/api/v1/nodes', node(name))
  for (const name of ['mine', 'other'])
    await made('/api/v1/namespaces/default/secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name } })
  await made(PODS, pod('here', 'n1', { envFrom: [{ secretRef: { name: 'mine' } }] }))
  await made(PODS, pod('there', 'n2', { envFrom: [{ secretRef: { name: 'other' } }] }))
})
after(() => server.close())

const STRANGE = "no relationship found between node 'n1' and this object"

test('a node reads its own Node and pods, and what its pods name, as they come and go', async () => {
  assert.equal(await asNode('GET /api/v1/nodes/n1'), 200)
  assert.match(
    String(await asNode('GET /api/v1/nodes/n2')),
    /^403 .*: node 'n1' cannot read 'n2', only its own Node object$/,
  )
  assert.equal(await asNode('GET /api/v1/pods?fieldSelector=spec.nodeName%3Dn1'), 200)
  assert.match(
    String(await asNode('GET /api/v1/pods')),
    /can only list\/watch pods with spec\.nodeName field selector$/,
  )
  assert.equal(await asNode(`GET ${PODS}/here`), 200)
  assert.match(String(await asNode(`GET ${PODS}/there`)), new RegExp(`${STRANGE}$`))
  assert.equal(await asNode('GET /api/v1/namespaces/default/secrets/mine'), 200)
  assert.equal(await asNode('GET /api/v1/namespaces/default/secrets?fieldSelector=metadata.name%3Dmine'), 200)
  assert.match(String(await asNode('GET /api/v1/namespaces/default/secrets/other')), new RegExp(`${STRANGE}$`))
  assert.match(String(await asNode('GET /api/v1/namespaces/default/secrets')), /No Object name found$/)
  assert.equal(await asNode('GET /api/v1/services'), 200)
  assert.match(String(await asNode('GET /apis/apps/v1/deployments')), /at the cluster scope$/)
  await call(`POST ${PODS}`, pod('late', 'n1', { envFrom: [{ secretRef: { name: 'other' } }] }))
  assert.equal(await asNode('GET /api/v1/namespaces/default/secrets/other'), 200)
  await call(`DELETE ${PODS}/late?gracePeriodSeconds=0`)
  assert.match(String(await asNode('GET /api/v1/namespaces/default/secrets/other')), new RegExp(`${STRANGE}$`))
})

test('a node writes its own Node, without taints and others’ labels, and its own Lease', async () => {
  assert.equal(
    await asNode('PATCH /api/v1/nodes/n1', { metadata: { labels: { mine: 'x', 'kubernetes.io/os': 'linux' } } }),
    200,
  )
  assert.equal(await asNode('PATCH /api/v1/nodes/n1/status', { status: { phase: 'Running' } }), 200)
  assert.equal(
    await asNode('PATCH /api/v1/nodes/n2', { metadata: { labels: { mine: 'x' } } }),
    '403 nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"',
  )
  assert.equal(
    await asNode('PATCH /api/v1/nodes/n1', { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }),
    '403 nodes "n1" is forbidden: node "n1" is not allowed to modify taints',
  )
  assert.equal(
    await asNode('PATCH /api/v1/nodes/n1', { metadata: { labels: { 'node-role.kubernetes.io/x': '' } } }),
    '403 nodes "n1" is forbidden: node "n1" is not allowed to modify labels: node-role.kubernetes.io/x',
  )
  assert.match(
    String(await asNode('POST /api/v1/nodes', node('n1', { 'k8s.io/x': '' }))),
    /node "n1" is not allowed to set the following labels: k8s\.io\/x$/,
  )
  assert.match(String(await asNode('POST /api/v1/nodes', node('n3'))), /is not allowed to modify node "n3"$/)
  assert.match(String(await asNode('DELETE /api/v1/nodes/n1')), /^403 /)
  const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases'
  const lease = (name: string) => ({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name } })
  assert.equal(await asNode(`POST ${LEASES}`, lease('n1')), 201)
  assert.match(String(await asNode(`POST ${LEASES}`, lease('n2'))), /can only access node lease with the same name/)
  assert.match(String(await asNode(`GET ${LEASES}/n2`)), /can only access node lease with the same name/)
})

test('a node writes the status of its pods, and makes none but those that it runs by itself', async () => {
  assert.equal(await asNode(`PATCH ${PODS}/here/status`, { status: { message: 'x' } }), 200)
  assert.match(
    String(await asNode(`PATCH ${PODS}/there/status`, { status: { message: 'x' } })),
    /node "n1" can only update pod status for pods with spec\.nodeName set to itself$/,
  )
  assert.match(
    String(await asNode(`PATCH ${PODS}/here/status`, { metadata: { labels: { a: 'b' } } })),
    /node "n1" cannot update labels through pod status$/,
  )
  const why = async (one: object) =>
    String(await asNode(`POST ${PODS}`, one)).replace(/^403 pods "[^"]*" is forbidden: /, '')
  const annotations = { 'kubernetes.io/config.mirror': 'x' }
  const { uid } = (await call('GET /api/v1/nodes/n1')).body.metadata
  const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid, controller: true }
  const mirror = (owners: readonly object[], nodeName = 'n1', more: object = {}) =>
    pod('mirror', nodeName, more, { annotations, ownerReferences: owners })
  const own = 'node "n1" can only create pods with an owner reference set to itself'
  for (const [one, expected] of [
    [
      pod('x', 'n1'),
      'pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
    ],
    [mirror([owner], 'n2'), 'node "n1" can only create pods with spec.nodeName set to itself'],
    [
      mirror([owner, { ...owner, controller: false }]),
      'node "n1" can only create pods with a single owner reference set to itself',
    ],
    [mirror([]), own],
    [mirror([{ ...owner, name: 'n2' }]), own],
    [mirror([{ ...owner, kind: 'Pod' }]), own],
    [
      mirror([{ ...owner, controller: false }]),
      'node "n1" can only create pods with a controller owner reference set to itself',
    ],
    [
      mirror([{ ...owner, blockOwnerDeletion: true }]),
      'node "n1" must not set blockOwnerDeletion on an owner reference',
    ],
    [mirror([{ ...owner, uid: 'other' }]), `node n1 UID mismatch: expected other got ${uid}`],
    [
      mirror([owner], 'n1', { envFrom: [{ secretRef: { name: 'other' } }] }),
      'node "n1" can not create pods that reference secrets',
    ],
    [
      mirror([owner], 'n1', { envFrom: [{ configMapRef: { name: 'm' } }] }),
      'node "n1" can not create pods that reference configmaps',
    ],
  ] as const)
    assert.equal(await why(one), expected)
  assert.equal(await asNode(`POST ${PODS}`, mirror([owner])), 201)
  assert.match(
    String(await asNode(`DELETE ${PODS}/there`)),
    /node "n1" can only delete pods with spec\.nodeName set to itself$/,
  )
  assert.equal(await asNode(`DELETE ${PODS}/mirror?gracePeriodSeconds=0`), 200)
})

test('a node has tokens for its own pods alone', async () => {
  const { uid } = (await call(`GET ${PODS}/here`)).body.metadata
  const token = (boundObjectRef: object | null) =>
    asNode('POST /api/v1/namespaces/default/serviceaccounts/default/token', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { audiences: [], boundObjectRef },
    })
  const ref = { apiVersion: 'v1', kind: 'Pod', name: 'here', uid }
  assert.equal(await token(ref), 201)
  assert.match(String(await token(null)), /node requested token not bound to a pod$/)
  assert.match(String(await token({ ...ref, uid: '' })), /node requested token with a pod binding without a uid$/)
  const there = (await call(`GET ${PODS}/there`)).body.metadata.uid
  assert.match(
    String(await token({ ...ref, name: 'there', uid: there })),
    /node requested token bound to a pod scheduled on a different node$/,
  )
})

test('the rules of a node cannot be listed, which the answer says', async () => {
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    spec: { namespace: 'default' },
  }
  const { body } = await ask(server.socketPath, 'POST /apis/authorization.k8s.io/v1/selfsubjectrulesreviews', review, {
    user: 'system:node:n1',
  })
  assert.equal(body.status.incomplete, true)
  assert.equal(body.status.evaluationError, 'node authorizer does not support user rule resolution')
})
