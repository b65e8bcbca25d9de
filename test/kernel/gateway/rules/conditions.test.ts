import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Entry, ValueMatch } from '#routes/table/entry.ts'
import { type Echo, EchoBackends } from '../echo-backends.ts'
import { ProxyUnderTest } from '../proxy-under-test.ts'
import { entry, listener, tableOf } from '../small-table.ts'
import { HTTP_BIND, KEYS, plainBackend } from '../tables.ts'
import { request, send, withProxy } from './with-proxy.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

let backends: EchoBackends
before(async () => {
  backends = await EchoBackends.start(KEYS)
})
after(() => backends.stop())

const exact = (name: string, value: string): ValueMatch => ({ name, type: 'Exact', value })
const like = (name: string, value: string): ValueMatch => ({ name, type: 'RegularExpression', value })
type Asked = readonly [target: string, head: readonly string[], method: string]
const asked = (target: string, head: readonly string[] = [], method = 'GET'): Asked => [target, head, method]

/** What a rule wants beside a path, requests that it takes, and requests that it does not take. */
const CONDITIONS: readonly (readonly [Partial<Entry>, readonly Asked[], readonly Asked[]])[] = [
  [{ method: 'PUT' }, [asked('', [], 'PUT')], [asked(''), asked('', [], 'POST')]],
  [
    { query: [exact('q', '1')] },
    [asked('?q=1'), asked('?a&q=1'), asked('?q=1&q=2'), asked('?%71=%31')],
    [asked(''), asked('?q=2&q=1'), asked('?q=2&q=1&q=1'), asked('?q'), asked('?Q=1')],
  ],
  [{ query: [exact('p q', 'x y')] }, [asked('?p+q=x+y'), asked('?p%20q=x%20y')], [asked('?p%2Bq=x+y')]],
  [{ query: [like('q', '.*')] }, [asked('?q'), asked('?q=1')], [asked(''), asked('?p=1')]],
  [
    { headers: [exact('x-a', '1,2')] },
    [asked('', ['X-A: 1,2']), asked('', ['X-A: 1', 'x-a: 2'])],
    [asked('', ['X-A: 1']), asked('', ['X-A: 2', 'X-A: 1'])],
  ],
  [{ headers: [like('x-a', '.*')] }, [asked('', ['X-A: 1']), asked('', ['X-A:'])], [asked('', ['X-B: 1'])]],
  [
    { headers: [exact('x-a', '1'), exact('x-b', '2')], query: [exact('q', '1'), exact('p', '2')] },
    [asked('?q=1&p=2', ['X-A: 1', 'X-B: 2'])],
    [asked('?q=1&p=2', ['X-A: 1']), asked('?q=1', ['X-A: 1', 'X-B: 2']), asked('?q=1&p=3', ['X-A: 1', 'X-B: 2'])],
  ],
]

const answered = async ([target, head, method]: Asked, path: string): Promise<string> => {
  const { status, body } = await send(request('a.test', head, '', method, `${path}${target}`))
  return status === 200 ? (JSON.parse(body) as Echo).backend : String(status)
}

test('a rule takes the requests for which all is so that it asks for, and leaves others to the next', async () => {
  const entries = CONDITIONS.map(([wanted], at) =>
    entry('', 'one', { id: `${at}` }, { ...wanted, path: { type: 'Exact', value: `/${at}` } }),
  )
  await withProxy(backends, [...entries, entry('', 'two')], async () => {
    for (const [at, [, taken, left]] of CONDITIONS.entries()) {
      for (const one of taken) assert.equal(await answered(one, `/${at}`), 'one', `${at}: ${JSON.stringify(one)}`)
      for (const one of left) assert.equal(await answered(one, `/${at}`), 'two', `${at}: ${JSON.stringify(one)}`)
    }
  })
})

test('a header of many lines is read once for a request, however many rules ask for it', async () => {
  const entries = Array.from({ length: 1000 }, (_, at) =>
    entry('', 'one', { id: `${at}` }, { headers: [exact('x-a', String(at))] }),
  )
  await withProxy(backends, [...entries, entry('', 'two')], async () => {
    assert.equal(await answered(asked('', Array(40).fill('X-A: 1')), '/x'), 'two')
  })
})

test('what listeners have in common is asked in its turn, and what comes behind it after that', async () => {
  const path = { type: 'Prefix' as const, value: '/' }
  const rule = (id: string, backend: string, more: Partial<Entry>) => entry('', backend, { id }, { path, ...more })
  const own = [entry('a.test', 'one', { id: 'own' }, { headers: [exact('x-a', '1')] })]
  const shared = [rule('shared', 'two', { headers: [exact('x-a', '2')] }), rule('last', 'three', { method: 'GET' })]
  const port = { port: 80, bind: HTTP_BIND, kind: 'http' as const, shared: { many: shared, one: [] } }
  const listeners = [{ ...listener('a.test', 'HTTP', own), behind: 'many' as const }]
  const all = KEYS.map((key) => plainBackend(key))
  const proxy = await ProxyUnderTest.start(tableOf([{ ...port, listeners }], all), backends.ports)
  try {
    for (const [value, wanted] of [
      ['1', 'one'],
      ['2', 'two'],
      ['3', 'three'],
    ] as const)
      assert.equal(await answered(asked('', [`X-A: ${value}`]), '/'), wanted)
    assert.equal(await answered(asked('', [], 'PUT'), '/'), '404')
  } finally {
    await proxy.stop()
  }
})
