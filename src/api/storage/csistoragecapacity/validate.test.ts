import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusals, refusedChange, rowOf } from '#api/testing/refusals.ts'

const make = (more: object = {}): any => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSIStorageCapacity',
  metadata: { name: 'c', resourceVersion: '1' },
  storageClassName: 'fast',
  ...more,
})

test('an amount of storage is of one class and not negative', () => {
  assert.deepEqual(refusals(make({ capacity: '1Gi' })), [])
  const wrong = { storageClassName: 'A', capacity: '-1', nodeTopology: { matchLabels: { a: 'not a value' } } }
  assert.deepEqual(
    refusals(make(wrong)).map((text) => text.split(': ').slice(0, 3).join(': ')),
    [
      'nodeTopology.matchLabels: Invalid value: "not a value"',
      'storageClassName: Invalid value: "A"',
      'capacity: Invalid value: "-1"',
    ],
  )
  assert.deepEqual(rowOf(make({ capacity: '1Gi' })), ['c', 'fast', '1Gi'])
  assert.deepEqual(rowOf(make()), ['c', 'fast', '<unset>'])
})

test('how much storage there is may change; of what class and where, may not', () => {
  const change = (one: any): void =>
    void Object.assign(one, { storageClassName: 'slow', nodeTopology: { matchLabels: { a: 'b' } }, capacity: '2Gi' })
  assert.deepEqual(refusedChange(make({ capacity: '1Gi' }), change), [
    'nodeTopology: Invalid value: {"matchLabels":{"a":"b"}}: field is immutable',
    'storageClassName: Invalid value: "slow": field is immutable',
  ])
  assert.deepEqual(
    refusedChange(make({ capacity: '1Gi' }), (one) => void Object.assign(one, { capacity: '2Gi' })),
    [],
  )
})
