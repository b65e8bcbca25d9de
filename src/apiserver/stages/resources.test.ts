import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { after, before, test } from 'node:test'
import { ask } from '../testing/ask.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

/** The Warning header of an answer; a watch ends with its first byte. */
const warningOf = (
  method: string,
  path: string,
  body?: object,
  type = 'application/json',
): Promise<{ readonly status: number; readonly warning: string }> =>
  new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const call = request(
      {
        socketPath: server.socketPath,
        method,
        path,
        headers: text === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) },
      },
      (response) => {
        resolve({ status: response.statusCode!, warning: String(response.headers.warning ?? '') })
        response.destroy()
      },
    )
    call.on('error', reject)
    call.end(text)
  })

const DEPRECATED = '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"'

test('every verb on the deprecated Endpoints answers with one warning that names what to use instead', async () => {
  const all = '/api/v1/namespaces/default/endpoints'
  const made = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'made' } }
  const merge = 'application/merge-patch+json'
  for (const [status, method, path, body, type] of [
    [201, 'POST', all, made],
    [200, 'GET', `${all}/made`],
    [200, 'GET', all],
    [200, 'GET', '/api/v1/endpoints'],
    [200, 'GET', `${all}?watch=1&timeoutSeconds=1`],
    [200, 'PUT', `${all}/made`, made],
    [200, 'PATCH', `${all}/made`, { metadata: { labels: { a: 'b' } } }, merge],
    [200, 'DELETE', `${all}/made`],
    [404, 'GET', `${all}/made`],
    [200, 'DELETE', `${all}?labelSelector=none`],
  ] as const)
    assert.deepEqual(
      await warningOf(method, path, body, type),
      { status, warning: DEPRECATED },
      `${method} ${path} warns`,
    )
})

test('the kind to use instead warns of nothing', async () => {
  for (const path of ['/apis/discovery.k8s.io/v1/endpointslices', '/api/v1/services', '/api/v1/pods'])
    assert.deepEqual(await warningOf('GET', path), { status: 200, warning: '' })
})

test('a body of another kind, of a version that there is not, or that is no JSON is refused in the words of Kubernetes', async () => {
  const path = '/api/v1/namespaces/default/services'
  const refusal = async (text: string): Promise<string> => {
    const headers = { 'content-type': 'application/json', 'content-length': text.length }
    const call = request({ socketPath: server.socketPath, method: 'POST', path, headers }).end(text)
    const [response] = (await once(call, 'response')) as [IncomingMessage]
    assert.equal(response.statusCode, 400)
    return (JSON.parse((await response.toArray()).join('')) as { readonly message: string }).message
  }
  assert.equal(
    await refusal('{"apiVersion":"v1","kind":"Pod"}'),
    'Pod in version "v1" cannot be handled as a Service: converting (v1.Pod) to (core.Service): unknown conversion',
  )
  assert.equal(
    await refusal('{"apiVersion":"apps/v1","kind":"Service"}'),
    'Service in version "v1" cannot be handled as a Service: no kind "Service" is registered for version "apps/v1" in scheme "pkg/api/legacyscheme/scheme.go:30"',
  )
  const unread =
    "the object provided is unrecognized (must be of type Service): couldn't get version/kind; json parse error: "
  assert.equal(await refusal('{"kind":'), `${unread}unexpected end of JSON input ({"kind":)`)
  assert.equal(
    await refusal('no JSON'),
    `${unread}invalid character 'o' in literal null (expecting 'u') (6e6f204a534f4e)`,
  )
})

test('null is an object of which nothing is said, and any other value is none', async () => {
  const at = 'POST /api/v1/namespaces/default/configmaps'
  for (const type of ['application/json', 'application/yaml']) {
    const { status, body } = await ask(server.socketPath, at, null as never, { headers: { 'content-type': type } })
    assert.deepEqual([status, body.details.causes[0].field], [422, 'metadata.name'], type)
  }
  for (const value of [[], 'x', 1, true])
    assert.equal((await ask(server.socketPath, at, value as never)).status, 400, JSON.stringify(value))
})
