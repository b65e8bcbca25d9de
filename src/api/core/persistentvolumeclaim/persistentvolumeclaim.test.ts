import assert from 'node:assert/strict'
import { test } from 'node:test'
import { created, refusals, refusedChange, refusedPart, rowOf } from '#api/testing/refusals.ts'

const claim = (spec: object = {}): any => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
})

test('a claim asks for files, waits, and says how it is used and how much it holds', () => {
  const { spec, status } = created(claim()) as any
  assert.deepEqual([spec.volumeMode, status], ['Filesystem', { phase: 'Pending' }])
  assert.deepEqual(refusals(claim()), [])
  assert.deepEqual(refusals(claim({ accessModes: [], resources: {}, selector: { matchLabels: { '/a': 'b' } } })), [
    'spec.accessModes: Required value: at least 1 access mode is required',
    'spec.selector.matchLabels: Invalid value: "/a": prefix part must be non-empty',
    'spec.resources[storage]: Required value',
  ])
  const some = { accessModes: ['ReadWriteOncePod', 'Often'], resources: { requests: { storage: '0' } } }
  assert.deepEqual(
    refusals(claim({ ...some, storageClassName: 'A', volumeMode: 'Tape' })).map((text) => text.slice(0, 90)),
    [
      'spec.accessModes: Unsupported value: "Often": supported values: "ReadOnlyMany", "ReadWrite',
      'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
      'spec.resources[storage]: Invalid value: "0": must be greater than zero',
      'spec.storageClassName: Invalid value: "A": a lowercase RFC 1123 subdomain must consist of ',
      'spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"',
    ],
  )
})

test('what is claimed does not change, but for the volume that is given', () => {
  const FIXED =
    'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'
  const changing = (change: (spec: any) => void): readonly string[] =>
    refusedChange(claim(), (object) => change(object.spec))
  assert.deepEqual(
    changing((spec) => {
      spec.volumeName = 'pv-1'
    }),
    [],
  )
  assert.deepEqual(
    changing((spec) => {
      spec.resources.requests.storage = '2Gi'
    }),
    [FIXED],
  )
  assert.deepEqual(
    changing((spec) => {
      spec.accessModes = ['ReadWriteMany']
    }),
    [FIXED],
  )
})

test('a claim without a class may be given one, and one that has its volume asks for no less than that', () => {
  const classed = (spec: object): readonly string[] =>
    refusedChange(claim(spec), (object: any) => {
      object.spec.storageClassName = 'late'
    })
  assert.deepEqual(classed({}), [])
  assert.match(classed({ storageClassName: '' }).join(), /^spec: Forbidden: spec is immutable/)
  const shrunk = (capacity: string): readonly string[] => {
    const bound: any = { ...created(claim()), status: { phase: 'Bound', capacity: { storage: capacity } } }
    return refusedPart(bound, '', (object) => {
      object.spec.resources.requests.storage = '512Mi'
    })
  }
  assert.deepEqual(
    [shrunk('1Gi').at(-1), shrunk('128Mi').some((text) => text.includes('status.capacity'))],
    ['spec.resources.requests.storage: Forbidden: field can not be less than status.capacity', false],
  )
})

test('kubectl prints what a claim has', () => {
  const creationTimestamp = '2026-11-21T03:24:38Z'
  const waiting = created(claim({ storageClassName: 'fast' })) as any
  waiting.metadata.creationTimestamp = creationTimestamp
  assert.deepEqual(rowOf(waiting), ['data', 'Pending', '', '', '', 'fast', '<unset>', '60s', 'Filesystem'])
  const status = { phase: 'Bound', capacity: { storage: '2Gi' }, accessModes: ['ReadOnlyMany', 'ReadWriteOnce'] }
  const metadata = { ...waiting.metadata, deletionTimestamp: creationTimestamp }
  assert.deepEqual(rowOf({ ...waiting, metadata, spec: { ...waiting.spec, volumeName: 'pv' }, status }), [
    'data',
    'Terminating',
    'pv',
    '2Gi',
    'RWO,ROX',
    'fast',
    '<unset>',
    '60s',
    'Filesystem',
  ])
})
