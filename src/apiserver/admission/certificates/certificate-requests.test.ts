import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ask } from '../../testing/ask.ts'
import { grant } from '../../testing/grant.ts'
import { makeSigningRequest } from '../../testing/signing-request.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let request = ''
const CSRS = '/apis/certificates.k8s.io/v1/certificatesigningrequests'

before(async () => {
  server = await startTestServer({ clock: { now: () => Date.parse('2026-11-27T09:00:00Z') } })
  request = btoa((await makeSigningRequest('O=dev, CN=rita')).request)
})
after(() => server.close())

const call = (line: string, body?: object, who?: Parameters<typeof ask>[3]) => ask(server.socketPath, line, body, who)
const csr = (name: string, spec: object = {}) => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name },
  spec: { request, signerName: 'example.com/signer', usages: ['client auth'], ...spec },
})
const made = async (name: string, spec: object = {}) => {
  const { status, body } = await call(`POST ${CSRS}`, csr(name, spec))
  assert.equal(status, 201, JSON.stringify(body))
  return body
}
const rule = (verbs: string, resources: string, ...resourceNames: string[]) => ({
  ...{ verbs: verbs.split(' '), apiGroups: ['certificates.k8s.io'], resources: resources.split(' ') },
  ...(resourceNames.length > 0 ? { resourceNames } : {}),
})
const approval = (type = 'Approved') => ({
  status: { conditions: [{ type, status: 'True', reason: 'Tested', message: 'in a test' }] },
})

test('a request says who sent it, whatever it says itself, and nobody owns what is not theirs to write', async () => {
  await grant(server.client, 'askers', { kind: 'Group', name: 'askers' }, rule('create', 'certificatesigningrequests'))
  const rita = { user: 'rita', groups: ['askers'], headers: { 'impersonate-extra-team': ['a', 'b'] } }
  const given = csr('asked', { username: 'eve', groups: ['system:masters'], uid: '1', extra: { x: ['y'] } })
  const { status, body } = await call(`POST ${CSRS}`, given, rita)
  assert.equal(status, 201, JSON.stringify(body))
  const { username, groups, uid, extra } = body.spec
  assert.deepEqual([username, groups, uid], ['rita', ['askers', 'system:authenticated'], undefined])
  assert.deepEqual(extra, { team: ['a', 'b'] })
  assert.deepEqual([body.status, body.metadata.managedFields], [{}, undefined])
})

test('a request that cannot be read, or was signed by somebody else, is not taken', async () => {
  const { status, body } = await call(`POST ${CSRS}`, csr('junk', { request: btoa('junk'), usages: [] }))
  assert.equal(status, 422)
  assert.deepEqual(
    body.details.causes.map((cause: any) => `${cause.field}: ${cause.message}`),
    [
      'spec.request: Invalid value: "anVuaw==": PEM block type must be CERTIFICATE REQUEST',
      'spec.usages: Required value',
    ],
  )
})

test('nobody becomes a master of the cluster by a certificate', async () => {
  const masters = btoa((await makeSigningRequest('O=system:masters, CN=eve')).request)
  const spec = { request: masters, signerName: 'kubernetes.io/kube-apiserver-client' }
  const { status, body } = await call(`POST ${CSRS}`, csr('eve', spec))
  assert.equal(status, 403)
  assert.equal(
    body.message,
    'certificatesigningrequests.certificates.k8s.io "eve" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
  )
  assert.equal((await call(`POST ${CSRS}`, csr('other', { request: masters }))).status, 201)
})

test('a decision has its times, and is made by who may approve for the signer', async () => {
  await grant(
    server.client,
    'approvers',
    { kind: 'Group', name: 'approvers' },
    rule(
      'get update patch',
      'certificatesigningrequests certificatesigningrequests/approval certificatesigningrequests/status',
    ),
  )
  await grant(server.client, 'ann', { kind: 'User', name: 'ann' }, rule('approve', 'signers', 'example.com/signer'))
  await grant(server.client, 'all', { kind: 'User', name: 'all' }, rule('approve', 'signers', 'example.com/*'))
  await made('one')
  const decide = (who: string, name: string, type?: string) =>
    call(`PATCH ${CSRS}/${name}/approval`, approval(type), { user: who, groups: ['approvers'] })
  const refused = await decide('eve', 'one')
  assert.equal(refused.status, 403)
  assert.equal(
    refused.body.message,
    'certificatesigningrequests.certificates.k8s.io "one" is forbidden: user not permitted to approve requests with signerName "example.com/signer"',
  )
  const { status, body } = await decide('ann', 'one')
  assert.equal(status, 200, JSON.stringify(body))
  const at = '2026-11-27T09:00:00Z'
  const { reason, lastUpdateTime, lastTransitionTime } = body.status.conditions[0]
  assert.deepEqual([reason, lastUpdateTime, lastTransitionTime], ['Tested', at, at])
  assert.equal((await call(`GET ${CSRS}/one/approval`)).body.metadata.uid, body.metadata.uid)
  await made('two')
  assert.equal((await decide('all', 'two', 'Denied')).status, 200)
  const both = { conditions: [...approval('Denied').status.conditions, ...approval().status.conditions] }
  assert.equal((await call(`PATCH ${CSRS}/two/approval`, { status: both })).status, 422)
})

test('a certificate is put in by who may sign for the signer, and is one', async () => {
  await grant(server.client, 'sue', { kind: 'User', name: 'sue' }, rule('sign', 'signers', 'example.com/signer'))
  await made('three')
  const sign = (who: string, certificate: string) =>
    call(`PATCH ${CSRS}/three/status`, { status: { certificate } }, { user: who, groups: ['approvers'] })
  const certificate = btoa(server.pki.server.certificate)
  const refused = await sign('eve', certificate)
  assert.equal(refused.status, 403)
  assert.match(refused.body.message, /user not permitted to sign requests with signerName "example\.com\/signer"$/)
  const labels = { metadata: { labels: { a: 'b' } } }
  const harmless = await call(`PATCH ${CSRS}/three/status`, labels, { user: 'eve', groups: ['approvers'] })
  assert.equal(harmless.status, 200)
  const junk = await sign('sue', btoa('junk'))
  assert.equal(junk.status, 422)
  assert.match(
    junk.body.message,
    /status\.certificate: Invalid value: "<certificate data>": must contain at least one CERTIFICATE PEM block$/,
  )
  const { status, body } = await sign('sue', certificate)
  assert.deepEqual([status, body.status.certificate], [200, certificate])
  const row = await call(`GET ${CSRS}/three`, undefined, {
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  })
  assert.equal(row.body.rows[0].cells.at(-1), 'Pending,Issued')
})
