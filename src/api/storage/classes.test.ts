import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusals, refusedChange, rowOf } from '#api/testing/refusals.ts'

const make = (kind: string, more: object): any => ({
  apiVersion: 'storage.k8s.io/v1',
  kind,
  metadata: { name: 'c', resourceVersion: '1' },
  ...more,
})
const storage = (more: object = {}): any => make('StorageClass', { provisioner: 'example.com/Disks', ...more })
const attributes = (more: object = {}): any =>
  make('VolumeAttributesClass', { driverName: 'd.example.com', parameters: { iops: '1' }, ...more })
const heads = (texts: readonly string[]): readonly string[] =>
  texts.map((text) => text.split(': ').slice(0, 3).join(': '))

test('a class of storage names who makes its volumes, and tells it a bounded number of words', () => {
  assert.deepEqual(refusals(storage({ parameters: { a: 'b' }, reclaimPolicy: 'Retain' })), [])
  const wrong = { provisioner: 'a/b/c', parameters: { '': 'x' }, reclaimPolicy: 'Recycle', volumeBindingMode: 'Odd' }
  assert.deepEqual(heads(refusals(storage(wrong))), [
    'provisioner: Invalid value: "a/b/c"',
    'parameters: Invalid value: ""',
    'reclaimPolicy: Unsupported value: "Recycle"',
    'volumeBindingMode: Unsupported value: "Odd"',
  ])
  assert.deepEqual(refusals(storage({ provisioner: '' })), ['provisioner: Required value'])
  const many = Object.fromEntries(Array.from({ length: 513 }, (_, index) => [`p${index}`, '']))
  assert.deepEqual(refusals(storage({ parameters: many })), ['parameters: Too long: may not be more than 512 bytes'])
  assert.deepEqual(refusals(storage({ parameters: { a: 'b'.repeat(256 * 1024) } })), [
    'parameters: Too long: may not be more than 262144 bytes',
  ])
})

test('the topologies of a class differ from one another, and so do their keys and values', () => {
  const term = (...matchLabelExpressions: readonly object[]): object => ({ matchLabelExpressions })
  const allowedTopologies = [
    term({ key: 'zone', values: ['a', 'b'] }),
    term({ key: 'zone', values: ['b', 'a'] }),
    term({ key: 'disk', values: ['a', 'a'] }, { key: 'disk', values: [] }, { key: 'a b', values: ['c'] }),
  ]
  const at = (index: number): string => `allowedTopologies[${index}].matchLabelExpressions`
  assert.deepEqual(heads(refusals(storage({ allowedTopologies }))), [
    `${at(1)}: Duplicate value: ""`,
    `${at(2)}[0].values[1]: Duplicate value: "a"`,
    `${at(2)}[1].values: Required value`,
    `${at(2)}[1].key: Duplicate value: "disk"`,
    `${at(2)}[2].key: Invalid value: "a b"`,
  ])
})

test('what a class promised its volumes stays; whether they may grow may change', () => {
  const change = (one: any): void =>
    void Object.assign(one, {
      provisioner: 'other',
      parameters: { a: 'b' },
      reclaimPolicy: 'Retain',
      volumeBindingMode: 'WaitForFirstConsumer',
    })
  assert.deepEqual(refusedChange(storage(), change), [
    'parameters: Forbidden: updates to parameters are forbidden.',
    'provisioner: Forbidden: updates to provisioner are forbidden.',
    'reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.',
    'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
  ])
  assert.deepEqual(
    refusedChange(storage(), (one) => void Object.assign(one, { allowVolumeExpansion: true })),
    [],
  )
})

test('a class of attributes has a driver and at least one parameter, and both stay', () => {
  assert.deepEqual(refusals(attributes()), [])
  assert.deepEqual(refusals(attributes({ driverName: '', parameters: {} })), [
    'driverName: Required value',
    'parameters: Required value: must contain at least one key/value pair',
  ])
  const change = (one: any): void => void Object.assign(one, { driverName: 'e.example.com', parameters: { iops: '2' } })
  assert.deepEqual(refusedChange(attributes(), change), [
    'driverName: Forbidden: updates to driverName are forbidden.',
    'parameters: Forbidden: updates to parameters are forbidden.',
  ])
  assert.deepEqual(rowOf(attributes()), ['c', 'd.example.com', '<unknown>'])
})
