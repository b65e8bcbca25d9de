import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { configMaps } from '#api/core/configmap/resource.ts'
import { HASTE, hastyClock } from '../testing/hasty-clock.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

const JSON_TYPE = 'application/json'
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'
const LIMITS = { bytes: 1 << 22, changes: 20, age: 60_000 }
const PATH = '/api/v1/namespaces/default/configmaps'
const IN_DEFAULT = { namespace: 'default' }
let server: TestServer

before(async () => {
  server = await startTestServer({ window: LIMITS, clock: hastyClock })
  for (const [name, labels] of [
    ['a', { k: 'v' }],
    ['b', {}],
  ] as const)
    await server.client.create(
      configMaps,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels } },
      IN_DEFAULT,
    )
})

after(() => server.close())

interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

const ask = (query: string, accept = JSON_TYPE, path = PATH): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const call = request(
      { socketPath: server.socketPath, path: `${path}?${query}`, headers: { accept } },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () =>
          resolve({ status: response.statusCode!, type: response.headers['content-type'] ?? '', text }),
        )
      },
    )
    call.on('error', reject)
    call.end()
  })

interface Event {
  readonly type: string
  readonly object: {
    readonly kind: string
    readonly code?: number
    readonly message?: string
    readonly metadata: { readonly name?: string; readonly annotations?: object; readonly resourceVersion?: string }
    readonly columnDefinitions?: readonly object[] | null
    readonly rows?: readonly { readonly cells: readonly unknown[]; readonly object: { readonly metadata: object } }[]
  }
}

const events = async (query: string, accept?: string, path?: string): Promise<readonly Event[]> => {
  const { status, text } = await ask(`watch=1&timeoutSeconds=1&${query}`, accept, path)
  assert.equal(status, 200, text)
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Event)
}

const say = ({ type, object }: Event): string => [type, object.metadata.name].filter(Boolean).join(' ')
const END = { 'k8s.io/initial-events-end': 'true' }

test('a watch without a revision or from 0 tells of what is there, and of its end where bookmarks are allowed', async () => {
  for (const query of ['', 'resourceVersion=0', 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan'])
    assert.deepEqual((await events(query)).map(say), ['ADDED a', 'ADDED b'], query)
  for (const query of ['', 'resourceVersion=0', 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan']) {
    const seen = await events(`${query}&allowWatchBookmarks=true`)
    assert.deepEqual(seen.map(say), ['ADDED a', 'ADDED b', 'BOOKMARK'], query)
    assert.deepEqual(seen[2]!.object, {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { resourceVersion: seen[2]!.object.metadata.resourceVersion, annotations: END },
    })
  }
})

test('a watch that wants no initial events, and one from a revision, tell of what comes after alone', async () => {
  const { resourceVersion } = await server.client.list(configMaps)
  const none = 'sendInitialEvents=false&resourceVersionMatch=NotOlderThan'
  for (const query of [none, `${none}&resourceVersion=0`, `resourceVersion=${resourceVersion}`])
    assert.deepEqual(await events(query), [], query)
  const since = String(Number(resourceVersion) - 1)
  assert.deepEqual((await events(`resourceVersion=${since}&allowWatchBookmarks=true`)).map(say), ['ADDED b'])
})

test('a revision that is still to come is waited for, but by a streaming list, which is told so in the stream', async () => {
  assert.deepEqual(await events('resourceVersion=99999999'), [])
  const ahead = await events('resourceVersion=99999999&sendInitialEvents=true&resourceVersionMatch=NotOlderThan')
  assert.equal(ahead.length, 1)
  assert.equal(ahead[0]!.type, 'ERROR')
  assert.equal(ahead[0]!.object.code, 504)
  assert.match(ahead[0]!.object.message!, /^Timeout: Too large resource version: 99999999, current: \d+$/)
})

test('a revision that is forgotten is told in the stream, and a text that is none is refused', async () => {
  for (let count = 0; count < 40; count++)
    await server.client.patch(configMaps, 'b', 'merge', { data: { count: `${count}` } }, IN_DEFAULT)
  await new Promise((resolve) => setTimeout(resolve, 20))
  const [event, ...others] = await events('resourceVersion=1')
  assert.equal(others.length, 0)
  assert.deepEqual([event!.type, event!.object.kind, event!.object.code], ['ERROR', 'Status', 410])
  assert.match(event!.object.message!, /^too old resource version: 1 \(\d+\)$/)
  const answer = await ask('watch=1&resourceVersion=x')
  assert.equal(answer.status, 500)
  assert.equal(
    JSON.parse(answer.text).message,
    'resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
  )
})

test('YAML has no stream, and is refused with what has one', async () => {
  const answer = await ask('watch=1&timeoutSeconds=1', 'application/yaml')
  assert.equal(answer.status, 406)
  assert.match(answer.text, /application\/json;stream=watch,\s+application\/vnd.kubernetes.protobuf;stream=watch/)
})

test('a bookmark of Tables is a row without an object, whose metadata marks it', async () => {
  const query = 'allowWatchBookmarks=true&includeObject=None'
  const seen = await events(query, TABLE)
  assert.deepEqual(
    seen.map(({ type, object }) => [type, object.rows?.[0]?.cells[0], object.columnDefinitions !== null]),
    [
      ['ADDED', 'a', true],
      ['ADDED', 'b', false],
      ['BOOKMARK', '', false],
    ],
  )
  const { rows, metadata } = seen[2]!.object
  const { resourceVersion } = metadata
  assert.deepEqual(rows![0]!.object.metadata, { resourceVersion, annotations: END })
})

test('the deprecated watch paths watch as the query does, and one name alone', async () => {
  const { resourceVersion } = await server.client.list(configMaps)
  assert.deepEqual((await events('', JSON_TYPE, '/api/v1/watch/namespaces/default/configmaps')).map(say), [
    'ADDED a',
    'ADDED b',
  ])
  assert.deepEqual((await events('', JSON_TYPE, '/api/v1/watch/namespaces/default/configmaps/b')).map(say), ['ADDED b'])
  assert.deepEqual((await events('fieldSelector=metadata.name%3Da')).map(say), ['ADDED a'])
  assert.deepEqual(await events(`resourceVersion=${resourceVersion}`, JSON_TYPE, '/api/v1/watch/configmaps'), [])
})

test('a watch whose time is over before it begins is an empty answer', async () => {
  const answer = await ask('watch=1&timeoutSeconds=-5')
  assert.deepEqual([answer.status, answer.type], [200, JSON_TYPE])
})

test('before its end a watch is told where to go on', async () => {
  const started = performance.now()
  const { resourceVersion } = await server.client.list(configMaps)
  const answer = await ask(`watch=1&timeoutSeconds=3&allowWatchBookmarks=true&resourceVersion=${resourceVersion}`)
  assert.ok(performance.now() - started > 2900 / HASTE)
  const [bookmark, ...others] = answer.text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Event)
  assert.equal(others.length, 0)
  assert.deepEqual([bookmark!.type, bookmark!.object.metadata], ['BOOKMARK', { resourceVersion }])
})
