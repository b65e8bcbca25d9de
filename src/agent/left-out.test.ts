import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLeft, partsWithout } from './left-out.ts'
import { partsList } from './parts-list.ts'

test('what a cluster leaves to others takes its parts with it: the proxy those that answer on kube-proxy’s ports too', () => {
  assert.deepEqual(partsWithout(partsList), ['services', 'health', 'policies', 'network', 'dns', 'pods'])
  assert.deepEqual(partsWithout(partsList, ['proxy']), ['policies', 'network', 'dns', 'pods'])
  assert.deepEqual(partsWithout(partsList, ['dns']), ['services', 'health', 'policies', 'network', 'pods'])
  assert.deepEqual(partsWithout(partsList, ['policies']), ['services', 'health', 'network', 'dns', 'pods'])
  // Pods are attached by plugins then, and that is a part's work as well.
  assert.deepEqual(partsWithout(partsList, ['proxy', 'dns', 'network']), ['network', 'pods'])
})

test('who lays the network keeps its policies, and nothing else goes with another', () => {
  assert.deepEqual(
    (['proxy', 'dns', 'network', 'policies'] as const).map((one) => isLeft(['network'], one)),
    [false, false, true, true],
  )
  assert.equal(isLeft(['policies'], 'network'), false)
  assert.equal(isLeft([], 'policies'), false)
})
