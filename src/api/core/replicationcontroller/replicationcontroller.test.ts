import assert from 'node:assert/strict'
import { test } from 'node:test'
import { created, refusals, refusedChange, refusedStatus, rowOf } from '#api/testing/refusals.ts'

const controller = (spec: object = {}, metadata: object = {}): any => ({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name: 'rc', ...metadata },
  spec: {
    template: { metadata: { labels: { app: 'rc' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    ...spec,
  },
})

test('the labels of its pods are a ReplicationController’s own, and its selector, unless it says otherwise', () => {
  const { metadata, spec } = created(controller()) as any
  assert.deepEqual([metadata.labels, spec.selector, spec.replicas], [{ app: 'rc' }, { app: 'rc' }, 1])
  const own = created(controller({ selector: { tier: 'x' }, replicas: 0 }, { labels: { a: 'b' } })) as any
  assert.deepEqual([own.metadata.labels, own.spec.selector, own.spec.replicas], [{ a: 'b' }, { tier: 'x' }, 0])
  const bare = created({ apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: 'rc' } }) as any
  assert.deepEqual([bare.metadata.labels, bare.spec.selector, bare.spec.template], [undefined, undefined, undefined])
})

test('a ReplicationController selects what it makes, and makes pods that go on', () => {
  assert.deepEqual(refusals(controller()), [])
  assert.deepEqual(refusals(controller({ selector: { tier: 'x' } })), [
    'spec.template.metadata.labels: Invalid value: {"app":"rc"}: `selector` does not match template `labels`',
  ])
  assert.deepEqual(refusals(controller({ template: undefined })), [
    'spec.selector: Required value',
    'spec.template: Required value',
  ])
  assert.deepEqual(
    refusals(
      controller({
        minReadySeconds: -1,
        replicas: -1,
        template: {
          metadata: { labels: { app: 'rc' } },
          spec: { restartPolicy: 'Never', activeDeadlineSeconds: 5, containers: [{ name: 'c', image: 'i' }] },
        },
      }),
    ),
    [
      'spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0',
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
      'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicationController is not Supported',
    ],
  )
})

test('a ReplicationController may change its selector, and is looked at twice', () => {
  assert.deepEqual(
    refusedChange(controller(), ({ spec }) => {
      spec.selector = { tier: 'x' }
      spec.template.metadata.labels = { tier: 'x' }
    }),
    [],
  )
  const negative = 'spec.replicas: Invalid value: -1: must be greater than or equal to 0'
  assert.deepEqual(
    refusedChange(controller(), ({ spec }) => {
      spec.replicas = -1
    }),
    [negative, negative],
  )
})

test('a ReplicationController does not report more pods than there are', () => {
  assert.deepEqual(refusedStatus(controller(), { replicas: 2, readyReplicas: 2, availableReplicas: 2 }), [])
  assert.deepEqual(refusedStatus(controller(), { replicas: 1, fullyLabeledReplicas: 2, observedGeneration: -1 }), [
    'status.observedGeneration: Invalid value: -1: must be greater than or equal to 0',
    'status.fullyLabeledReplicas: Invalid value: 2: cannot be greater than status.replicas',
  ])
})

test('kubectl prints how many pods there are', () => {
  const printed = created(controller({ replicas: 3 }, { creationTimestamp: '2026-11-21T03:24:38Z' })) as any
  const row = rowOf({ ...printed, status: { replicas: 2, readyReplicas: 1 } })
  assert.deepEqual(row, ['rc', 3, 2, 1, '60s', 'c', 'i', 'app=rc'])
})
