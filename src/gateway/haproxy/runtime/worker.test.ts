import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { systemClock } from '#clock/clock.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { ProxyMap } from '#dataplane/haproxy/proxy-map.ts'
import type { PlannedServer, ProxyPlan } from '#dataplane/haproxy/proxy-plan.ts'
import { FakeHaproxy } from '../../testing/fake-haproxy.ts'
import { heldFromFiles } from '../held.ts'
import { LARGEST_COMMAND } from './runtime-socket.ts'
import { Worker } from './worker.ts'

const tree = (entries: Record<string, string>): ProxyMap => ({
  type: 'tree',
  parts: new Set([new Map(Object.entries(entries))]),
})
const list = (entries: Record<string, string>): ProxyMap => ({
  type: 'list',
  parts: new Set([new Map(Object.entries(entries))]),
})
const plan = (maps: Record<string, ProxyMap>, more: Partial<ProxyPlan> = {}): ProxyPlan => ({
  config: 'global\n',
  maps: new Map(Object.entries(maps)),
  certificates: new Map(),
  certificateLists: new Map(),
  authorities: new Map(),
  slots: new Map(),
  ...more,
})
const server = (name: string, more: Partial<PlannedServer> = {}): PlannedServer => ({
  name,
  address: '10.0.0.1',
  port: 80,
  state: 'ready',
  parameters: '',
  ...more,
})

const workerWith = async (
  t: TestContext,
  before: ProxyPlan,
  servers: Record<string, readonly PlannedServer[]> = {},
) => {
  const fake = await FakeHaproxy.start(t)
  const files = heldFromFiles('key', before, new Map(Object.entries(servers)))
  fake.answers = {
    'show ssl cert': [...before.certificates.keys()].join('\n'),
    'show ssl ca-file': [...before.authorities.keys()].map((name) => `${name} - 1 certificate(s)`).join('\n'),
  }
  const worker = await Worker.meet(fake.path, { files }, () => {})
  t.after(() => worker.leave())
  const write = (wanted: ProxyPlan, slots: Record<string, readonly PlannedServer[]> = {}) =>
    worker.write(wanted, new Map(Object.entries(slots)), systemClock)
  return { fake, worker, write }
}

test('what is led to comes before what leads there, and goes after it', async (t) => {
  const { fake, write } = await workerWith(
    t,
    plan({ rules: tree({ old: '{}', same: '{}' }), paths: tree({ '/a': 'old', '/gone': 'old' }) }),
    { s1: [server('e1')] },
  )
  await write(plan({ rules: tree({ new: '{"a b": 1}', same: '{}' }), paths: tree({ '/a': 'new', '/b': 's2' }) }), {
    s2: [server('e2', { parameters: 'proto h2' })],
  })
  assert.deepEqual(fake.told, [
    'add server s2/e2 10.0.0.1:80 proto h2',
    'enable server s2/e2',
    'add map rules\nnew {"a b": 1}',
    'set map paths /a new',
    'add map paths\n/b s2',
    'del map paths /gone',
    'del map rules old',
    'set server s1/e1 state maint',
  ])
  fake.told.length = 0
  await write(plan({ rules: tree({ new: '{"a b": 1}', same: '{}' }), paths: tree({ '/a': 'new', '/b': 's2' }) }), {
    s2: [server('e2', { parameters: 'proto h2' })],
  })
  assert.deepEqual(fake.told, [], 'what is there is not written again')
})

test('what is led nowhere goes at once, and what it led to when no request can be on its way there', async (t) => {
  const before = plan({ rules: tree({ old: '{}' }), paths: tree({ '/a': 'old' }), stars: tree({}) })
  const { fake, worker } = await workerWith(t, before)
  const clock = new HandClock()
  const writing = worker.write(plan({ rules: tree({}), paths: tree({}), stars: tree({}) }), new Map(), clock)
  while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(fake.told, ['del map paths /a'])
  clock.advance(25)
  await writing
  assert.deepEqual(fake.told, ['del map paths /a', 'del map rules old'])
})

test('what is too much does not keep waiting what is to come: the next plan takes it away', async (t) => {
  const before = plan({ rules: tree({ old: '{}' }), paths: tree({ '/a': 'old' }) })
  const { fake, worker } = await workerWith(t, before)
  const clock = new HandClock()
  const hurry = new AbortController()
  const [none, next] = [
    plan({ rules: tree({}), paths: tree({}) }),
    plan({ rules: tree({}), paths: tree({ '/b': 's' }) }),
  ]
  const writing = worker.write(none, new Map(), clock, hurry.signal)
  while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
  hurry.abort()
  await writing
  assert.deepEqual(fake.told, ['del map paths /a'])
  assert.ok(worker.hasSurplus)
  const again = worker.write(next, new Map(), clock)
  while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
  clock.advance(25)
  await again
  assert.deepEqual(fake.told, ['del map paths /a', 'add map paths\n/b s', 'del map rules old'])
  assert.equal(worker.hasSurplus, false)
})

test('a slot that stands for nothing any more is emptied before anything else is done', async (t) => {
  const before = plan({ rules: tree({ old: '{}' }), paths: tree({ '/a': 'old' }) })
  const { fake, worker } = await workerWith(t, before, { s1: [server('e1')] })
  const clock = new HandClock()
  const writing = worker.write(plan({ rules: tree({}), paths: tree({}) }), new Map(), clock, AbortSignal.abort())
  while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
  clock.advance(25)
  await writing
  assert.deepEqual(fake.told, ['del map paths /a', 'del map rules old', 'set server s1/e1 state maint'])
})

test('a list is replaced as a whole, and one that is refused leaves nothing behind', async (t) => {
  const { fake, write } = await workerWith(t, plan({ list: list({ '^/a$': '1' }) }))
  await write(plan({ list: list({ '^/b$': '2', '^/a$': '1' }) }))
  assert.deepEqual(fake.told, ['prepare map list', 'add map @7 list\n^/b$ 2\n^/a$ 1', 'commit map @7 list'])
  fake.told.length = 0
  fake.answers = { 'add map @7': "regex '(' is invalid\n" }
  await assert.rejects(write(plan({ list: list({ '(': '1' }) })), {
    code: 'PROXY_REFUSED',
    message: `HAProxy refused "add map @7 list": regex '(' is invalid`,
  })
  assert.deepEqual(fake.told, ['prepare map list', 'add map @7 list\n( 1', 'clear map @7 list'])
  // The same list as before has not gone.
  fake.told.length = 0
  await write(plan({ list: list({ '^/b$': '2', '^/a$': '1' }) }))
  assert.deepEqual(fake.told, [])
})

test('many entries are added in commands that fit into what HAProxy reads at once', async (t) => {
  const { fake, write } = await workerWith(t, plan({ paths: tree({}) }))
  const entries = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`/ü${at}`, 'x'.repeat(60)]))
  await write(plan({ paths: tree(entries) }))
  assert.ok(fake.told.length > 1)
  for (const said of fake.told) assert.ok(Buffer.byteLength(said) <= LARGEST_COMMAND)
  assert.equal(fake.told.flatMap((said) => said.split('\n').slice(1)).length, 1_000)
})

test('a server drains, comes back, leaves, and is deleted when its last connection has ended', async (t) => {
  const { fake, worker } = await workerWith(t, plan({}), { s1: [server('e1'), server('e2')] })
  const give = (...servers: readonly PlannedServer[]) => worker.writeServers(new Map([['s1', servers]]))
  await give(server('e1', { state: 'drain' }), server('e2'))
  await give(server('e1'))
  assert.deepEqual(fake.told.splice(0), [
    'set server s1/e1 weight 0',
    'set server s1/e1 weight 1',
    'set server s1/e2 state maint',
  ])
  assert.equal(worker.leaving, true)
  fake.answers = { 'del server': 'Server still has connections attached to it, cannot remove it.\n' }
  assert.equal(await worker.sweep(), true)
  // It is wanted again before it has gone.
  await give(server('e1'), server('e2'))
  assert.deepEqual(fake.told.splice(0), [
    'del server s1/e2',
    'set server s1/e2 weight 1',
    'set server s1/e2 state ready',
  ])
  await give(server('e1'))
  fake.answers = {}
  assert.equal(await worker.sweep(), false)
  assert.deepEqual(fake.told.splice(0), ['set server s1/e2 state maint', 'del server s1/e2'])
  assert.equal(worker.leaving, false)
})

test('a server with other parameters goes before it comes; while it cannot go, only a new worker can have it', async (t) => {
  const { fake, worker } = await workerWith(t, plan({}), { s1: [server('e1')] })
  fake.answers = { 'del server': 'Server still has connections attached to it, cannot remove it.\n' }
  const give = () => worker.writeServers(new Map([['s1', [server('e1', { parameters: 'proto h2' })]]]))
  assert.equal(await give(), true)
  assert.deepEqual(fake.told.splice(0), ['set server s1/e1 state maint', 'del server s1/e1'])
  fake.answers = {}
  assert.equal(await give(), false)
  assert.deepEqual(fake.told, ['del server s1/e1', 'add server s1/e1 10.0.0.1:80 proto h2', 'enable server s1/e1'])
})

test('certificates are there before lists name them, and go when none does; one that is refused leaves no trace', async (t) => {
  const lists = (names: readonly string[]): ProxyPlan['certificateLists'] =>
    new Map([['list', names.map((name) => ({ certificate: `${name}.pem`, names: [`${name}.test`] }))]])
  const pem = (name: string): ProxyPlan['certificates'] => new Map([[`${name}.pem`, `PEM\n\nof ${name}\n`]])
  const { fake, worker, write } = await workerWith(
    t,
    plan({}, { certificates: pem('a'), certificateLists: lists(['a']) }),
  )
  fake.answers = { 'show ssl crt-list -n': '# list\na.pem:1 a.test\nb.pem:2 [alpn h2] b.test\n' }
  await write(
    plan({}, { certificates: pem('b'), certificateLists: lists(['b']), authorities: new Map([['ca.pem', 'CA']]) }),
  )
  assert.deepEqual(fake.told.splice(0), [
    'new ssl ca-file ca.pem',
    'set ssl ca-file ca.pem\nCA',
    'commit ssl ca-file ca.pem',
    'new ssl cert b.pem',
    'set ssl cert b.pem\nPEM\nof b',
    'commit ssl cert b.pem',
    'add ssl crt-list list\nb.pem b.test',
    'del ssl crt-list list a.pem:1',
    'del ssl cert a.pem',
  ])
  fake.answers = { 'set ssl cert': "unable to load certificate from file 'c.pem'.\nCan't load the payload\n" }
  await assert.rejects(write(plan({}, { certificates: pem('c'), certificateLists: lists(['c']) })), {
    message: `HAProxy refused "set ssl cert c.pem": unable to load certificate from file 'c.pem'.; Can't load the payload`,
  })
  assert.deepEqual(fake.told.slice(-2), ['abort ssl cert c.pem', 'del ssl cert c.pem'])
  assert.deepEqual([...worker.held.certificates.keys()], ['b.pem'])
})

test('what is not taken and nobody names yet holds up nothing, and is not given again until it is another', async (t) => {
  const { fake, write } = await workerWith(t, plan({}, {}))
  fake.answers = { 'set ssl ca-file': 'no certificate in it\n' }
  const bad = (pem: string) =>
    plan(
      {},
      {
        authorities: new Map([
          ['ca.pem', pem],
          ['good.pem', 'CA'],
        ]),
      },
    )
  const asked = async (pem: string) => {
    await write(bad(pem))
    return fake.told.splice(0).filter((line) => line.startsWith('set ssl ca-file ca.pem')).length
  }
  assert.deepEqual([await asked('one'), await asked('one'), await asked('two')], [1, 0, 1])
})

test('a worker that has started has read what its configuration names: what a first server will name is given to it', async (t) => {
  const fake = await FakeHaproxy.start(t)
  const pem = (...names: readonly string[]) => new Map(names.map((name) => [name, `PEM of ${name}`]))
  const files = plan(
    {},
    { certificates: pem('shown.pem', 'client.pem'), authorities: pem('clients.pem', 'backend.pem') },
  )
  fake.answers = {
    'show ssl cert': '# filename\nshown.pem\n',
    'show ssl ca-file': '# filename\n@system-ca - 140 certificate(s)\nclients.pem - 1 certificate(s)\n',
  }
  const worker = await Worker.meet(fake.path, { files: heldFromFiles('key', files, new Map()) }, () => {})
  t.after(() => worker.leave())
  await worker.writeCertificates(files)
  assert.deepEqual(
    fake.told.filter((line) => line.startsWith('new ')),
    ['new ssl ca-file backend.pem', 'new ssl cert client.pem'],
  )
  assert.deepEqual(worker.held.authorities, files.authorities)
})

test('servers of HAProxy’s own, by which one of its frontends leads to another, are no slot’s', async (t) => {
  const fake = await FakeHaproxy.start(t)
  const config = 'global\nbackend https-10000 from base\n  mode tcp\n  server inside abns@x send-proxy-v2\n'
  const before = plan({}, { config })
  fake.answers = {
    'show servers state': '1\n# be_id\n3 https-10000 1 inside - 2 0 1 1 1 1 0 2 0 0 0 0 - 0 - 0 0 - - 0\n',
    'show env': 'FAIRLEAD_CONFIG=key\n',
    'show map': '',
    'show ssl': '',
  }
  const known = await Worker.meet(fake.path, { files: heldFromFiles('key', before, new Map()) }, () => {})
  t.after(() => known.leave())
  assert.equal(await known.isAsThought(fake.path, () => undefined), true)
  const worker = await Worker.meet(fake.path, { readFile: () => config, former: known.held }, () => {})
  t.after(() => worker.leave())
  await worker.write(before, new Map(), systemClock)
  await worker.sweep()
  assert.deepEqual(
    fake.told.filter((line) => /server/.test(line) && !line.startsWith('show ')),
    [],
  )
})
