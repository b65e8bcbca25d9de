import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { configMaps } from '#api/core/configmap/resource.ts'
import { memoryJournal } from '../storage/memory-journal.ts'
import { ask } from '../testing/ask.ts'
import { startTestServer } from '../testing/test-server.ts'

const server = await startTestServer()
after(() => server.close())
const get = (path: string) => ask(server.socketPath, `GET ${path}`)

test('each door of health says ok, all that it has asked where that is wanted, and each check alone', async () => {
  for (const door of ['healthz', 'livez', 'readyz']) {
    assert.deepEqual(await get(`/${door}`), { status: 200, body: 'ok' })
    const { status, body } = await get(`/${door}?verbose`)
    assert.equal(status, 200)
    assert.match(body, /^\[\+\]ping ok\n\[\+\]log ok\n\[\+\]etcd ok\n/)
    assert.ok(body.endsWith(`\n${door} check passed\n`))
    assert.equal(body.includes('[+]shutdown ok\n'), door === 'readyz')
    assert.deepEqual(await get(`/${door}/etcd`), { status: 200, body: 'ok' })
  }
  assert.equal((await get('/livez/poststarthook/rbac/bootstrap-roles')).body, 'ok')
  assert.deepEqual(await get('/livez/shutdown'), { status: 404, body: '404 page not found\n' })
  assert.deepEqual(await get('/healthz/'), { status: 404, body: '404 page not found\n' })
})

test('a check may be left out, and one that is not there is told of', async () => {
  const { body } = await get('/livez?verbose&exclude=etcd&exclude=nosuch&exclude=another')
  assert.match(body, /\n\[\+\]etcd excluded: ok\n/)
  assert.match(
    body,
    /\nwarn: some health checks cannot be excluded: no matches for "another","nosuch"\nlivez check passed\n$/,
  )
})

test('a journal that stands still is told of, and why it is only where that check is asked for', async () => {
  let now = 0
  const journal = memoryJournal(1)
  let held = false
  const stalled = await startTestServer({
    journal: { load: () => journal.load(), append: (batch) => (held ? new Promise(() => {}) : journal.append(batch)) },
  })
  try {
    held = true
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }
    void stalled.client.create(configMaps, object as never, { namespace: 'default' })
    assert.equal((await ask(stalled.socketPath, 'GET /readyz')).status, 200)
    while ((await ask(stalled.socketPath, 'GET /readyz')).status === 200 && now < 100) {
      now++
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const all = await ask(stalled.socketPath, 'GET /readyz')
    assert.equal(all.status, 500)
    assert.match(
      all.body,
      /^\[\+\]ping ok\n\[\+\]log ok\n\[-\]etcd failed: reason withheld\n(.*\n)*readyz check failed\n$/,
    )
    const alone = { status: 500, body: 'internal server error: the disk takes nothing\n' }
    assert.deepEqual(await ask(stalled.socketPath, 'GET /healthz/etcd'), alone)
    assert.equal((await ask(stalled.socketPath, 'GET /healthz?exclude=etcd')).status, 200)
  } finally {
    await stalled.close()
  }
})

test('the root lists every path that leads somewhere, as people read it', async () => {
  for (const path of ['/', '/index.html']) {
    const { body } = await get(path)
    for (const listed of [
      '/api/v1',
      '/apis/',
      '/apis/apps',
      '/apis/apps/v1',
      '/healthz/ping',
      '/readyz/shutdown',
      '/version',
    ])
      assert.ok(body.paths.includes(listed), listed)
    assert.deepEqual(body.paths, body.paths.toSorted())
  }
})
