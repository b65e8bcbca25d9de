import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusals, refusedChange, refusedStatus, rowOf } from '#api/testing/refusals.ts'

const make = (spec: object = {}): any => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'VolumeAttachment',
  metadata: { name: 'a', resourceVersion: '1' },
  spec: { attacher: 'd.example.com', source: { persistentVolumeName: 'pv' }, nodeName: 'n', ...spec },
})
const ONE_OF = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'

test('one volume is attached to one node by one driver', () => {
  assert.deepEqual(refusals(make()), [])
  const inlineVolumeSpec = { accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } }
  assert.deepEqual(refusals(make({ source: { inlineVolumeSpec } })), [])
  assert.deepEqual(refusals(make({ source: {} })), [`spec.source: Required value: ${ONE_OF}`])
  assert.deepEqual(refusals(make({ source: { persistentVolumeName: 'pv', inlineVolumeSpec } })), [
    `spec.source: Forbidden: ${ONE_OF}`,
  ])
  const wrong = { attacher: '', nodeName: 'A', source: { persistentVolumeName: '' } }
  assert.deepEqual(
    refusals(make(wrong)).map((text) => text.split(': ').slice(0, 3).join(': ')),
    [
      'spec.attacher: Required value',
      'spec.source.persistentVolumeName: Required value: must specify non empty persistentVolumeName',
      'spec.nodeName: Invalid value: "A"',
      'spec.attacher: Invalid value: ""',
      'spec.source.persistentVolumeName: Invalid value: ""',
    ],
  )
  assert.deepEqual(rowOf(make()), ['a', 'd.example.com', 'pv', 'n', false, '<unknown>'])
  assert.equal(rowOf({ ...make({ source: {} }), status: { attached: true } })[2], '')
  assert.equal(rowOf({ ...make(), status: { attached: true } })[4], true)
})

test('what is attached where stays; what the driver reports is bounded', () => {
  assert.match(
    refusedChange(make(), ({ spec }) => void Object.assign(spec, { nodeName: 'm' }))[0]!,
    /^spec: Invalid value: .*: field is immutable$/,
  )
  assert.deepEqual(
    refusedStatus(make(), { attached: true, attachError: { message: 'm'.repeat(1024), errorCode: 0 } }),
    [],
  )
  const status = {
    attached: true,
    attachmentMetadata: { a: 'b'.repeat(256 * 1024) },
    attachError: { message: 'm'.repeat(1025) },
    detachError: { errorCode: -1 },
  }
  assert.deepEqual(refusedStatus(make(), status), [
    'status.attachmentMetadata: Too long: may not be more than 262144 bytes',
    'status.attachError.message: Too long: may not be more than 262144 bytes',
    'status.detachError.errorCode: Invalid value: -1: must be between 0 and 2147483647, inclusive',
  ])
})
