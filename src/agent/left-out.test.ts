import assert from 'node:assert/strict'
import { test } from 'node:test'
import { partsWithout } from './left-out.ts'
import { partsList } from './parts-list.ts'

test('what a cluster leaves to others takes its parts with it: the proxy those that answer on kube-proxy’s ports too', () => {
  assert.deepEqual(partsWithout(partsList), ['services', 'health', 'network', 'dns', 'pods'])
  assert.deepEqual(partsWithout(partsList, ['proxy']), ['network', 'dns', 'pods'])
  assert.deepEqual(partsWithout(partsList, ['dns']), ['services', 'health', 'network', 'pods'])
  // Pods are attached by plugins then, and that is a part's work as well.
  assert.deepEqual(partsWithout(partsList, ['proxy', 'dns', 'network']), ['network', 'pods'])
})
