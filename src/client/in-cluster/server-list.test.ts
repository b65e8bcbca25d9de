import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServerList, serversOf } from './server-list.ts'

test('one server is asked until it fails, then the next, and the first again when it is the one that failed longest ago', () => {
  let now = 0
  const list = new ServerList(
    ['a', 'b', 'c'],
    () => now,
    () => 0,
  )
  assert.equal(list.current, 'a')
  assert.equal(list.failed('a'), true)
  assert.equal(list.current, 'b')
  assert.equal(list.failed('a'), true, 'a second request that finds out what is known')
  assert.equal(list.current, 'b')
  now = 100
  assert.equal(list.failed('b'), true)
  now = 200
  assert.equal(list.failed('c'), false, 'all have failed a moment ago')
  assert.equal(list.current, 'a')
  now = 2000
  assert.equal(list.failed('a'), true, 'that b failed is long ago')
  assert.equal(list.current, 'b')
})

test('where to begin is left to chance, and one server alone is asked again and again', () => {
  assert.equal(
    new ServerList(
      ['a', 'b', 'c'],
      () => 0,
      () => 0.99,
    ).current,
    'c',
  )
  const alone = new ServerList(
    ['a'],
    () => 0,
    () => 0.5,
  )
  assert.equal(alone.failed('a'), false)
  assert.equal(alone.current, 'a')
})

test('servers are those of a flag, or what the kubelet tells a pod', () => {
  assert.deepEqual(serversOf('10.0.0.1:6443, https://[fd00::1]:6443', {}), [
    'https://10.0.0.1:6443',
    'https://[fd00::1]:6443',
  ])
  const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '8443' }
  assert.deepEqual(serversOf(undefined, environment), ['https://[fd00::1]:8443'])
  const unusable = { code: 'IN_CLUSTER_UNUSABLE' }
  assert.throws(() => serversOf(undefined, {}), { ...unusable, hint: /--api-servers.*--kubeconfig/ })
  for (const text of ['http://10.0.0.1', '10.0.0.1/path', '', '::'])
    assert.throws(() => serversOf(text, environment), unusable)
})
