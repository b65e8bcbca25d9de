import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Listener, SitePort } from '#routes/table/table.ts'
import { entryTo } from '../testing/entries.ts'
import { listener, portOf } from '../testing/one-site.ts'
import { hostNodes } from './host-nodes.ts'

const at = (hostname: string, backend = 'one') => entryTo(backend, '/', { hostname })
const of = (hostname: string, hostnames: readonly string[], more: Partial<Listener> = {}): Listener => ({
  ...listener('HTTP', hostname),
  entries: hostnames.map((one) => at(one)),
  ...more,
})
/** By pattern: how many entries, and what is asked behind them. */
const nodesOf = (listeners: readonly Listener[], shared: NonNullable<SitePort['shared']> = {}) =>
  Object.fromEntries(
    hostNodes(portOf(80, 'http', { listeners, shared })).map(({ pattern, entries, parent, behind }) => [
      pattern,
      [
        entries.length,
        ...(parent === undefined ? [] : [`^${parent}`]),
        ...(behind === undefined ? [] : [`~${behind}`]),
      ],
    ]),
  )

test('each hostname of a listener leads to the next less specific one that is for all of it, and its own is there', () => {
  assert.deepEqual(nodesOf([of('', ['x.a.test', 'x.a.test', '*.a.test', '*.test', 'other'])]), {
    '': [0],
    'x.a.test': [2, '^*.a.test'],
    '*.a.test': [1, '^*.test'],
    '*.test': [1, '^'],
    other: [1, '^'],
  })
  assert.deepEqual(nodesOf([of('*.test', ['x.a.test', '*.test'])]), { '*.test': [1], 'x.a.test': [1, '^*.test'] })
})

test('a star of one label is no less specific hostname of what has more of them', () => {
  assert.deepEqual(nodesOf([of('', ['x.a.test', '*.a.test', '*.test', 'a.test'], { star: 'one' })]), {
    '': [0],
    'x.a.test': [1, '^+.a.test'],
    '+.a.test': [1, '^'],
    '+.test': [1, '^'],
    'a.test': [1, '^+.test'],
  })
})

test('entries are in their order, and hostnames that another listener is more specific for are left out', () => {
  const [first, second] = [at('a.test', 'one'), at('a.test', 'two')]
  const nodes = hostNodes(
    portOf(80, 'http', { listeners: [{ ...of('', []), entries: [first, at('b.test'), second] }, of('b.test', [])] }),
  )
  assert.deepEqual(nodes.find(({ pattern }) => pattern === 'a.test')?.entries, [first, second])
  assert.deepEqual(
    nodes.map(({ pattern, entries }) => [pattern, entries.length]),
    [
      ['', 0],
      ['a.test', 2],
      ['b.test', 0],
    ],
  )
})

test('what listeners share stands once, by its name, and behind the least specific hostname of each of them', () => {
  const shared = { wide: [at('*.test'), at('')] }
  const more = { behind: 'wide', star: 'one' } as const
  assert.deepEqual(
    nodesOf([of('', ['a.test'], { star: 'one' }), of('b.test', ['b.test'], more), of('c', [], more)], shared),
    {
      '': [0],
      'a.test': [1, '^'],
      'b.test': [1, '~wide'],
      c: [0, '~wide'],
      '~wide/': [1],
      '~wide/+.test': [1, '^~wide/'],
    },
  )
  assert.deepEqual(nodesOf([of('b.test', [], more)]), { 'b.test': [0, '~wide'], '~wide/': [0] })
})

test('listeners of connections have no hostnames of requests', () => {
  assert.deepEqual(nodesOf([{ ...listener('TLS'), entries: [at('a.test')] }]), {})
})
