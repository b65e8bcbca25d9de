import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { showProcesses } from '../../src/gateway/haproxy/master-socket.ts'
import { RuntimeSocket } from '../../src/gateway/haproxy/runtime/runtime-socket.ts'
import { certificate } from './certificates.ts'
import { startClients } from './clients.ts'
import { get, HaproxyUnderTest, skip, startServers, until } from './haproxy-under-test.ts'

test('what differs from plan to plan is changed while HAProxy runs; another configuration is read by a reload', {
  skip,
}, async (t) => {
  const under = new HaproxyUnderTest(t)
  const [a, b] = await startServers(t, 2)
  under.servers.set('A', [a!])
  under.servers.set('B', [b!])
  await under.set({ routes: { '/a': 's0' }, backends: { s0: 'A' } })
  await under.start()
  assert.equal(await get('/a'), '200 e0')
  assert.equal(await get('/b'), '404 ')

  await under.set({ routes: { '/a': 's0', '/b': 's1' }, backends: { s0: 'A', s1: 'B' } })
  assert.equal(await get('/b'), '200 e1')
  await under.set({ routes: { '/a': 's1' }, list: { '^/(x|y)$': 's0' }, backends: { s0: 'A', s1: 'B' } })
  assert.deepEqual([await get('/a'), await get('/b'), await get('/y')], ['200 e1', '404 ', '200 e0'])
  await under.set({ routes: { '/a': 's1' }, list: { '^/z$': 's1' }, backends: { s1: 'B' } })
  assert.deepEqual([await get('/y'), await get('/z')], ['404 ', '200 e1'])

  under.servers.set('B', [a!, { ...b!, state: 'drain' }])
  under.proxy.noteServers(['B'])
  await under.proxy.settled()
  for (let at = 0; at < 5; at++) assert.equal(await get('/a'), '200 e0')
  under.servers.set('B', [b!])
  under.proxy.noteServers(['B'])
  await under.proxy.settled()
  for (let at = 0; at < 5; at++) assert.equal(await get('/a'), '200 e1')
  assert.equal(under.proxy.reloads, 0)

  await under.set({ routes: { '/a': 's11' }, slots: 12, backends: { s11: 'A' } })
  assert.equal(under.proxy.reloads, 1)
  assert.equal(await get('/a'), '200 e0')
  const { oldWorkers, reloads, failed } = await showProcesses(join(under.folder, 'run/master.sock'))
  assert.deepEqual([reloads, failed], [1, 0])
  assert.ok(oldWorkers.length <= 1)
  assert.match(
    readFileSync(join(under.folder, 'run/haproxy.cfg'), 'utf8'),
    new RegExp(`backend s11.*\n  server ${a!.name} 127`),
  )
})

test('clients notice nothing of 50 reloads and 500 changes', { skip }, async (t) => {
  const under = new HaproxyUnderTest(t)
  const endpoints = await startServers(t, 4)
  under.servers.set('A', endpoints.slice(0, 2))
  await under.set({ routes: { '/a': 's0' }, backends: { s0: 'A' } })
  await under.start()
  const clients = startClients(6)
  const spare = { s0: 'A', s1: 'A', s2: 'A' }
  for (let at = 0; at < 500; at++) {
    // Endpoints come and go, the route moves from slot to slot, and others beside it change.
    under.servers.set('A', [endpoints[at % 4]!, endpoints[(at + 1) % 4]!])
    under.proxy.noteServers(['A'])
    if (at % 2 === 0)
      await under.set({
        routes: { '/a': `s${at % 3}`, [`/b${at}`]: 's0' },
        backends: spare,
        note: `${Math.floor(at / 10)}`,
      })
    await under.proxy.settled()
  }
  const { answered, failures } = await clients.stop()
  t.diagnostic(`${answered} requests, ${under.proxy.reloads} reloads`)
  assert.deepEqual(failures, [])
  assert.equal(under.proxy.reloads, 50)
  assert.ok(answered > 1_000)
})

test('a driver that starts adopts what runs: nothing is reloaded, nothing is written that is there', {
  skip,
}, async (t) => {
  const under = new HaproxyUnderTest(t)
  const [a, b] = await startServers(t, 2)
  under.servers.set('A', [a!])
  const plan = {
    routes: { '/a': 's0', '/c': 's1' },
    list: { '^/x$': 's0' },
    backends: { s0: 'A' },
    certificates: { 'certificates/a.pem': certificate('a.test') },
    lines: [{ certificate: 'certificates/a.pem', names: ['a.test', '*.a.test'] }],
    authorities: {},
  }
  await under.set(plan)
  await under.start()
  const worker = await under.worker()
  const versions = await shown(under, 'show map maps/routes.map')
  under.driveAgain()
  await under.set(plan)
  await under.serving()
  assert.equal(await shown(under, 'show map maps/routes.map'), versions)
  // What has changed while nobody drove it is written.
  under.driveAgain()
  under.servers.set('A', [b!])
  await under.set({ ...plan, routes: { '/a': 's0' } })
  await under.serving()
  assert.deepEqual([await get('/a'), await get('/c'), await get('/x')], ['200 e1', '404 ', '200 e1'])
  assert.equal(await under.worker(), worker)
})

const shown = async (under: HaproxyUnderTest, line: string): Promise<string> => {
  const socket = await RuntimeSocket.open(join(under.folder, 'run/haproxy.sock'))
  const answer = await socket.ask({ line })
  socket.close()
  return answer
}

test('what somebody else writes at its socket is found and mended', { skip }, async (t) => {
  const under = new HaproxyUnderTest(t, { hurry: true })
  const [a] = await startServers(t, 1)
  under.servers.set('A', [a!])
  await under.set({ routes: { '/a': 's0', '/b': 's0' }, backends: { s0: 'A' } })
  await under.start()
  const socket = await RuntimeSocket.open(join(under.folder, 'run/haproxy.sock'))
  const other = ['del map maps/routes.map /a', 'set map maps/routes.map /b s5', 'add map maps/routes.map /q s5']
  for (const line of [...other, `set server s0/${a!.name} state maint`]) await socket.run({ line })
  assert.equal(await get('/a'), '404 ')
  await until(async () => (await get('/a')) === '200 e0')
  assert.deepEqual([await get('/b'), await get('/q')], ['200 e0', '404 '])
  socket.close()
  assert.equal(under.proxy.reloads, 0)
})

test('an HAProxy that starts again has what was told to the one before', { skip }, async (t) => {
  const under = new HaproxyUnderTest(t)
  const [a, b] = await startServers(t, 2)
  under.servers.set('A', [a!])
  await under.set({ routes: { '/a': 's0' }, backends: { s0: 'A' } })
  await under.start()
  under.servers.set('A', [b!])
  under.proxy.noteServers(['A'])
  await under.set({ routes: { '/b': 's0' }, backends: { s0: 'A' } })
  // A worker that dies takes its master along; who started that starts it again.
  for (const victim of ['worker', 'master'] as const) {
    const worker = await under.worker()
    const gone = once(under.master!, 'exit')
    process.kill(victim === 'worker' ? worker : under.master!.pid!, 'SIGKILL')
    await gone
    await until(() => !under.proxy.isServing)
    await under.set({ routes: { '/b': 's0', [`/${victim}`]: 's0' }, backends: { s0: 'A' } })
    await under.start()
    assert.notEqual(await under.worker(), worker)
    assert.deepEqual([await get('/a'), await get('/b'), await get(`/${victim}`)], ['404 ', '200 e1', '200 e1'])
  }
})

test('a server that comes back in another way waits for its last connection, or gets a new worker', {
  skip,
}, async (t) => {
  const under = new HaproxyUnderTest(t)
  const [a] = await startServers(t, 1)
  under.servers.set('A', [a!])
  await under.set({ routes: { '/a': 's0' }, backends: { s0: 'A' } })
  await under.start()
  const clients = startClients(2)
  under.servers.set('A', [{ ...a!, parameters: 'maxconn 50' }])
  under.proxy.noteServers(['A'])
  await under.proxy.settled()
  under.servers.set('A', [])
  under.proxy.noteServers(['A'])
  await until(async () => (await get('/a')).startsWith('503'))
  await clients.stop()
  under.servers.set('A', [a!])
  under.proxy.noteServers(['A'])
  await under.proxy.settled()
  assert.equal(await get('/a'), '200 e0')
})

test('the first endpoint behind authorities that came with a reload is given to HAProxy while it runs', {
  skip,
}, async (t) => {
  const under = new HaproxyUnderTest(t)
  const [a] = await startServers(t, 1)
  await under.set({ routes: { '/a': 's0' }, backends: { s0: 'A' } })
  await under.start()
  const authorities = { 'authorities/a.pem': certificate('a.test') }
  await under.set({ routes: { '/a': 's0' }, backends: { s0: 'A' }, authorities, note: 'another' })
  assert.equal(under.proxy.reloads, 1)
  under.servers.set('A', [{ ...a!, parameters: 'ssl verify required ca-file authorities/a.pem' }])
  under.proxy.noteServers(['A'])
  await under.proxy.settled()
  assert.equal(under.proxy.fault, undefined)
  assert.match(await shown(under, 'show servers state'), new RegExp(` s0 .* ${a!.name} `))
  assert.equal(under.proxy.reloads, 1)
})
