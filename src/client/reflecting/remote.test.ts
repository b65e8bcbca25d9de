import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { ConfigMap } from '#api/core/configmap/message.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { startTestServer } from '#apiserver/testing/test-server.ts'
import { systemClock } from '#clock/clock.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { Client } from '../client.ts'
import { createHttpClient } from '../http-client.ts'
import { httpsTransport } from '../https-client.ts'
import { Informer, Informers } from '../informer.ts'
import { keptResource } from '../kept-resource.ts'
import { unixTransport } from '../unix-client.ts'

const remote = { clock: systemClock, random: () => 0, protobuf: true, watchList: true }
const map = (name: string, value: string, namespace = 'default'): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, annotations: { a: value, b: value } },
  data: { value },
})
const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 5))
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await turn()
}

test('what comes by protobuf in one watch is what comes by JSON in a list and a watch; and only the kept part of it', async (t) => {
  const server = await startTestServer()
  const asked: string[] = []
  const direct = unixTransport(server.socketPath)
  const transport = {
    ...direct,
    open: (...[options, onResponse]: Parameters<typeof direct.open>) =>
      direct.open(options, (response) => {
        asked.push(`${options.path?.split('?')[0]} ${response.headers['content-type']}`)
        onResponse(response)
      }),
  }
  const clients = [createHttpClient(transport, 'test', remote), createHttpClient(direct)]
  const stop = new AbortController()
  t.after(async () => {
    stop.abort()
    for (const client of clients) client.close()
    await server.close()
  })
  const keep = { metadata: { annotations: ['a'] } } as const
  const errors: unknown[] = []
  const options = {
    clock: systemClock,
    random: Math.random,
    signal: stop.signal,
    onError: (error: unknown) => errors.push(error),
  }
  for (const name of ['one', 'two', 'three']) await server.client.create(configMaps, map(name, 'ü'))
  const [whole, kept, plain] = [
    new Informers(clients[0]!, options).for(configMaps),
    new Informers(clients[0]!, { ...options, kept: [keptResource(configMaps, keep) as never] }).for(configMaps),
    new Informers(clients[1]!, options).for(configMaps),
  ]
  await Promise.all([whole, kept, plain].map((one) => one.hasSynced))
  await server.client.update(configMaps, map('two', 'changed'))
  await server.client.delete(configMaps, 'three', { namespace: 'default' })
  const last = await server.client.create(configMaps, map('last', 'x'.repeat(100_000)))
  const isThere = (one: Informer<ConfigMap>) => one.lister.get('last', 'default') !== undefined
  await until(() => [whole, kept, plain].every(isThere))
  const byName = (one: Informer<ConfigMap>) =>
    Object.fromEntries(one.lister.list('default').map((object) => [object.metadata!.name!, object]))
  assert.deepEqual(byName(whole), byName(plain))
  assert.deepEqual(byName(kept).last, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'last',
      namespace: 'default',
      uid: last.metadata?.uid,
      resourceVersion: last.metadata?.resourceVersion,
      annotations: { a: last.data!.value },
    },
  })
  assert.deepEqual(await clients[0]!.get(configMaps, 'one', { namespace: 'default' }), byName(plain).one)
  assert.deepEqual(await clients[0]!.list(configMaps), await clients[1]!.list(configMaps))
  const refused = (error: Error & { status?: { reason?: string } }) => error.status?.reason === 'NotFound'
  await assert.rejects(clients[0]!.get(configMaps, 'nobody', { namespace: 'default' }), refused)
  assert.deepEqual(errors, [])
  const stream = '/api/v1/configmaps application/vnd.kubernetes.protobuf;stream=watch'
  assert.deepEqual(asked.slice(0, 2), [stream, stream], 'no list was asked for')
})

type Answer = (url: URL, response: ServerResponse, request: IncomingMessage) => void

/** A server that is played: the answers, and the queries that it was asked. */
const play = async (t: TestContext, answer: Answer, more: Partial<typeof remote> = {}) => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://test')
    asked.push(url.searchParams.toString())
    answer(url, response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = createHttpClient(httpsTransport({ server: url }), 'test', { ...remote, ...more })
  t.after(() => {
    client.close()
    server.closeAllConnections()
    server.close()
  })
  return { client, asked }
}

const status = (code: number, reason: string) =>
  JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: reason })
const page = (names: readonly string[], next?: string) =>
  JSON.stringify({
    metadata: { resourceVersion: '9', continue: next },
    items: names.map((name) => ({ metadata: { name } })),
  })

const informed = (t: TestContext, client: Client) => {
  const stop = new AbortController()
  t.after(() => stop.abort())
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  const informer = new Informer(configMaps, { clock: systemClock, random: () => 0, signal: stop.signal, onError })
  informer.start(client)
  return { informer, errors }
}

test('a server without it is asked for that watch once, then for pages; one that forgets the middle begins anew', async (t) => {
  let isForgetful = true
  const { client, asked } = await play(t, ({ searchParams }, response) => {
    if (searchParams.has('sendInitialEvents')) return response.writeHead(422).end(status(422, 'Invalid'))
    if (searchParams.has('watch')) return response.writeHead(200).flushHeaders()
    const at = searchParams.get('continue')
    if (at === null) return response.end(page(['a', 'b'], 'second'))
    if (isForgetful) {
      isForgetful = false
      return response.writeHead(410).end(status(410, 'Expired'))
    }
    return response.end(page(['c']))
  })
  const { informer, errors } = informed(t, client)
  await informer.hasSynced
  assert.deepEqual(
    informer.lister.list().map(({ metadata }) => metadata?.name),
    ['a', 'b', 'c'],
  )
  await informed(t, client).informer.hasSynced
  assert.deepEqual(
    asked
      .filter((query) => !query.includes('watch=true') || query.includes('sendInitial'))
      .map((query) => query.slice(0, 40)),
    [
      'resourceVersionMatch=NotOlderThan&sendIn',
      'limit=500',
      'limit=500&continue=second',
      'limit=500',
      'limit=500&continue=second',
      'limit=500',
      'limit=500&continue=second',
    ],
  )
  assert.deepEqual(errors, [])
})

test('where a server does not give a kind in protobuf, it is asked for in JSON from then on', async (t) => {
  const accepts: string[] = []
  const { client } = await play(t, (_, response, request) => {
    accepts.push(request.headers.accept!)
    if (request.headers.accept !== 'application/json') return response.writeHead(406).end(status(406, 'NotAcceptable'))
    return response.end(page(['a']))
  })
  assert.equal((await client.list(configMaps)).items.length, 1)
  await client.list(configMaps)
  assert.deepEqual(accepts, [
    'application/vnd.kubernetes.protobuf,application/json',
    'application/json',
    'application/json',
  ])
})

test('who is asked to come back later comes back then, with the same request, and not for ever', async (t) => {
  const clock = new HandClock()
  let refusals = 1
  const { client, asked } = await play(
    t,
    (_, response) => {
      if (refusals-- > 0) return response.writeHead(429, { 'retry-after': '7' }).end(status(429, 'TooManyRequests'))
      return response.end(page(['a']))
    },
    { clock: clock as never },
  )
  const listed = client.list(configMaps)
  await until(() => clock.next !== undefined)
  assert.equal(clock.next, 7000)
  clock.advance(7000)
  assert.equal((await listed).items.length, 1)
  refusals = 100
  const refused = client.list(configMaps)
  const settled = refused.then(
    () => 'served',
    (error: { retryAfter: number }) => error.retryAfter,
  )
  for (let tries = 3; tries < 7; tries++) {
    await until(() => asked.length === tries && clock.next !== undefined)
    clock.advance(7000)
  }
  assert.equal(await settled, 7000)
  assert.equal(asked.length, 7)
})
