import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leaseSeconds } from './readiness.ts'

test('a kubelet’s word holds as with Kubernetes, and no longer than a node may be silent', () => {
  assert.deepEqual([50, 60, 3600, 40, 10, 3, 2].map(leaseSeconds), [40, 40, 40, 32, 8, 2, 1])
})
