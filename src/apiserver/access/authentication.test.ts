import assert from 'node:assert/strict'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import { ApiError, type Client } from '#client/client.ts'
import { createHttpClient } from '#client/http-client.ts'
import { httpsTransport } from '#client/https-client.ts'
import { DEFAULT_ACCOUNT, grant } from '../testing/grant.ts'
import { makeSigningRequest } from '../testing/signing-request.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
let client: Client
let address: string
const namespace = 'default'

before(async () => {
  server = await startTestServer()
  client = server.client
  const { port } = (await server.listen({ host: '127.0.0.1', port: 0, tls: true })) as AddressInfo
  address = `https://127.0.0.1:${port}`
  await grant(client, 'lister', DEFAULT_ACCOUNT, { verbs: ['list'], apiGroups: [''], resources: ['services'] })
})
after(() => server.close())

/** A token of the default ServiceAccount, bound to an object of this name. */
const boundToken = async (kind: 'Pod' | 'Secret', name: string): Promise<string> => {
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: { name: 'default' },
    spec: { expirationSeconds: 3607, boundObjectRef: { kind, apiVersion: 'v1', name } },
  }
  const answer = await client.create(serviceAccounts, body as never, { namespace, subresource: 'token' })
  return (answer as unknown as { status: { token: string } }).status.token
}

/** `accepted`, or the code of the refusal. */
const fate = async (token: string): Promise<string | number | undefined> => {
  const caller = createHttpClient(httpsTransport({ server: address, ca: server.rootCa, token: () => token }))
  try {
    await caller.list(services)
    return 'accepted'
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error))
    return error.status.code
  } finally {
    caller.close()
  }
}

const pod = (): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'again' },
  spec: { containers: [{ name: 'c', image: 'fairlead/echo' }] },
})

test('a token that is bound to a pod dies with that pod, also where another is made under its name', async () => {
  await client.create(pods, pod(), { namespace })
  const token = await boundToken('Pod', 'again')
  assert.equal(await fate(token), 'accepted')
  await client.delete(pods, 'again', { namespace, gracePeriodSeconds: 0 })
  assert.equal(await fate(token), 401)
  await client.create(pods, pod(), { namespace })
  assert.equal(await fate(token), 401)
  assert.equal(await fate(await boundToken('Pod', 'again')), 'accepted')
})

test('so does a token that is bound to a Secret, and every one with its ServiceAccount', async () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'again' } } as const
  await client.create(secrets, secret as never, { namespace })
  const token = await boundToken('Secret', 'again')
  assert.equal(await fate(token), 'accepted')
  await client.delete(secrets, 'again', { namespace })
  await client.create(secrets, secret as never, { namespace })
  assert.equal(await fate(token), 401)
  const other = await boundToken('Secret', 'again')
  await client.delete(serviceAccounts, 'default', { namespace })
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }
  await client.create(serviceAccounts, account as never, { namespace })
  assert.equal(await fate(other), 401)
})

/** Who the server takes the owner of a certificate for, that was asked for with this subject. */
const ownerOf = async (subject: string): Promise<any> => {
  const { request: asked, key } = await makeSigningRequest(subject)
  const signerName = 'kubernetes.io/kube-apiserver-client'
  const issued = await server.issueCertificate({ request: asked, signerName, usages: ['client auth'] })
  assert.ok('certificate' in issued)
  const body = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' })
  return new Promise((resolve, reject) => {
    const url = `${address}/apis/authentication.k8s.io/v1/selfsubjectreviews`
    const headers = { 'content-type': 'application/json' }
    const options = { method: 'POST', headers, ca: server.rootCa, cert: issued.certificate, key, agent: false as const }
    const call = request(url, options, async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      const { status, message } = JSON.parse(text)
      resolve(status.userInfo ?? message)
    })
    call.on('error', reject).end(body)
  })
}

test('a certificate that was asked for speaks for its user, with groups and uid', async () => {
  const { username, uid, groups, extra } = await ownerOf('O=dev, O=ops, CN=rita')
  assert.deepEqual([username, uid, groups], ['rita', undefined, ['dev', 'ops', 'system:authenticated']])
  assert.match(extra['authentication.kubernetes.io/credential-id'][0], /^X509SHA256=[0-9a-f]{64}$/)
  const known = await ownerOf('CN=rita, 1.3.6.1.4.1.57683.2=77')
  assert.deepEqual([known.username, known.uid], ['rita', '77'])
  assert.equal(await ownerOf('CN=rita, 1.3.6.1.4.1.57683.2=77, 1.3.6.1.4.1.57683.2=78'), 'Unauthorized')
  assert.match(await ownerOf('O=dev'), /User "system:anonymous" cannot create resource "selfsubjectreviews"/)
})
