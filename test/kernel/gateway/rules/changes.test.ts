import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Filter, PathChange } from '#routes/table/entry.ts'
import { headerOf } from '#routes/table/request-values.ts'
import { type Echo, EchoBackends } from '../echo-backends.ts'
import { entry } from '../small-table.ts'
import { request, send, withProxy } from './with-proxy.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

let backends: EchoBackends
before(async () => {
  backends = await EchoBackends.start(['one'])
})
after(() => backends.stop())

/** What is put in the place of a prefix, and what becomes of that alone, with a slash, and with more behind it. */
const PREFIXES: readonly (readonly [matched: string, value: string, alone: string, slash: string, more: string])[] = [
  ['/a', '/new', '/new', '/new/', '/new/b'],
  ['/a', '/new/', '/new/', '/new/', '/new/b'],
  ['/a', '/', '/', '/', '/b'],
  ['/a', '', '/', '/', '/b'],
  ['/', '/new', '/new/a', '/new/a/', '/new/a/b'],
]

test('what is put in the place of a prefix leaves a path, for backends and in redirects', async () => {
  const changes = PREFIXES.map(([matched, value]): PathChange => ({ type: 'Prefix', matched, value }))
  const entries = changes.flatMap((path, at) => [
    entry(`to-${at}.test`, 'one', { id: `to ${at}`, filters: [{ type: 'rewrite', path }] }),
    entry(`away-${at}.test`, '', { id: `away ${at}`, action: { type: 'redirect', status: 302, path } }),
  ])
  await withProxy(backends, entries, async () => {
    for (const [at, [, , ...wanted]] of PREFIXES.entries())
      for (const [number, target] of ['/a', '/a/', '/a/b'].entries()) {
        const moved = await send(request(`to-${at}.test`, [], '', 'GET', `${target}?q`))
        assert.equal((JSON.parse(moved.body) as Echo).target, `${wanted[number]}?q`, `${at} ${target}`)
        const away = await send(request(`away-${at}.test`, [], '', 'GET', `${target}?q`))
        assert.equal(headerOf(away.headers, 'location'), `http://away-${at}.test${wanted[number]}?q`, `${at} ${target}`)
      }
  })
})

test('all that a rule and its backend ask for of an answer is done, in order', async () => {
  const change = (name: string, value: string): Filter => ({
    type: 'responseHeaders',
    set: [{ name, value }],
    add: [],
    remove: [],
  })
  const to = [{ weight: 1, to: { backend: 'one' }, filters: [change('x-b', '3'), change('x-c', '4')] }]
  const filters = [change('x-a', '1'), change('x-b', '2')]
  const entries = [
    entry('to.test', '', { id: 'to', filters, action: { type: 'forward', to } }),
    entry('away.test', '', { id: 'away', filters, action: { type: 'redirect', status: 302 } }),
  ]
  await withProxy(backends, entries, async () => {
    const said = async (host: string) => {
      const { headers } = await send(request(host))
      return ['x-a', 'x-b', 'x-c'].map((name) => headerOf(headers, name) ?? null)
    }
    assert.deepEqual(await said('to.test'), ['1', '3', '4'])
    assert.deepEqual(await said('away.test'), ['1', '2', null])
  })
})
