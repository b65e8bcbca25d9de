import assert from 'node:assert/strict'
import { test } from 'node:test'
import { partsWithout } from './left-out.ts'

test('what a cluster leaves to others takes its parts with it: the proxy those that answer on kube-proxy’s ports too', () => {
  assert.deepEqual(partsWithout(), ['services', 'health', 'network', 'dns', 'pods'])
  assert.deepEqual(partsWithout(['proxy']), ['network', 'dns', 'pods'])
  assert.deepEqual(partsWithout(['dns']), ['services', 'health', 'network', 'pods'])
  // Pods are attached by plugins then, and that is a part's work as well.
  assert.deepEqual(partsWithout(['proxy', 'dns', 'network']), ['network', 'pods'])
})
