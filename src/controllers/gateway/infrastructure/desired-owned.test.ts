import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withOwned } from './desired-owned.ts'

test('what is ours is put right, and what is not named there stays as others have it', () => {
  const current = {
    spec: {
      replicas: 3,
      containers: [
        { name: 'sidecar', image: 'other' },
        { name: 'main', image: 'changed', resources: { limits: { cpu: '1' } }, ports: [{ name: 'health', port: 1 }] },
      ],
    },
    metadata: { labels: { theirs: 'x' } },
  }
  const owned = {
    spec: { containers: [{ name: 'main', image: 'ours', ports: [{ name: 'health', port: 2 }] }, { name: 'second' }] },
    metadata: { labels: { ours: 'y' } },
  }
  assert.deepEqual(withOwned(current, owned), {
    spec: {
      replicas: 3,
      containers: [
        { name: 'sidecar', image: 'other' },
        { name: 'main', image: 'ours', resources: { limits: { cpu: '1' } }, ports: [{ name: 'health', port: 2 }] },
        { name: 'second' },
      ],
    },
    metadata: { labels: { theirs: 'x', ours: 'y' } },
  })
})

test('one thing of a list that is changed is put right, also where the others are as they should be', () => {
  const owned = { list: [{ name: 'x' }, { name: 'y', image: 'ours' }] }
  const current = { list: [{ name: 'x' }, { name: 'y', image: 'changed' }, { name: 'z' }] }
  assert.deepEqual(withOwned(current, owned), { list: [{ name: 'x' }, { name: 'y', image: 'ours' }, { name: 'z' }] })
})

test('where nothing differs the very same object comes back, also where a server wrote defaults beside', () => {
  const current = { a: { b: [1, 2], c: undefined, more: true }, list: [{ name: 'x', default: 1 }] }
  assert.equal(withOwned(current, { a: { b: [1, 2], c: {} }, list: [{ name: 'x' }] }), current)
  assert.notEqual(withOwned(current, { a: { b: [2, 1] } }), current)
})

test('a list of what has no names is ours as a whole', () => {
  assert.deepEqual(withOwned({ verbs: ['get', 'delete'] }, { verbs: ['get'] }), { verbs: ['get'] })
  assert.deepEqual(withOwned({}, { rules: [{ name: 'x' }] }), { rules: [{ name: 'x' }] })
  const named = { list: [{ name: 'x' }] }
  for (const list of [[], [{ name: 'x' }, { port: 1 }], [{ name: 'y' }, 'x']])
    assert.deepEqual(withOwned(named, { list }), { list })
})
