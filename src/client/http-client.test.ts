import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { ApiObject, Resource } from '#api/resource.ts'
import { ApiError, type Client, type WatchEvent } from './client.ts'
import { createUnixClient } from './unix-client.ts'

interface Thing extends ApiObject {
  readonly spec?: { readonly color: string }
}
const kindOf = (group: string, namespaced: boolean) =>
  ({ group, version: 'v1', kind: 'Thing', plural: 'things', namespaced }) as unknown as Resource<Thing>
const things = kindOf('test', true)
const thing: Thing = { apiVersion: 'test/v1', kind: 'Thing', metadata: { name: 'a', namespace: 'team' } }

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void

/** A client of a server that answers as `answer` does, and what it was asked: one line a request, then its body. */
const serve = async (
  t: TestContext,
  answer: Answer,
): Promise<{ readonly client: Client; readonly asked: string[] }> => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url, headers } = request
      const body = Buffer.concat(chunks).toString()
      asked.push([method, url, headers['content-type'], body].filter(Boolean).join(' '))
      assert.equal(headers.accept, 'application/json')
      assert.equal(headers['content-length'], body === '' ? undefined : String(Buffer.byteLength(body)))
      assert.equal(headers['transfer-encoding'], undefined)
      answer(request, response, body)
    })
  })
  const folder = mkdtempSync(join(tmpdir(), 'http-client-'))
  const socketPath = join(folder, 'socket')
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  const client = createUnixClient(socketPath)
  t.after(() => {
    client.close()
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true })
  })
  return { client, asked }
}

const says =
  (code: number, text: string): Answer =>
  (_, response) =>
    response.writeHead(code).end(text)

const refused = (check: (error: ApiError) => void) => (error: unknown) => {
  assert.ok(error instanceof ApiError, String(error))
  check(error)
  return true
}

test('each verb is the request that Kubernetes asks for it', async (t) => {
  const { client, asked } = await serve(t, says(200, JSON.stringify(thing)))
  const namespace = 'team'
  await client.get(things, 'a', { namespace })
  await client.get(kindOf('', false), 'a b', { namespace })
  await client.list(kindOf('', true))
  await client.list(things, { namespace, labelSelector: 'app=web', fieldSelector: '', limit: 2 } as object)
  await client.create(things, thing)
  await client.create(things, thing, { namespace: 'other', dryRun: true })
  await client.create(things, thing, { subresource: 'eviction' })
  await client.update(things, thing)
  await client.update(things, thing, { namespace: 'other', subresource: 'status', dryRun: true })
  await client.patch(things, 'a', 'json', [], { namespace })
  await client.patch(things, 'a', 'merge', { x: 'ü' }, { namespace, subresource: 'status', dryRun: true })
  await client.patch(kindOf('', false), 'a', 'strategic', {})
  await client.delete(things, 'a', { namespace, gracePeriodSeconds: 1, preconditions: { uid: 'u' } })
  const body = JSON.stringify(thing)
  assert.deepEqual(asked, [
    'GET /apis/test/v1/namespaces/team/things/a',
    'GET /api/v1/things/a%20b',
    'GET /api/v1/things',
    'GET /apis/test/v1/namespaces/team/things?labelSelector=app%3Dweb&limit=2',
    `POST /apis/test/v1/namespaces/team/things application/json ${body}`,
    `POST /apis/test/v1/namespaces/other/things?dryRun=All application/json ${body}`,
    `POST /apis/test/v1/namespaces/team/things/a/eviction application/json ${body}`,
    `PUT /apis/test/v1/namespaces/team/things/a application/json ${body}`,
    `PUT /apis/test/v1/namespaces/other/things/a/status?dryRun=All application/json ${body}`,
    'PATCH /apis/test/v1/namespaces/team/things/a application/json-patch+json []',
    'PATCH /apis/test/v1/namespaces/team/things/a/status?dryRun=All application/merge-patch+json {"x":"ü"}',
    'PATCH /api/v1/things/a application/strategic-merge-patch+json {}',
    'DELETE /apis/test/v1/namespaces/team/things/a application/json ' +
      '{"apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":1,"preconditions":{"uid":"u"}}',
  ])
})

test('an answer is the object; the items of a list, which come without it, get their kind', async (t) => {
  const list = { metadata: { resourceVersion: '7' }, items: [{ metadata: { name: 'a' } }] }
  const { client } = await serve(t, ({ url }, response) =>
    response.end(JSON.stringify(url!.endsWith('/things') ? list : thing)),
  )
  assert.deepEqual(await client.get(things, 'a', { namespace: 'team' }), thing)
  assert.deepEqual(await client.create(things, thing, { subresource: 'token' }), thing)
  assert.deepEqual(await client.update(things, thing), thing)
  assert.deepEqual(await client.patch(things, 'a', 'merge', {}, { namespace: 'team' }), thing)
  assert.deepEqual(await client.list(things), {
    items: [{ apiVersion: 'test/v1', kind: 'Thing', metadata: { name: 'a' } }],
    resourceVersion: '7',
  })
})

test('a list without items is empty', async (t) => {
  const { client } = await serve(t, says(200, '{}'))
  assert.deepEqual(await client.list(things), { items: [], resourceVersion: '' })
})

test('a refusal is an ApiError with the Status of the server, or with its words where it sends none', async (t) => {
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 409, reason: 'Conflict', message: 'no' }
  const answers: readonly (readonly [number, string, object])[] = [
    [409, JSON.stringify(status), status],
    [400, 'bad gateway\n', { code: 400, message: 'bad gateway', status: 'Failure' }],
    [502, '{"kind":"Other"}', { code: 502, message: '{"kind":"Other"}' }],
    [500, `${'x'.repeat(600)}`, { code: 500, message: 'x'.repeat(500) }],
  ]
  for (const [code, text, wanted] of answers) {
    const { client } = await serve(t, says(code, text))
    const told = refused((error) => assert.partialDeepStrictEqual(error.status, wanted))
    await assert.rejects(client.get(things, 'a'), told)
    await assert.rejects(client.delete(things, 'a'), told)
    await assert.rejects(client.watch(things, { resourceVersion: '1' }, () => {}).done, told)
  }
  const { client } = await serve(t, says(503, ''))
  await assert.rejects(
    client.get(things, 'a'),
    refused(({ status: { message } }) => assert.match(message ?? '', /^unix:.* answered 503$/)),
  )
})

test('what is no answer of an API server, or none at all, is a TransportError that names whom it asked', async (t) => {
  const { client } = await serve(t, says(200, '<html>'))
  const unreadable = { name: 'TransportError', code: 'API_ANSWER_UNREADABLE' }
  await assert.rejects(client.get(things, 'a'), {
    ...unreadable,
    message: /^unix:.*\/socket answered 200 with a body that is not JSON$/,
  })
  const unreachable = { name: 'TransportError', code: 'API_UNREACHABLE', message: /^unix:.* cannot be reached: / }
  const { client: cut } = await serve(t, (_, response) => {
    response.writeHead(200, { 'content-length': 100 })
    response.write('{')
    setImmediate(() => response.destroy())
  })
  await assert.rejects(cut.get(things, 'a'), unreachable)
  const nobody = createUnixClient('/nowhere/at/all')
  await assert.rejects(nobody.get(things, 'a'), unreachable)
  await assert.rejects(nobody.watch(things, { resourceVersion: '1' }, () => {}).done, unreachable)
  const { client: moved } = await serve(t, says(202, '{}'))
  await assert.rejects(moved.watch(things, { resourceVersion: '1' }, () => {}).done, unreachable)
})

test('a watch tells whole events in their order, however their bytes are cut, and ends with the answer', async (t) => {
  const event = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`
  const named = (name: string) => ({ metadata: { name, resourceVersion: '5' } })
  const text = [
    event('ADDED', named('ü')),
    '\n',
    event('MODIFIED', named('ü')),
    event('OF_A_LATER_KUBERNETES', named('ü')),
    event('BOOKMARK', { metadata: { resourceVersion: '9' } }),
    event('DELETED', named('ü')),
  ].join('')
  const { client, asked } = await serve(t, async (_, response) => {
    for (const byte of Buffer.from(text)) {
      response.write(Buffer.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
    response.end()
  })
  const events: WatchEvent<Thing>[] = []
  await client.watch(things, { namespace: 'team', resourceVersion: '4' }, (one) => events.push(one)).done
  assert.deepEqual(asked, [
    'GET /apis/test/v1/namespaces/team/things?resourceVersion=4&watch=true&allowWatchBookmarks=true',
  ])
  assert.deepEqual(events, [
    { type: 'ADDED', object: named('ü') },
    { type: 'MODIFIED', object: named('ü') },
    { type: 'BOOKMARK', resourceVersion: '9' },
    { type: 'DELETED', object: named('ü') },
  ])
})

test('a watch ends with what the server says went wrong, or with the fault of whoever listens', async (t) => {
  const gone = { kind: 'Status', status: 'Failure', code: 410, reason: 'Expired', message: 'too old' }
  const { client } = await serve(t, (_, response) => {
    response.write(`${JSON.stringify({ type: 'ERROR', object: gone })}\n`)
  })
  await assert.rejects(
    client.watch(things, { resourceVersion: '1' }, () => {}).done,
    refused((error) => assert.deepEqual(error.status, gone)),
  )
  const { client: adding } = await serve(t, (_, response) => {
    response.write(`${JSON.stringify({ type: 'ADDED', object: thing })}\n`.repeat(2))
  })
  let heard = 0
  const { done } = adding.watch(things, { resourceVersion: '1' }, () => {
    heard++
    throw new Error('a fault')
  })
  await assert.rejects(done, /a fault/)
  assert.equal(heard, 1)
})

test('a watch that is stopped, also by the end of its client, hears nothing more and is no failure', async (t) => {
  const { client } = await serve(t, (_, response) => {
    const timer = setInterval(() => response.write(`${JSON.stringify({ type: 'ADDED', object: thing })}\n`), 1)
    response.on('close', () => clearInterval(timer))
  })
  for (const end of ['stop', 'close'] as const) {
    let heard = 0
    const first = Promise.withResolvers<void>()
    const watch = client.watch(things, { resourceVersion: '1' }, () => {
      heard++
      first.resolve()
      if (end === 'stop') watch.stop()
      else client.close()
    })
    await first.promise
    await watch.done
    assert.equal(heard, 1)
  }
})
