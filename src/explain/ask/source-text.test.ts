import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSource } from './source-text.ts'

test('a source is read by its kind, its namespace and its name, in every form that kubectl has for the kind', () => {
  const pod = { kind: 'Pod', namespace: 'default', name: 'web' }
  for (const text of ['pod/web', 'po/web', 'pods/web', 'pod/default/web'])
    assert.deepEqual(parseSource(text, 'default'), pod, text)
  assert.deepEqual(parseSource('deploy/shop/cart', 'default'), { kind: 'Deployment', namespace: 'shop', name: 'cart' })
  assert.deepEqual(parseSource('svc/cart', 'shop'), { kind: 'Service', namespace: 'shop', name: 'cart' })
  assert.deepEqual(parseSource('no/node-1', 'default'), { kind: 'Node', name: 'node-1' })
  assert.deepEqual(parseSource('host', 'default'), { kind: 'host' })
  for (const text of ['fd00::1', '[fd00::1]', 'FD00:0::1'])
    assert.deepEqual(parseSource(text, 'default'), { kind: 'address', address: 'fd00::1' }, text)
})

test('what has none of the forms is unclear, and no name is made up for it', () => {
  for (const text of [
    '',
    'web',
    'pod/',
    'pod//web',
    'pod/a/b/c',
    'pod/shop/',
    'node/shop/node-1',
    'ingress/web',
    'Host',
  ])
    assert.deepEqual(parseSource(text, 'default'), { kind: 'unclear' }, text)
})
