import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusals, refusedChange, rowOf } from '#api/testing/refusals.ts'

const make = (...drivers: readonly object[]): any => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSINode',
  metadata: { name: 'n', resourceVersion: '1' },
  spec: { drivers },
})
const driver = { name: 'd.example.com', nodeID: 'id', topologyKeys: ['a.example.com/zone'] }

test('a CSINode names each driver once, with what its node is called there', () => {
  assert.deepEqual(refusals(make(driver)), [])
  assert.deepEqual(refusals(make({ ...driver, allocatable: { count: -1 } }, { ...driver, nodeID: '' })), [
    'spec.drivers[0].allocatable.count: Invalid value: -1: must be greater than or equal to 0',
    'spec.drivers[1].nodeID: Required value',
    'spec.drivers[1].name: Duplicate value: "d.example.com"',
  ])
  assert.deepEqual(refusals(make({ name: '', nodeID: 'x'.repeat(257), topologyKeys: ['a', 'a'] })), [
    'spec.drivers[0].name: Required value',
    `spec.drivers[0].nodeID: Invalid value: "${'x'.repeat(257)}": must be 256 characters or less`,
    'spec.drivers[0].topologyKeys: Duplicate value: "a"',
  ])
})

test('a driver stays what it is while it is there', () => {
  assert.match(
    refusedChange(make(driver), ({ spec }) => void Object.assign(spec.drivers[0], { nodeID: 'other' }))[0]!,
    /field is immutable$/,
  )
  assert.deepEqual(
    refusedChange(make(driver), ({ spec }) => void spec.drivers.splice(0)),
    [],
  )
  assert.deepEqual(rowOf(make(driver)), ['n', 1, '<unknown>'])
})
