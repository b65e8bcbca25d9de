import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareForUpdate } from '#api/catalogue/prepare.ts'
import { created, kindOf, refusals, refusedChange, refusedStatus, rowOf } from '#api/testing/refusals.ts'

const claim = (name: string, spec: object = {}): object => ({
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
})
const set = (spec: object = {}, name = 'db'): any => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: 'db' } },
    serviceName: 'db',
    template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    ...spec,
  },
})
const mounting = (volume: string, more: object = {}): object => ({
  metadata: { labels: { app: 'db' } },
  spec: { containers: [{ name: 'c', image: 'i', volumeMounts: [{ name: volume, mountPath: '/data' }] }], ...more },
})

test('a StatefulSet is one pod after the other, rolled from the last, whose claims stay, unless it says otherwise', () => {
  const { template: _, selector: __, ...spec } = (created(set()) as any).spec
  assert.deepEqual(spec, {
    replicas: 1,
    serviceName: 'db',
    podManagementPolicy: 'OrderedReady',
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    revisionHistoryLimit: 10,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
  })
  const strategy = (updateStrategy: object): unknown => (created(set({ updateStrategy })) as any).spec.updateStrategy
  assert.deepEqual(strategy({ rollingUpdate: { partition: 1 } }), {
    type: 'RollingUpdate',
    rollingUpdate: { partition: 1 },
  })
  assert.deepEqual(strategy({ type: 'RollingUpdate' }), { type: 'RollingUpdate' })
  assert.deepEqual(strategy({ type: 'RollingUpdate', rollingUpdate: {} }), {
    type: 'RollingUpdate',
    rollingUpdate: { partition: 0 },
  })
  assert.deepEqual(strategy({ type: 'OnDelete' }), { type: 'OnDelete' })
  const policy = { whenScaled: 'Delete' }
  assert.deepEqual((created(set({ persistentVolumeClaimRetentionPolicy: policy })) as any).spec, {
    ...(created(set()) as any).spec,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Delete' },
  })
})

test('what a StatefulSet claims is written as claims are', () => {
  assert.deepEqual((created(set({ volumeClaimTemplates: [claim('data')] })) as any).spec.volumeClaimTemplates, [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        volumeMode: 'Filesystem',
      },
      status: { phase: 'Pending' },
    },
  ])
})

test('maxUnavailable is dropped, as by an API server of 1.36', () => {
  const given = { type: 'RollingUpdate', rollingUpdate: { partition: 0, maxUnavailable: 2 } }
  const dropped = { type: 'RollingUpdate', rollingUpdate: { partition: 0 } }
  assert.deepEqual((created(set({ updateStrategy: given })) as any).spec.updateStrategy, dropped)
  const old = created(set())
  const object = structuredClone(old) as any
  object.spec.updateStrategy = given
  prepareForUpdate(kindOf(old), object, old)
  assert.deepEqual(object.spec.updateStrategy, dropped)
  assert.equal(object.metadata.generation, 1)
})

test('a StatefulSet has a label for its name, and words that are known', () => {
  assert.deepEqual(refusals(set()), [])
  assert.deepEqual(refusals(set({ podManagementPolicy: 'Parallel', ordinals: { start: 3 } })), [])
  assert.match(refusals(set({}, 'a.b'))[0]!, /^metadata\.name: Invalid value: "a\.b": a lowercase RFC 1123 label/)
  const negative = 'Invalid value: -1: must be greater than or equal to 0'
  assert.deepEqual(
    refusals(
      set({
        podManagementPolicy: 'Random',
        updateStrategy: { rollingUpdate: { partition: -1 } },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Keep', whenScaled: 'Drop' },
        volumeClaimTemplates: [claim('data', { accessModes: [] })],
        replicas: -1,
        minReadySeconds: -1,
        ordinals: { start: -1 },
        serviceName: 'A',
        selector: {},
      }),
    ).map((text) => text.replace(/(a lowercase RFC 1123 label).*/, '$1')),
    [
      `spec.podManagementPolicy: Invalid value: "Random": must be 'OrderedReady' or 'Parallel'`,
      `spec.updateStrategy.rollingUpdate.partition: ${negative}`,
      'spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Keep": supported values: "Retain", "Delete"',
      'spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "Drop": supported values: "Retain", "Delete"',
      'spec.volumeClaimTemplates[0].spec.accessModes: Required value: at least 1 access mode is required',
      `spec.replicas: ${negative}`,
      `spec.minReadySeconds: ${negative}`,
      `spec.ordinals.start: ${negative}`,
      'spec.serviceName: Invalid value: "A": a lowercase RFC 1123 label',
      'spec.selector: Invalid value: {}: empty selector is invalid for statefulset',
    ],
  )
  const strategy = (updateStrategy: object): readonly string[] => refusals(set({ updateStrategy }))
  assert.deepEqual(strategy({ type: 'OnDelete', rollingUpdate: { partition: 1 } }), [
    `spec.updateStrategy.rollingUpdate: Invalid value: {"Partition":1,"MaxUnavailable":null}: only allowed for updateStrategy 'RollingUpdate'`,
  ])
  assert.deepEqual(strategy({ type: 'Recreate' }), [
    `spec.updateStrategy: Invalid value: {"Type":"Recreate","RollingUpdate":null}: must be 'RollingUpdate' or 'OnDelete'`,
  ])
  const bare = kindOf(set()).validate!.create!({
    ...set(),
    metadata: { name: 'db', namespace: 'n' },
    spec: {},
  } as never)
  assert.deepEqual(
    bare.map(({ type, field }) => `${field} ${type}`),
    [
      'spec.podManagementPolicy Required',
      'spec.updateStrategy Required',
      'spec.selector Required',
      'spec.template.metadata.labels Invalid',
      'spec.template.spec.terminationGracePeriodSeconds Required',
      'spec.template.spec.containers Required',
      'spec.template.spec.restartPolicy Required',
      'spec.template.spec.dnsPolicy Required',
      'spec.template.spec.restartPolicy NotSupported',
    ],
  )
})

test('pods of a StatefulSet may mount what it claims, and nothing that is not there', () => {
  const of = (volume: string, more: object = {}): readonly string[] =>
    refusals(set({ template: mounting(volume, more), volumeClaimTemplates: [claim('data'), claim('data')] }))
  assert.deepEqual(of('data'), [])
  assert.deepEqual(of('data', { volumes: [{ name: 'data', emptyDir: {} }] }), [])
  assert.deepEqual(of('own', { volumes: [{ name: 'own', emptyDir: {} }] }), [])
  assert.deepEqual(of('other'), ['spec.template.spec.containers[0].volumeMounts[0].name: Not found: "other"'])
  assert.deepEqual(refusals(set({ template: mounting('data') })), [
    'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"',
  ])
  assert.deepEqual(of('data', { restartPolicy: 'Never', activeDeadlineSeconds: 1 }), [
    'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported',
  ])
})

test('of a StatefulSet some things change and others never', () => {
  const FORBIDDEN =
    "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
  assert.deepEqual(
    refusedChange(set(), ({ spec }) => {
      spec.replicas = 3
      spec.ordinals = { start: 1 }
      spec.template.spec.containers[0].image = 'other'
      spec.updateStrategy = { type: 'OnDelete' }
      spec.revisionHistoryLimit = 2
      spec.persistentVolumeClaimRetentionPolicy.whenDeleted = 'Delete'
      spec.minReadySeconds = 5
    }),
    [],
  )
  const changes: readonly ((spec: any) => void)[] = [
    (spec) => {
      spec.serviceName = 'Other'
    },
    (spec) => {
      spec.podManagementPolicy = 'Parallel'
    },
    (spec) => {
      spec.volumeClaimTemplates = [claim('data', { accessModes: [] })]
    },
  ]
  for (const change of changes)
    assert.deepEqual(
      refusedChange(set(), ({ spec }) => change(spec)),
      [FORBIDDEN],
    )
  assert.deepEqual(
    refusedChange(set(), ({ spec }) => {
      spec.selector.matchLabels.app = 'other'
    }),
    [
      'spec.template.metadata.labels: Invalid value: {"app":"db"}: `selector` does not match template `labels`',
      FORBIDDEN,
    ],
  )
  assert.deepEqual(
    refusedChange(set(), ({ spec }) => {
      spec.template.spec.containers[0].name = ''
    }),
    ['spec.template.spec.containers[0].name: Required value'],
  )
})

test('a StatefulSet does not report more pods than there are', () => {
  const whole = { replicas: 3, readyReplicas: 3, currentReplicas: 3, updatedReplicas: 3, availableReplicas: 3 }
  assert.deepEqual(refusedStatus(set(), whole), [])
  assert.deepEqual(refusedStatus(set(), { ...whole, replicas: 2, readyReplicas: 2, observedGeneration: -1 }), [
    'status.observedGeneration: Invalid value: -1: must be greater than or equal to 0',
    'status.currentReplicas: Invalid value: 3: cannot be greater than status.replicas',
    'status.updatedReplicas: Invalid value: 3: cannot be greater than status.replicas',
    'status.availableReplicas: Invalid value: 3: cannot be greater than status.replicas',
    'status.availableReplicas: Invalid value: 3: cannot be greater than status.readyReplicas',
  ])
})

test('kubectl prints how many pods of a StatefulSet are ready, and warns of a history without end', () => {
  const printed = { ...created(set({ replicas: 3 })), status: { readyReplicas: 2 } } as any
  printed.metadata.creationTimestamp = '2026-11-21T03:24:38Z'
  assert.deepEqual(rowOf(printed), ['db', '2/3', '60s', 'c', 'i'])
  const { warnings } = kindOf(set())
  assert.deepEqual(warnings!(created(set())), [])
  assert.deepEqual(warnings!(created(set({ revisionHistoryLimit: -1 }))), [
    'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
  ])
})
