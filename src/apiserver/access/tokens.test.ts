import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, verify, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { connect } from 'node:tls'
import { secrets } from '#api/core/secret/resource.ts'
import { ask } from '../testing/ask.ts'
import { DEFAULT_ACCOUNT, grant } from '../testing/grant.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
let port: number
let time = Date.parse('2026-11-27T03:00:00Z')
const AUTHN = 'authentication.k8s.io/v1'

before(async () => {
  server = await startTestServer({ clock: { now: () => time } })
  port = ((await server.listen({ host: '127.0.0.1', port: 0, tls: true })) as AddressInfo).port
  await grant(server.client, 'lister', DEFAULT_ACCOUNT, { verbs: ['list'], apiGroups: [''], resources: ['services'] })
})
after(() => server.close())

const call = (line: string, body?: object, who?: Parameters<typeof ask>[3]) => ask(server.socketPath, line, body, who)
const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts'
const tokenRequest = (spec: object, more: object = {}, account = 'default') =>
  call(`POST ${ACCOUNTS}/${account}/token`, {
    apiVersion: AUTHN,
    kind: 'TokenRequest',
    spec: { audiences: [], ...spec },
    ...more,
  })
const tokenOf = async (spec: object = {}): Promise<string> => {
  const { status, body } = await tokenRequest(spec)
  assert.equal(status, 201, JSON.stringify(body))
  return body.status.token
}
const review = async (token: string, audiences?: readonly string[]) => {
  const spec = { token, ...(audiences ? { audiences } : {}) }
  const { body } = await call(`POST /apis/${AUTHN}/tokenreviews`, { apiVersion: AUTHN, kind: 'TokenReview', spec })
  return body.status
}

/** Status and body of a GET over TLS, with these headers. */
const overTls = (path: string, headers: Readonly<Record<string, string>>, tls: object = {}) =>
  new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    const socket = connect({ host: '127.0.0.1', port, ca: server.rootCa, servername: 'localhost', ...tls }, () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines.join('')}\r\n`),
    )
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', reject)
    socket.on('end', () => resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), text }))
  })

test('a token is refused for too short or too long, for another account or object, in Kubernetes’ words', async () => {
  const why = async (spec: object, more: object = {}) => {
    const { status, body } = await tokenRequest(spec, more)
    return `${status} ${body.message}`
  }
  const invalid = '422 TokenRequest.authentication.k8s.io'
  assert.equal(
    await why({ expirationSeconds: 599 }),
    `${invalid} "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes`,
  )
  assert.equal(
    await why({ expirationSeconds: 2 ** 32 + 1 }),
    `${invalid} "" is invalid: spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds`,
  )
  assert.equal(
    await why({}, { metadata: { name: 'other' } }),
    `${invalid} "default" is invalid: metadata.name: Invalid value: "other": must match the service account name if specified`,
  )
  assert.match(await why({}, { metadata: { namespace: 'other' } }), /^4\d\d .*namespace/)
  const bound = (ref: object) => why({ boundObjectRef: ref })
  assert.equal(
    await bound({ kind: 'ConfigMap', apiVersion: 'v1', name: 'x' }),
    '400 cannot bind token to object of type /v1, Kind=ConfigMap',
  )
  assert.equal(
    await bound({ kind: 'Deployment', apiVersion: 'apps/v1', name: 'x' }),
    '400 cannot bind token to object of type apps/v1, Kind=Deployment',
  )
  assert.equal(await bound({ kind: 'Pod', apiVersion: 'v1', name: 'x' }), '404 pods "x" not found')
  await server.client.create(
    secrets,
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } },
    { namespace: 'default' },
  )
  assert.match(
    await bound({ kind: 'Secret', apiVersion: 'v1', name: 's', uid: 'other' }),
    /^409 Operation cannot be fulfilled on Secret "s": the UID in the bound object reference \(other\)/,
  )
  await call(`POST ${ACCOUNTS}`, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'second' } })
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { serviceAccountName: 'second', containers: [{ name: 'c', image: 'i' }] },
  }
  assert.equal((await call('POST /api/v1/namespaces/default/pods', pod)).status, 201)
  assert.equal(
    await bound({ kind: 'Pod', apiVersion: 'v1', name: 'p' }),
    '400 cannot bind token for serviceaccount "default" to pod running with different serviceaccount name.',
  )
  assert.equal((await tokenRequest({}, {}, 'nobody')).status, 404)
})

test('a token tells whom it speaks for and where, and is for its audiences alone', async () => {
  assert.equal(
    (await call('POST /api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } })).status,
    201,
  )
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'q' },
    spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] },
  }
  const { body: made } = await call('POST /api/v1/namespaces/default/pods', pod)
  const token = await tokenOf({
    audiences: ['vault', 'lab'],
    boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'q' },
  })
  const { authenticated, user, audiences } = await review(token, ['lab', 'other'])
  assert.deepEqual([authenticated, audiences], [true, ['lab']])
  assert.equal(user.username, 'system:serviceaccount:default:default')
  assert.deepEqual(user.extra['authentication.kubernetes.io/pod-uid'], [made.metadata.uid])
  assert.deepEqual(user.extra['authentication.kubernetes.io/node-name'], ['n1'])
  assert.match(user.extra['authentication.kubernetes.io/credential-id'][0], /^JTI=/)
  const refusal = await review(token)
  assert.deepEqual(refusal.user, {})
  assert.equal(
    refusal.error,
    'token audiences ["vault" "lab"] is invalid for the target audiences ["https://kubernetes.default.svc.cluster.local"]',
  )
  const ofNode = await tokenOf({ boundObjectRef: { kind: 'Node', apiVersion: 'v1', name: 'n1' } })
  assert.equal((await review(ofNode)).authenticated, true)
  await call('DELETE /api/v1/nodes/n1')
  assert.equal((await review(ofNode)).error, '[invalid bearer token, service account token has been invalidated]')
  assert.equal((await review(token, ['lab'])).authenticated, true, 'a pod’s token only says on which node it is')
})

test('a token ends with its time, a minute late at most', async () => {
  const token = await tokenOf({ expirationSeconds: 600 })
  const begun = time
  time = begun + 650_000
  assert.equal((await review(token)).authenticated, true)
  time = begun + 660_000
  assert.equal((await review(token)).error, '[invalid bearer token, service account token has expired]')
  time = begun
})

test('a token is one text, and only what has the form of one is read', async () => {
  const token = await tokenOf()
  const invalid = { authenticated: undefined, user: {}, error: 'invalid bearer token' }
  const [header = '', payload = '', signature = ''] = token.split('.')
  const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
  const forged = [
    `${token}=`,
    `${token}!`,
    `${token}.x`,
    `${none}.${payload}.`,
    `${header}.${payload}.`,
    '.'.repeat(1e6),
  ]
  for (const text of [...forged, `${none}.${payload}.${signature}`]) {
    const { authenticated, user, error } = await review(text)
    assert.deepEqual({ authenticated, user, error }, invalid, text.slice(-20))
  }
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const shapes = [
    null,
    [],
    'x',
    { ...claims, aud: 'x' },
    { ...claims, aud: undefined },
    { ...claims, exp: '9999999999' },
  ]
  const more = [
    { ...claims, nbf: null },
    { ...claims, 'kubernetes.io': null },
    { ...claims, 'kubernetes.io': {} },
  ]
  for (const shape of [...shapes, ...more]) {
    const { error } = await review(server.signer.sign(shape as never))
    assert.equal(error, 'invalid bearer token', JSON.stringify(shape))
  }
  assert.equal((await review(server.signer.sign(claims))).authenticated, true)
})

test('a certificate that ends while its connection lives on is refused from then on', async () => {
  const { certificate: cert, key } = server.pki.admin
  const socket = connect({ host: '127.0.0.1', port, ca: server.rootCa, servername: 'localhost', cert, key })
  const status = async (): Promise<string> => {
    socket.write('GET /api/v1/namespaces HTTP/1.1\r\nHost: x\r\n\r\n')
    const [head] = await once(socket, 'data')
    return String(head).slice(9, 12)
  }
  const begun = time
  try {
    assert.equal(await status(), '200')
    time = Date.parse(new X509Certificate(cert).validTo) + 1000
    assert.equal(await status(), '401')
  } finally {
    time = begun
    socket.destroy()
  }
})

test('a token that a Secret keeps is good as long as the Secret keeps it', async () => {
  const { body: account } = await call(`GET ${ACCOUNTS}/default`)
  const token = server.signer.legacyToken('default', 'kept', { name: 'default', uid: account.metadata.uid })
  const SECRET = '/api/v1/namespaces/default/secrets/kept'
  const invalidated = '[invalid bearer token, service account token has been invalidated]'
  assert.equal((await review(token)).error, invalidated)
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'kept', annotations: { 'kubernetes.io/service-account.name': 'default' } },
    type: 'kubernetes.io/service-account-token',
    data: { token: btoa(token) },
  }
  await call('POST /api/v1/namespaces/default/secrets', secret)
  const { user, authenticated } = await review(token)
  assert.deepEqual(
    [authenticated, user.username, user.extra],
    [true, 'system:serviceaccount:default:default', undefined],
  )
  assert.match(
    (await review(token, ['other'])).error,
    /^token audiences \["https:.*"\] is invalid for the target audiences \["other"\]$/,
  )
  const since = (date: string | null) =>
    call(`PATCH ${SECRET}`, { metadata: { labels: { 'kubernetes.io/legacy-token-invalid-since': date } } })
  await since('2026-11-26')
  assert.match(
    (await review(token)).error,
    /the token in secret default\/kept for service account default\/default has been marked invalid/,
  )
  await since(null)
  assert.equal((await review(token)).authenticated, true)
  await call(`PATCH ${SECRET}`, { data: { token: btoa('other') } })
  assert.equal((await review(token)).error, invalidated)
  await call(`PATCH ${SECRET}`, { data: { token: btoa(token) } })
  await call(`DELETE ${SECRET}`)
  assert.equal((await review(token)).error, invalidated)
})

test('who checks tokens finds the issuer’s keys, if they are a ServiceAccount or more', async () => {
  const { body: configuration } = await call('GET /.well-known/openid-configuration')
  assert.deepEqual(configuration, {
    issuer: 'https://kubernetes.default.svc.cluster.local',
    jwks_uri: 'https://172.30.0.1:6443/openid/v1/jwks',
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  })
  const { body } = await call('GET /openid/v1/jwks/')
  const [key] = body.keys
  const [header = '', payload = '', signature = ''] = (await tokenOf()).split('.')
  assert.deepEqual(JSON.parse(atob(header)), { alg: key.alg, kid: key.kid })
  const publicKey = createPublicKey({ key, format: 'jwk' })
  const signed = Buffer.from(`${header}.${payload}`)
  assert.ok(
    verify('sha256', signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')),
  )
  const account = { user: 'system:serviceaccount:default:default' }
  assert.equal((await call('GET /openid/v1/jwks', undefined, account)).status, 200)
  assert.equal((await call('GET /openid/v1/jwks', undefined, { user: 'rita' })).status, 403)
  assert.equal((await call('POST /openid/v1/jwks', {})).status, 405)
})

test('credentials come as a bearer or in a WebSocket’s protocols; wrong ones are refused, other schemes are nobody’s', async () => {
  const token = await tokenOf()
  const path = '/api/v1/services'
  const anonymous = /User \\"system:anonymous\\" cannot list resource \\"services\\"/
  assert.equal((await overTls(path, { authorization: `Bearer ${token}` })).status, 200)
  assert.equal((await overTls(path, { authorization: `bearer ${token}` })).status, 200)
  const refused = await overTls(path, { authorization: 'Bearer x.y.z' })
  assert.equal(refused.status, 401)
  assert.match(refused.text, /"message":"Unauthorized","reason":"Unauthorized","code":401/)
  for (const authorization of ['Basic YTpi', 'Bearer', 'Bearer ', token]) {
    const { status, text } = await overTls(path, { authorization })
    assert.equal(status, 403, authorization)
    assert.match(text, anonymous)
  }
  const protocols = (text: string) => ({
    'sec-websocket-protocol': `v4.channel.k8s.io, base64url.bearer.authorization.k8s.io.${Buffer.from(text).toString('base64url')}`,
  })
  assert.equal((await overTls(path, protocols(token))).status, 200)
  assert.equal((await overTls(path, protocols('other'))).status, 401)
  assert.match((await overTls(path, {})).text, anonymous)
  assert.equal((await overTls('/healthz', {})).status, 200)
  assert.equal((await overTls('/version', {})).status, 200)
  assert.equal((await overTls('/api', {})).status, 403)
})

test('a certificate says who its owner is; one of another CA is refused, unless a token comes beside it', async () => {
  const { createPki } = await import('../pki/create-pki.ts')
  const { issueCertificate } = await import('../pki/certificate.ts')
  const validity = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 3_600_000) }
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const privateKey = createPrivateKey(server.pki.ca.key).toCryptoKey(algorithm, true, ['sign'])
  const publicKey = createPublicKey(server.pki.ca.certificate).toCryptoKey(algorithm, true, ['verify'])
  const issuer = { ...server.pki.ca, subject: 'CN=fairlead-ca', keys: { privateKey, publicKey } }
  const names = { commonName: 'rita', organizations: ['dev', 'ops'] }
  const rita = await issueCertificate({ ...names, usage: 'client', ...validity }, issuer)
  const { admin } = await createPki({ clusterDomain: 'x', subjectAltNames: [], now: new Date() })
  const foreign = { cert: admin.certificate, key: admin.key }
  assert.equal((await overTls('/version', {}, foreign)).status, 401)
  assert.equal((await overTls('/api/v1/services', { authorization: `Bearer ${await tokenOf()}` }, foreign)).status, 200)
  const own = { cert: server.pki.admin.certificate, key: server.pki.admin.key }
  assert.equal((await overTls('/api/v1/secrets', {}, own)).status, 200)
  const { text } = await overTls('/api/v1/secrets', {}, { cert: rita.certificate, key: rita.key })
  assert.match(text, /User \\"rita\\" cannot list resource \\"secrets\\"/)
  await grant(
    server.client,
    'ops',
    { kind: 'Group', name: 'ops' },
    { verbs: ['list'], apiGroups: [''], resources: ['secrets'] },
  )
  assert.equal((await overTls('/api/v1/secrets', {}, { cert: rita.certificate, key: rita.key })).status, 200)
})

test('nothing older than TLS 1.2 is spoken', async () => {
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }
  await assert.rejects(overTls('/version', {}, old), /protocol|EPROTO|alert|version/i)
  for (const version of ['TLSv1.2', 'TLSv1.3'])
    assert.equal((await overTls('/version', {}, { minVersion: version, maxVersion: version })).status, 200)
})
