import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusals, refusedChange, rowOf } from '#api/testing/refusals.ts'

const revision = (more: object = {}, metadata: object = {}): any => ({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: { name: 'web-1', ...metadata },
  data: { spec: { template: {} } },
  revision: 3,
  ...more,
})

test('a ControllerRevision keeps a state, and of it its number alone may change', () => {
  assert.deepEqual(refusals(revision()), [])
  assert.deepEqual(refusals(revision({ data: undefined, revision: -1 })), [
    'data: Required value: data is mandatory',
    'revision: Invalid value: -1: must be greater than or equal to 0',
  ])
  assert.deepEqual(
    refusedChange(revision(), (object) => {
      object.revision = 4
      object.metadata.labels = { a: 'b' }
    }),
    [],
  )
  assert.deepEqual(
    refusedChange(revision(), (object) => {
      object.data = { other: true }
    }),
    ['data: Invalid value: {"other":true}: field is immutable'],
  )
})

test('kubectl prints whose state it is', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: 'u', controller: true }
  const creationTimestamp = '2026-11-21T03:24:38Z'
  const printed = (ownerReferences: readonly object[]): unknown =>
    rowOf(revision({}, { creationTimestamp, ownerReferences }))
  assert.deepEqual(printed([owner]), ['web-1', 'statefulset.apps/web', 3, '60s'])
  assert.deepEqual(printed([{ ...owner, apiVersion: 'v1', kind: 'Node' }]), ['web-1', 'node/web', 3, '60s'])
  assert.deepEqual(printed([{ ...owner, controller: false }]), ['web-1', '<none>', 3, '60s'])
})
