import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { services } from '#api/core/service/resource.ts'
import { builtInKinds } from '#api/kinds.ts'
import { groupVersion, type Resource } from '#api/resource.ts'
import { anyText } from '#apiserver/testing/any-text.ts'
import { rawRequest, requestBytes } from '#apiserver/testing/raw-request.ts'
import { startTestServer, type TestServer } from '#apiserver/testing/test-server.ts'
import { encodeEnveloped } from '#schema/protobuf.ts'

let server: TestServer
/** What became a 500, or was thrown where nobody answers any more. */
const faults: unknown[] = []

before(async () => {
  server = await startTestServer({ onError: (error) => faults.push(error) })
})
after(() => server.close())

const ask = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string | Uint8Array,
) => rawRequest(server.socketPath, requestBytes(method, path, headers, body))

const JSON_BODY = { 'Content-Type': 'application/json' }
/** Words that plain objects inherit, that break headers, paths, selectors, patterns and templates. */
const WORDS = [
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  '“smart”',
  'naïve',
  '日本',
  '😀',
  '\ud800',
  'a\r\nX-Injected: 1',
  '\u0000',
  '\u007f',
  '%zz',
  '..',
  '/',
  'a/b/c',
  '"\\',
  '$patch',
  ',=!()',
  '',
  'x'.repeat(5000),
]
const word = fc.oneof(fc.constantFrom(...WORDS), anyText(12))

test('an unknown field of any name is warned of in a header, and the server lives', async () => {
  for (const name of WORDS) {
    const object = { metadata: { generateName: 'w-' }, [name]: 1 }
    const answer = await ask('POST', '/api/v1/namespaces/default/configmaps', JSON_BODY, JSON.stringify(object))
    assert.equal(answer.status, 201, name)
    if (name !== '__proto__' && name.trim() !== '') assert.match(answer.head, /\r\nWarning: 299 - "unknown field/)
    assert.doesNotMatch(answer.head, /\r\nX-Injected/)
  }
  assert.deepEqual(faults, [])
})

const CONVERSIONS = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  'constructor/__proto__;as=constructor',
  '*/*;q=constructor',
]
const served = builtInKinds.map(({ resource }) => resource)
const pathOf = (resource: Resource): string =>
  `${resource.group === '' ? '/api' : '/apis'}/${groupVersion(resource)}${resource.namespaced ? '/namespaces/default' : ''}/${resource.plural}`

/** Values of any JSON shape whose words and keys are hostile. */
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, word, fc.integer(), fc.boolean(), fc.constant(null), tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  object: fc.array(fc.tuple(word, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
}))
const object = (resource: Resource): fc.Arbitrary<object> =>
  fc
    .record({
      metadata: fc.record({
        name: fc.oneof(word, fc.constant('x')),
        labels: fc.dictionary(word, word, { maxKeys: 3 }),
        annotations: fc.dictionary(word, word, { maxKeys: 3 }),
        finalizers: fc.array(word, { maxLength: 2 }),
      }),
      extra: fc.array(
        fc.tuple(fc.oneof(fc.constantFrom('spec', 'status', 'type', 'data', 'stringData', 'subsets'), word), anyValue),
        { maxLength: 3 },
      ),
    })
    .map(({ metadata, extra }) => ({
      apiVersion: groupVersion(resource),
      kind: resource.kind,
      metadata,
      ...Object.fromEntries(extra),
    }))

const target = (text: string): string => encodeURI(text.toWellFormed()).replace(/[\r\n ]/g, '')

/**
 * What Kubernetes answers with a 500, though it is the client's fault: a resourceVersion that is no number. YAML breaks
 * long lines between any two words.
 */
const isOfUpstream = (body: Buffer): boolean =>
  /resourceVersion:\s+Invalid\s+value:\s.*\sstrconv\.ParseUint:\s+parsing\s/s.test(body.toString())

test('no request becomes a 500 or ends the server, whatever its path, query, headers and body say', async () => {
  const request = fc.constantFrom(...served).chain((resource) =>
    fc.record({
      resource: fc.constant(resource),
      method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'),
      name: fc.option(word),
      subresource: fc.option(fc.oneof(fc.constantFrom('status', 'scale', 'log', 'exec', 'eviction', 'binding'), word)),
      query: fc.array(
        fc.tuple(
          fc.oneof(
            fc.constantFrom('labelSelector', 'fieldSelector', 'limit', 'continue', 'resourceVersion', 'watch'),
            fc.constantFrom('timeoutSeconds', 'dryRun', 'fieldValidation', 'gracePeriodSeconds', 'propagationPolicy'),
            fc.constantFrom('sendInitialEvents', 'allowWatchBookmarks', 'includeObject', 'container', 'pretty'),
            word,
          ),
          fc.oneof(word, fc.constantFrom('1', 'true', 'a=b', 'metadata.name=x', 'constructor in (a)', '0x10', '1e9')),
        ),
        { maxLength: 4 },
      ),
      accept: fc.constantFrom(...CONVERSIONS),
      type: fc.oneof(
        fc.constantFrom('application/json', 'application/yaml', 'application/merge-patch+json', 'constructor'),
        fc.constantFrom('application/json-patch+json', 'application/strategic-merge-patch+json'),
      ),
      body: fc.oneof(
        object(resource).map((made) => JSON.stringify(made)),
        anyValue.map((made) => JSON.stringify(made)),
        word,
      ),
    }),
  )
  await fc.assert(
    fc.asyncProperty(request, async ({ resource, method, name, subresource, query, accept, type, body }) => {
      const path = [pathOf(resource), ...[name, subresource].filter((part) => part !== null)].join('/')
      const words = query.map(
        ([key, value]) => `${encodeURIComponent(key.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`,
      )
      const answer = await ask(
        method,
        `${target(path)}?${words.join('&')}`,
        { Accept: accept, 'Content-Type': type },
        body.toWellFormed(),
      )
      assert.deepEqual(faults, [])
      assert.ok(
        (answer.status >= 200 && answer.status < 500) || answer.status === 504 || isOfUpstream(answer.body),
        `${answer.status}: ${answer.body}`,
      )
      assert.doesNotMatch(answer.head, /\r\nX-Injected/)
    }),
    { numRuns: 200 },
  )
  assert.equal((await ask('GET', '/livez')).status, 200)
})

/** Objects that a real server gave out, each served here. */
const EXAMPLES =
  'core-services-web core-pods-p1 core-secrets-sec core-configmaps-cm2 core-namespace core-node core-events-ev core-serviceaccounts-default apps-deploy coord-lease disc-eps'
    .split(' ')
    .map((name) =>
      JSON.parse(readFileSync(new URL(`../../src/api/fixtures/objects/${name}.json`, import.meta.url), 'utf8')),
    )

/** The object with one of its texts or keys, the one of this number, replaced. */
const mutated = (whole: object, number: number, word: string): { readonly made: object; readonly count: number } => {
  let count = 0
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return count++ === number ? word : value
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [count++ === number ? word : key, walk(inner)]),
    )
  }
  return { made: walk(whole) as object, count }
}

test('an object of any kind with one hostile word in it is taken or refused, never a 500', async () => {
  const codes = new Map<number, number>()
  const cases = EXAMPLES.flatMap((example) => {
    const { uid: _, resourceVersion: __, creationTimestamp: ___, managedFields: ____, ...metadata } = example.metadata
    if (metadata.namespace) metadata.namespace = 'default'
    const whole = { ...example, metadata }
    const resource = served.find(({ kind, group, version }) => {
      return example.kind === kind && example.apiVersion === groupVersion({ group, version })
    })
    assert.ok(resource, example.kind)
    const { count } = mutated(whole, -1, '')
    return Array.from({ length: count }, (_, number) => ({ resource, whole, number }))
  })
  for (const [index, { resource, whole, number }] of cases.entries()) {
    // Each place with two of the words, so that all meet all kinds.
    for (const word of [WORDS[index % WORDS.length]!, index % 2 === 0 ? 'constructor' : '__proto__']) {
      const { made } = mutated(whole, number, word)
      const { namespace } = (made as { readonly metadata?: { readonly namespace?: string } }).metadata ?? {}
      const path = pathOf(resource).replace(
        '/default/',
        `/${encodeURIComponent((namespace || 'default').toWellFormed())}/`,
      )
      const headers = { ...JSON_BODY, Accept: CONVERSIONS[index % CONVERSIONS.length]! }
      const answer = await ask('POST', `${path}?dryRun=All`, headers, JSON.stringify(made))
      assert.deepEqual(faults, [], `${resource.kind}: ${JSON.stringify(made)}`)
      codes.set(answer.status, (codes.get(answer.status) ?? 0) + 1)
    }
  }
  assert.deepEqual(
    [...codes.keys()].filter((code) => code !== 201 && (code < 400 || code > 422)),
    [],
  )
  assert.ok(codes.get(201)! > 200, 'most words are harmless where they stand')
})

test('a Secret of the type constructor is a Secret like any other', async () => {
  const secret = {
    metadata: { name: 'words' },
    type: 'constructor',
    stringData: { constructor: 'a', ['__proto__']: 'b' },
  }
  const answer = await ask('POST', '/api/v1/namespaces/default/secrets', JSON_BODY, JSON.stringify(secret))
  assert.equal(answer.status, 201, answer.body.toString())
  assert.match(answer.body.toString(), /"data":\{"__proto__":"Yg==","constructor":"YQ=="\}/)
})

/** A request's head as far as its body's length. */
const POST = 'POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\nConnection: close\r\n'

test('a request that is no HTTP is refused with a Status, and the server lives', async () => {
  const cases: [string, number][] = [
    ['GET /api/v1/pods HTTP/1.1\r\nHost: x\r\nX: “smart”\u0000\r\n\r\n', 400],
    ['\u0016\u0003\u0001 hello\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(1 << 20)}\r\n\r\n`, 431],
    ['GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: magic\r\n\r\n', 417],
    ['CONNECT x:1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400],
    [`${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 400],
    [`${POST}Transfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\nzz\r\n`, 400],
    [`${POST}Transfer-Encoding: gzip\r\n\r\nabc`, 400],
    [`${POST}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`, 400],
    [`GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: ${'a'.repeat(900_000)}\r\n\r\n`, 200],
    ['GET /livez HTTP/1.0\r\n\r\n', 200],
    ['GET /livez\r\n\r\n', 400],
    ['GET /livez HTTP/2.0\r\nHost: x\r\nConnection: close\r\n\r\n', 505],
    ['GET /livez HTTP/1.1\r\nHost: x\r\nhost: y\r\nConnection: close\r\n\r\n', 400],
    ['GET /livez HTTP/1.1\r\nHost: a b/c\r\nConnection: close\r\n\r\n', 400],
    ['GET /livez HTTP/1.1\r\nHost: \r\nX: host\r\nY: host\r\nConnection: close\r\n\r\n', 200],
    ['GET http://x/api/v1/pods?limit=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 200],
    ['GET http://x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 200],
  ]
  for (const [text, status] of cases) {
    const answer = await rawRequest(server.socketPath, Buffer.from(text))
    assert.equal(answer.status, status, text.slice(0, 60))
    if (status >= 400) assert.equal(JSON.parse(answer.body.toString()).code, status)
  }
  assert.deepEqual(faults, [])
})

test('what is no HTTP behind a request gets no answer in the place of the one that is on its way', async () => {
  const watch = 'GET /api/v1/configmaps?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n'
  const socket = connect(server.socketPath)
  socket.write(watch)
  const [head] = (await once(socket, 'data')) as [Buffer]
  let text = head.toString()
  socket.write('\u0016\u0003\u0001 hello\r\n\r\n')
  for await (const chunk of socket) text += chunk
  assert.deepEqual(text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200'])
  assert.deepEqual(faults, [])
})

test('protobuf bytes of any kind are refused in words', async () => {
  const headers = { 'Content-Type': 'application/vnd.kubernetes.protobuf' }
  const whole = encodeEnveloped(services.message, { metadata: { name: 'p' }, spec: { ports: [{ port: 80 }] } } as never)
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      async (changes) => {
        const bytes = whole.slice()
        for (const [at, byte] of changes) bytes[at] = byte
        const answer = await ask('POST', '/api/v1/namespaces/default/services?dryRun=All', headers, bytes)
        assert.deepEqual(faults, [])
        assert.ok(answer.status >= 200 && answer.status < 500, String(answer.status))
      },
    ),
    { numRuns: 100 },
  )
})
