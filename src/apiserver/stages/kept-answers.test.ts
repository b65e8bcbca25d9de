import assert from 'node:assert/strict'
import { type IncomingHttpHeaders, request } from 'node:http'
import { after, test } from 'node:test'
import { DEFINITIONS, definitionOf, versionOf } from '../custom/testing/definitions.ts'
import { ask } from '../testing/ask.ts'
import { startTestServer } from '../testing/test-server.ts'

const server = await startTestServer()
after(() => server.close())

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    request({ socketPath: server.socketPath, path, headers }, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() })
    })
      .on('error', reject)
      .end()
  })

const AGGREGATED = { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' }
const DOCUMENT = '/openapi/v3/apis/lab.example/v1'

const define = async (plural: string, kind: string): Promise<void> => {
  const { status } = await ask(
    server.socketPath,
    `POST ${DEFINITIONS}`,
    definitionOf(plural, kind, [versionOf('v1', { type: 'object' })]),
  )
  assert.equal(status, 201)
}

const urlOf = async (path: string): Promise<string> =>
  JSON.parse((await get('/openapi/v3')).text).paths[path].serverRelativeURL

test('what a client keeps of discovery and of the OpenAPI documents is sent again only when it has changed', async () => {
  await define('cups', 'Cup')
  const asked: readonly (readonly [path: string, headers: Record<string, string>, caching: string])[] = [
    ['/apis', AGGREGATED, 'public'],
    ['/openapi/v2', {}, 'no-cache, private'],
    ['/openapi/v3', {}, 'no-cache, private'],
    [DOCUMENT, {}, 'no-cache, private'],
  ]
  const tags: string[] = []
  for (const [path, headers, caching] of asked) {
    const first = await get(path, headers)
    const tag = first.headers.etag ?? ''
    assert.match(tag, /^"[0-9A-F]{128}"$/, path)
    assert.equal(first.headers['cache-control'], caching, path)
    const again = await get(path, { ...headers, 'if-none-match': tag })
    assert.deepEqual([again.status, again.text, again.headers.etag], [304, '', tag], path)
    tags.push(tag)
  }
  // What the core group has is not touched by a new kind.
  const core = await get('/api', AGGREGATED)
  await define('jugs', 'Jug')
  for (const [index, [path, headers]] of asked.entries()) {
    const { status, text } = await get(path, { ...headers, 'if-none-match': tags[index]! })
    assert.equal(status, 200, path)
    assert.match(text, path === '/openapi/v3' ? /lab\.example/ : /jugs/, path)
  }
  assert.equal((await get('/api', { ...AGGREGATED, 'if-none-match': core.headers.etag! })).status, 304)
})

test('an OpenAPI document may be kept for good by the hash that the index tells, and another hash leads to that', async () => {
  for (const path of ['apis/apps/v1', 'api/v1']) {
    const url = await urlOf(path)
    const { status, headers } = await get(url)
    assert.deepEqual([status, headers['cache-control'], headers.vary], [200, 'public, immutable', 'Accept'])
    assert.ok(Date.parse(headers.expires ?? '') > Date.now() + 31_000_000_000)
    assert.equal(`/openapi/v3/${path}?hash=${headers.etag?.slice(1, -1)}`, url)
    const other = await get(`/openapi/v3/${path}?hash=1`)
    assert.deepEqual([other.status, other.headers.location], [301, url])
    const plain = await get(`/openapi/v3/${path}`)
    assert.deepEqual(
      [plain.status, plain.headers['cache-control'], plain.headers.expires],
      [200, 'no-cache, private', undefined],
    )
  }
})

test('an OpenAPI document is sent in a form that its client reads, or not at all', async () => {
  const old = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'
  for (const [accept, type] of [
    [old, old.replace('@', '.')],
    [`${old};q=0.5, application/json`, 'application/json'],
    ['*/*', 'application/json'],
  ] as const)
    assert.equal((await get('/openapi/v2', { accept })).headers['content-type'], type, accept)
  for (const path of ['/openapi/v2', '/openapi/v3/api/v1'])
    assert.equal((await get(path, { accept: 'application/yaml' })).status, 406, path)
})
