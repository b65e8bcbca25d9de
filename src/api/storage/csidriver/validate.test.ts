import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareForUpdate } from '#api/catalogue/prepare.ts'
import { created, kindOf, refusals, refusedChange, rowOf } from '#api/testing/refusals.ts'

const make = (spec: object = {}): any => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSIDriver',
  metadata: { name: 'd.example.com', resourceVersion: '1' },
  spec,
})

test('a driver that says nothing attaches volumes that outlive their pods, and no scheduler asks for it', () => {
  const driver: any = created(make({ preventPodSchedulingIfMissing: true }))
  assert.deepEqual(driver.spec, {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    volumeLifecycleModes: ['Persistent'],
    requiresRepublish: false,
    seLinuxMount: false,
  })
  assert.deepEqual(rowOf(driver), ['d.example.com', true, false, false, '<unset>', false, 'Persistent', '<unknown>'])
  assert.deepEqual(rowOf(make({ tokenRequests: [{ audience: 'a' }, { audience: 'b' }] })).slice(4, 7), [
    'a,b',
    false,
    '<none>',
  ])
})

test('each change of what a driver wishes is counted from none', () => {
  const prepared = (before: any, change: (driver: any) => void): any => {
    const driver = structuredClone(before)
    change(driver)
    prepareForUpdate(kindOf(before), driver, before)
    return driver
  }
  const driver: any = created(make())
  assert.equal(driver.metadata.generation, undefined)
  const labelled = prepared(driver, ({ metadata }) => {
    metadata.labels = { a: 'b' }
  })
  assert.equal(labelled.metadata.generation, undefined)
  const once = prepared(driver, ({ spec }) => {
    spec.requiresRepublish = true
  })
  assert.equal(once.metadata.generation, 1)
  const twice = prepared(once, ({ metadata, spec }) => {
    metadata.generation = 9
    spec.fsGroupPolicy = 'File'
  })
  assert.equal(twice.metadata.generation, 2)
})

test('a driver asks for one token for each audience, and knows what Kubernetes knows', () => {
  const tokenRequests = [
    { audience: 'a', expirationSeconds: 599 },
    { audience: 'a', expirationSeconds: 600 },
    { audience: 'b', expirationSeconds: 2 ** 32 + 1 },
    { audience: '', expirationSeconds: 600 },
  ]
  const spec = { fsGroupPolicy: 'Odd', tokenRequests, volumeLifecycleModes: ['Odd', 'Ephemeral'] }
  assert.deepEqual(refusals(make({ ...spec, nodeAllocatableUpdatePeriodSeconds: 9 })), [
    'spec.fsGroupPolicy: Unsupported value: "Odd": supported values: "File", "None", "ReadWriteOnceWithFSType"',
    'spec.tokenRequests[0].expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
    'spec.tokenRequests[1].audience: Duplicate value: "a"',
    'spec.tokenRequests[2].expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds',
    'spec.volumeLifecycleModes: Unsupported value: "Odd": supported values: "Persistent", "Ephemeral"',
    'spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 9: must be greater than or equal to 10 seconds',
  ])
  const fits = { nodeAllocatableUpdatePeriodSeconds: 10, fsGroupPolicy: 'File', serviceAccountTokenInSecrets: true }
  assert.deepEqual(refusals(make({ ...fits, tokenRequests: [{ audience: 'a', expirationSeconds: 600 }] })), [])
  assert.deepEqual(refusals(make(fits)), [
    'spec.serviceAccountTokenInSecrets: Invalid value: true: may only be set together with tokenRequests',
  ])
})

test('how a driver attaches, and how long its volumes live, stays as it is', () => {
  const change = ({ spec }: any): void =>
    void Object.assign(spec, { attachRequired: false, volumeLifecycleModes: ['Ephemeral'], podInfoOnMount: true })
  assert.deepEqual(refusedChange(make(), change), [
    'spec.attachedRequired: Invalid value: false: field is immutable',
    'spec.volumeLifecycleModes: Invalid value: ["Ephemeral"]: field is immutable',
  ])
  assert.deepEqual(
    refusedChange(make(), ({ spec }) => void Object.assign(spec, { podInfoOnMount: true })),
    [],
  )
})
