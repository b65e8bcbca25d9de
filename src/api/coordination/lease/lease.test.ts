import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusals, refusedChange, rowOf } from '#api/testing/refusals.ts'

const lease = (spec?: object): any => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'l', resourceVersion: '1' },
  spec,
})

test('a Lease lasts a second at least, and changes hands no less than never', () => {
  const bad = { leaseDurationSeconds: 0, leaseTransitions: -1 }
  const errors = [
    'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
    'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
  ]
  assert.deepEqual(refusals(lease()), [])
  assert.deepEqual(refusals(lease({ leaseDurationSeconds: 1, leaseTransitions: 0 })), [])
  assert.deepEqual(refusals(lease(bad)), errors)
  assert.deepEqual(
    refusedChange(lease(), (object) => {
      object.spec = bad
      delete object.metadata.resourceVersion
    }),
    ['metadata.resourceVersion: Invalid value: 0: must be specified for an update', ...errors],
  )
  assert.match(
    refusals({ ...lease(), metadata: { name: 'L' } })[0]!,
    /^metadata\.name: Invalid value: "L": a lowercase RFC 1123 subdomain/,
  )
})

test('a Lease is printed with who holds it', () => {
  assert.deepEqual(rowOf(lease({ holderIdentity: 'h' })), ['l', 'h', '<unknown>'])
  assert.deepEqual(rowOf(lease()), ['l', '', '<unknown>'])
})
