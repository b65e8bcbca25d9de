import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '#routes/table/entry.ts'
import { RuleTexts } from '../rules/rule-text.ts'
import { entryTo, ruleTo, textOf } from '../testing/entries.ts'
import type { HostNode } from './host-nodes.ts'
import { hostPaths } from './path-map.ts'

const rules = (more: Readonly<Record<string, string>> = {}) =>
  new RuleTexts(new Map(Object.entries({ one: 'http-1', two: 'http-2', three: 'http-3', ...more })))
const RULES = rules()
const pathsOf = (entries: readonly Entry[], more: Partial<HostNode> = {}) =>
  hostPaths({ pattern: 'a.test', entries, ...more }, RULES)
/** Slots, or of a decision those of its candidates and what is otherwise, which may be a decision itself, by key. */
const led = (entries: readonly Entry[], more: Partial<HostNode> = {}) => {
  const { values, texts } = pathsOf(entries, more)
  const asked = (value: string): readonly string[] => {
    if (!value.startsWith('!')) return [value.replace(/;.*$/, '')]
    const { candidates, otherwise } = textOf({ value, lines: texts })
    return [...candidates.flatMap(({ to }: { to: string }) => asked(to)), ...asked(otherwise)]
  }
  return Object.fromEntries(Array.from(values, ([key, value]) => [key, asked(value).join(' ')]))
}

test('a prefix is a key that ends in a slash, a whole path one that no path begins with', () => {
  assert.deepEqual(led([entryTo('one', '=/foo'), entryTo('two', '/foo'), entryTo('three', '/')]), {
    'a.test/': 'http-3',
    'a.test/foo/': 'http-2',
    'a.test/foo/?': 'http-1',
  })
})

test('what nothing takes is asked of the less specific hostname, then of what listeners share, then of nobody', () => {
  const entries = [entryTo('one', '/foo')]
  assert.deepEqual(led(entries), { 'a.test/': '-', 'a.test/foo/': 'http-1' })
  assert.deepEqual(led(entries, { behind: 'wide' }), { 'a.test/': '~wide', 'a.test/foo/': 'http-1' })
  // A hostname that is not found is looked for so all the same.
  assert.deepEqual(led(entries, { parent: '*.test' }), { 'a.test/foo/': 'http-1' })
  assert.deepEqual(led([], { parent: '*.test' }), {})
  assert.deepEqual(led([]), { 'a.test/': '-' })
  const get = { method: 'GET' }
  assert.deepEqual(led([entryTo('one', '/', get)], { parent: '*.test' }), { 'a.test/': 'http-1 ^*.test' })
  assert.deepEqual(led([entryTo('one', '=/', get)], { parent: '*.test' }), { 'a.test//?': 'http-1 ^*.test' })
})

test('behind a key are all entries that may take its paths, in their order: shorter prefixes and expressions, too', () => {
  const get = { method: 'GET' }
  const entries = [
    entryTo('one', '/a/b/c', get),
    entryTo('two', '~/a.*'),
    entryTo('one', '/a', get),
    entryTo('three', '/a/bc', get),
    entryTo('three', '/', get),
    entryTo('two', '=/a/b', get),
  ]
  assert.deepEqual(led(entries), {
    'a.test/': 'http-2 http-3 -',
    'a.test/a/b/c/': 'http-1 http-2 http-1 http-3 -',
    'a.test/a/': 'http-2 http-1 http-3 -',
    'a.test/a/bc/': 'http-2 http-1 http-3 http-3 -',
    'a.test/a/b/?': 'http-2 http-1 http-3 http-2 -',
  })
})

test('what is told of prefixes within each other is as much as they are, and not as all that each has around it', () => {
  const headers = [{ name: 'x-long', type: 'Exact' as const, value: 'x'.repeat(1000) }]
  const nested = (count: number) =>
    Array.from({ length: count }, (_, at) => entryTo('one', '/a'.repeat(count - at), { headers }))
  const size = (count: number) => [...pathsOf(nested(count)).texts.values()].join('').length
  assert.ok(size(200) < 25 * size(10), `${size(200)} and ${size(10)}`)
  const { values, texts } = pathsOf([...nested(100), entryTo('three', '/')])
  let [value, asked] = [values.get(`a.test${'/a'.repeat(100)}/`)!, 0]
  for (; value.startsWith('!'); asked++) value = textOf({ value, lines: texts }).otherwise
  assert.deepEqual([asked, value.replace(/;.*/, '')], [100, 'http-3'])
})

test('entries for the same path are behind one key, and paths are written as requests are matched', () => {
  const get = { method: 'GET' }
  assert.deepEqual(led([entryTo('three', '=/%61//b'), entryTo('one', '/a', get), entryTo('two', '/a')]), {
    'a.test/': '-',
    'a.test/a/': 'http-1 http-2',
    'a.test/a/b/?': 'http-3',
  })
})

test('the same entries are looked at once, until something that they lead to is another', () => {
  const [one, two] = [entryTo('one', '/a'), entryTo('two', '/b', { method: 'GET' })]
  const node = { pattern: 'a.test', entries: [one, two] }
  const before = hostPaths(node, RULES)
  assert.equal(hostPaths({ ...node, entries: [one, two] }, rules()), before)
  const moved = hostPaths(node, rules({ two: 'http-9' }))
  assert.deepEqual(moved, hostPaths(structuredClone(node), rules({ two: 'http-9' })))
  assert.notDeepEqual(moved.texts, before.texts)
  for (const other of [
    { ...node, pattern: 'b.test' },
    { ...node, parent: '*.test' },
    { ...node, parent: '' },
    { ...node, behind: 'wide' },
    { ...node, entries: [one] },
  ]) {
    const paths = hostPaths(other, RULES)
    assert.notEqual(paths, before)
    assert.deepEqual(paths, hostPaths(structuredClone(other), RULES))
    assert.notDeepEqual(paths.values, before.values)
  }
})

test('all texts on the way are there', () => {
  const rule = ruleTo('one', { requestTimeoutMs: 1000 })
  const { values, texts } = pathsOf([entryTo('one', '/', { method: 'GET', rule })])
  const { candidates } = textOf({ value: values.get('a.test/')!, lines: texts })
  assert.equal(textOf({ value: candidates[0].to, lines: texts }).requestTimeoutMs, 1000)
})
