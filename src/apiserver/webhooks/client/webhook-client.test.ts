import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { after, test } from 'node:test'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import { SYSTEM } from '../../access/caller.ts'
import { dialTcp } from '../../proxy/destination.ts'
import { createTestRegistry } from '../../testing/test-registry.ts'
import { type Said, startWebhookServer, type WebhookServer } from '../testing/webhook-server.ts'
import { serviceResolver } from './service-address.ts'
import { WebhookClient } from './webhook-client.ts'
import { WebhookError } from './webhook-error.ts'

const ends: (() => unknown)[] = []
after(async () => {
  for (const end of ends.reverse()) await end()
})

const nobody = () => assert.fail('no Service is asked for')
type Options = ConstructorParameters<typeof WebhookClient>[0]
const clientOf = (options: Partial<Options> = {}): WebhookClient => {
  const client = new WebhookClient({ resolve: nobody, dial: dialTcp, ...options })
  ends.push(() => client.close())
  return client
}
const serve = async (...given: Parameters<typeof startWebhookServer>): Promise<WebhookServer> => {
  const server = await startWebhookServer(...given)
  ends.push(() => server.close())
  return server
}
const refused = async (call: Promise<unknown>, code: string, message: string | RegExp): Promise<void> => {
  await assert.rejects(call, (error: unknown) => {
    assert.ok(error instanceof WebhookError)
    assert.equal(error.code, code)
    if (typeof message === 'string') assert.equal(error.message, message)
    else assert.match(error.message, message)
    return true
  })
}

test('a webhook is asked by a POST of JSON that says how long there is, on a connection that is kept', async () => {
  const server = await serve(({ body }) => ({ json: { got: body } }))
  const client = clientOf()
  const config = { url: `${server.url}/check`, caBundle: server.caBundle }
  for (const question of ['one', 'two', 'three']) {
    const answer = await client.post({ config, body: { question }, timeout: 9500 })
    assert.deepEqual(answer, { got: { question } })
  }
  assert.equal(server.connections(), 1)
  assert.deepEqual(
    server.asked.map(({ url }) => url),
    ['/check?timeout=10s', '/check?timeout=10s', '/check?timeout=10s'],
  )
  assert.equal(server.asked[0]!.headers['content-type'], 'application/json')
  assert.equal(server.asked[0]!.headers['user-agent'], 'kube-apiserver-admission')
})

test('connections that the other side has ended are opened again, and a server that is gone refuses', async () => {
  const server = await serve(() => ({ json: { well: true } }))
  const client = clientOf()
  const config = { url: server.url, caBundle: server.caBundle }
  for (let turn = 0; turn < 3; turn++) {
    assert.deepEqual(await client.post({ config, body: {}, timeout: 5000 }), { well: true })
    server.drop()
  }
  assert.equal(server.connections(), 3)
  await server.close()
  await refused(
    client.post({ config, body: {}, timeout: 5000 }),
    'WEBHOOK_UNREACHABLE',
    `Post "${server.url}/?timeout=5s": dial tcp 127.0.0.1:${server.port}: connect: connection refused`,
  )
})

test('an answer that does not come in time is a deadline exceeded, and names URL and time', async () => {
  const server = await serve(() => undefined)
  const config = { url: `${server.url}/slow`, caBundle: server.caBundle }
  await refused(
    clientOf().post({ config, body: {}, timeout: 150 }),
    'WEBHOOK_UNREACHABLE',
    `Post "${server.url}/slow?timeout=1s": context deadline exceeded`,
  )
})

test('who asked may go, and then nobody waits for the answer', async () => {
  const server = await serve(() => undefined)
  const config = { url: server.url, caBundle: server.caBundle }
  const abort = new AbortController()
  const call = clientOf().post({ config, body: {}, timeout: 20_000, signal: abort.signal })
  setTimeout(() => abort.abort(), 50)
  await refused(call, 'WEBHOOK_UNREACHABLE', /: context canceled$/)
})

test('a server of another CA, or of another name, is not asked', async () => {
  const server = await serve(() => ({ json: {} }), ['other.example', '10.9.8.7'])
  const other = await serve(() => ({ json: {} }))
  const ask = (config: { url: string; caBundle?: string }) => clientOf().post({ config, body: {}, timeout: 5000 })
  const bad = 'tls: failed to verify certificate: x509'
  for (const caBundle of [other.caBundle, undefined])
    await refused(
      ask({ url: server.url, ...(caBundle ? { caBundle } : {}) }),
      'WEBHOOK_UNREACHABLE',
      `Post "${server.url}/?timeout=5s": ${bad}: certificate signed by unknown authority`,
    )
  await refused(
    ask({ url: server.url, caBundle: server.caBundle }),
    'WEBHOOK_UNREACHABLE',
    `Post "${server.url}/?timeout=5s": ${bad}: certificate is valid for 10.9.8.7, not 127.0.0.1`,
  )
  const byName = `https://localhost:${server.port}`
  await refused(
    ask({ url: byName, caBundle: server.caBundle }),
    'WEBHOOK_UNREACHABLE',
    `Post "${byName}/?timeout=5s": ${bad}: certificate is valid for other.example, not localhost`,
  )
  assert.equal(server.asked.length, 0)
})

test('a server without TLS, and one that hangs up, are told as what they are', async () => {
  const plain = createHttpServer((_, response) => response.end('{}'))
  const rude = createTcpServer((socket) => void socket.once('data', () => socket.destroy()))
  for (const [server, words] of [
    [plain, 'http: server gave HTTP response to HTTPS client'],
    [rude, 'EOF'],
  ] as const) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    ends.push(() => server.close())
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    await refused(
      clientOf().post({ config: { url }, body: {}, timeout: 5000 }),
      'WEBHOOK_UNREACHABLE',
      `Post "${url}/?timeout=5s": ${words}`,
    )
  }
})

test('a server that would switch protocols is told as one that gave no answer, at once', async () => {
  const server = await serve(({ socket }) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nabc')
    return undefined
  })
  await refused(
    clientOf().post({ config: { url: server.url, caBundle: server.caBundle }, body: {}, timeout: 5000 }),
    'WEBHOOK_REFUSED',
    'the server responded with the status code 101 but did not return more information',
  )
})

test('an answer that is no success is told in the words of Kubernetes’ own client', async () => {
  let said: Said = { json: {} }
  const server = await serve(() => said)
  const config = { url: server.url, caBundle: server.caBundle }
  const client = clientOf()
  const cases: readonly (readonly [Said, string])[] = [
    [{ status: 404, text: '404 page not found' }, 'the server could not find the requested resource'],
    [
      { status: 500, text: 'it broke\n' },
      'an error on the server ("it broke") has prevented the request from succeeding',
    ],
    [
      { status: 502, text: '<html>', type: 'application/octet-stream' },
      'an error on the server ("unknown") has prevented the request from succeeding',
    ],
    [{ status: 503, text: '' }, 'the server is currently unable to handle the request'],
    [{ status: 403, text: 'not you' }, 'not you'],
    [{ status: 302, text: '' }, 'the server responded with the status code 302 but did not return more information'],
    [{ status: 400, text: '{"kind":"Status","message":"my own words"}', type: 'application/json' }, 'my own words'],
  ]
  for (const [answer, words] of cases) {
    said = answer
    const call = client.post({ config, body: {}, timeout: 5000 })
    await refused(call, 'WEBHOOK_REFUSED', words)
    await assert.rejects(call, { status: (answer as { readonly status: number }).status })
  }
})

test('an answer that is no JSON object is refused', async () => {
  let text = ''
  const server = await serve(() => ({ status: 200, text }))
  const config = { url: server.url, caBundle: server.caBundle }
  const client = clientOf()
  for (const [body, words] of [
    ['', /^0-length response with status code: 200 and content type: text\/plain$/],
    ['{"a":', /^couldn't get version\/kind; json parse error: /],
    ['[]', /no JSON object$/],
    ['null', /no JSON object$/],
  ] as const) {
    text = body
    await refused(client.post({ config, body: {}, timeout: 5000 }), 'WEBHOOK_UNREADABLE', words)
  }
})

test('a configuration with neither url nor service is none', async () => {
  const words = 'webhook configuration must have either service or URL'
  for (const config of [{}, { url: 'nowhere' }])
    await refused(clientOf().post({ config, body: {}, timeout: 5000 }), 'WEBHOOK_CONFIG', words)
})

test('a Service is asked at a ready endpoint of its port, by the name that its certificate has', async () => {
  const server = await serve(() => ({ json: { well: true } }), ['hook.team.svc'])
  const registry = createTestRegistry()
  const dialled: string[] = []
  const client = clientOf({
    resolve: serviceResolver(registry, () => 0),
    dial: (address, port) => {
      dialled.push(address)
      return dialTcp('127.0.0.1', port)
    },
  })
  const write = (resource: typeof services | typeof endpointSlices, object: object) =>
    registry.create(resource as typeof services, object as ApiObject, { caller: SYSTEM, namespace: 'team' })
  const service = { namespace: 'team', name: 'hook', path: '/validate', port: 8443 }
  const ask = (more = {}) =>
    client.post({ config: { service: { ...service, ...more }, caBundle: server.caBundle }, body: {}, timeout: 5000 })
  const at = 'Post "https://hook.team.svc:8443/validate?timeout=5s": '
  await refused(ask(), 'WEBHOOK_UNREACHABLE', `${at}services "hook" not found`)
  await write(services, {
    metadata: { name: 'hook' },
    spec: { ports: [{ name: 'tls', port: 8443, targetPort: 9443 }] },
  })
  await refused(ask(), 'WEBHOOK_UNREACHABLE', `${at}no endpoints available for service "hook"`)
  await refused(
    ask({ port: undefined }),
    'WEBHOOK_UNREACHABLE',
    'Post "https://hook.team.svc:443/validate?timeout=5s": no service port 443 found for service "hook"',
  )
  await write(endpointSlices, {
    metadata: { name: 'hook-1', labels: { 'kubernetes.io/service-name': 'hook' } },
    addressType: 'IPv4',
    ports: [{ name: 'tls', port: server.port, protocol: 'TCP' }],
    endpoints: [
      { addresses: ['192.0.2.1'], conditions: { ready: false } },
      { addresses: ['10.244.1.7'], conditions: { ready: true } },
    ],
  })
  assert.deepEqual(await ask(), { well: true })
  assert.equal(server.asked[0]!.url, '/validate?timeout=5s')
  assert.deepEqual(dialled, ['10.244.1.7'])
})
