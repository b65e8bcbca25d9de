import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareForUpdate } from '#api/catalogue/prepare.ts'
import { created, kindOf, refusals, refusedChange, refusedStatus, rowOf } from '#api/testing/refusals.ts'

const set = (spec: object = {}, metadata: object = {}): any => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'agent', ...metadata },
  spec: {
    selector: { matchLabels: { app: 'agent' } },
    template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    ...spec,
  },
})
const strategy = (updateStrategy: object): any => set({ updateStrategy })
const GENERATION = 'deprecated.daemonset.template.generation'

test('a DaemonSet is rolled node after node, unless it says otherwise', () => {
  const { template: _, selector: __, ...spec } = (created(set()) as any).spec
  const rollingUpdate = { maxUnavailable: 1, maxSurge: 0 }
  assert.deepEqual(spec, {
    updateStrategy: { type: 'RollingUpdate', rollingUpdate },
    revisionHistoryLimit: 10,
  })
  assert.deepEqual((created(strategy({ type: 'OnDelete' })) as any).spec.updateStrategy, { type: 'OnDelete' })
  const some = created(strategy({ rollingUpdate: { maxUnavailable: '10%' } })) as any
  assert.deepEqual(some.spec.updateStrategy.rollingUpdate, { maxUnavailable: '10%', maxSurge: 0 })
})

test('the system counts how often the template of a DaemonSet changed, and nobody else', () => {
  const counted = (object: any): string => object.metadata.annotations[GENERATION]
  const old = created(set({}, { annotations: { mine: 'a' } }))
  assert.deepEqual((old as any).metadata.annotations, { mine: 'a', [GENERATION]: '1' })
  assert.equal(counted(created(set({}, { annotations: { [GENERATION]: '7' } }))), '7')
  assert.equal(counted(created(set({}, { annotations: { [GENERATION]: 'x' } }))), '1')
  const updated = (change: (object: any) => void, part: '' | 'status' = ''): any => {
    const object = structuredClone(old) as any
    change(object)
    prepareForUpdate(kindOf(old), object, old, part)
    return object
  }
  const forged = updated(({ metadata }) => {
    metadata.annotations = { [GENERATION]: '9' }
  })
  assert.deepEqual(forged.metadata.annotations, { [GENERATION]: '1' })
  assert.equal(forged.metadata.generation, 1)
  const changed = updated(({ spec }) => {
    spec.template.spec.containers[0].image = 'other'
  })
  assert.deepEqual([counted(changed), changed.metadata.generation], ['2', 2])
  const slower = updated(({ spec }) => {
    spec.minReadySeconds = 5
  })
  assert.deepEqual([counted(slower), slower.metadata.generation], ['1', 2])
  const reported = updated(({ metadata }) => {
    delete metadata.annotations
  }, 'status')
  assert.equal(counted(reported), '1')
})

test('a DaemonSet selects what it makes, and rolls by one of two numbers', () => {
  const at = 'spec.updateStrategy.rollingUpdate'
  const rolling = (rollingUpdate: object): readonly string[] => refusals(strategy({ rollingUpdate }))
  assert.deepEqual(refusals(set()), [])
  assert.deepEqual(rolling({ maxUnavailable: 0, maxSurge: '20%' }), [])
  assert.deepEqual(rolling({ maxUnavailable: '100%' }), [])
  assert.deepEqual(rolling({ maxSurge: 1 }), [
    `${at}.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero`,
  ])
  assert.deepEqual(rolling({ maxUnavailable: '0%' }), [
    `${at}.maxUnavailable: Required value: cannot be 0 when maxSurge is 0`,
  ])
  assert.deepEqual(rolling({ maxUnavailable: -1, maxSurge: '101%' }), [
    `${at}.maxUnavailable: Invalid value: -1: must be greater than or equal to 0`,
    `${at}.maxSurge: Invalid value: "101%": must not be greater than 100%`,
    `${at}.maxSurge: Invalid value: "101%": may not be set when maxUnavailable is non-zero`,
  ])
  assert.match(rolling({ maxUnavailable: 'some' })[0]!, /Invalid value: "some": a valid percent string/)
  assert.deepEqual(refusals(strategy({ type: 'Recreate' })), [
    'spec.updateStrategy: Unsupported value: {"Type":"Recreate","RollingUpdate":null}: supported values: "RollingUpdate", "OnDelete"',
  ])
  assert.deepEqual(refusals(set({ selector: {}, minReadySeconds: -1, revisionHistoryLimit: -1 })), [
    'spec.selector: Invalid value: {}: empty selector is invalid for daemonset',
    'spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0',
    'spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0',
  ])
  const unmatched = 'Invalid value: {"app":"agent"}: `selector` does not match template `labels`'
  assert.deepEqual(refusals(set({ selector: undefined })), [`spec.template.metadata.labels: ${unmatched}`])
  assert.deepEqual(refusals(set({ selector: { matchLabels: { '/a': 'b' } } })), [
    'spec.selector.matchLabels: Invalid value: "/a": prefix part must be non-empty',
  ])
  const { spec: bare } = set()
  assert.deepEqual(
    kindOf(set()).validate!.create!({
      ...set({}, { namespace: 'n' }),
      spec: { ...bare, template: (created(set()) as any).spec.template, updateStrategy: { type: 'RollingUpdate' } },
    } as never),
    [{ type: 'Required', field: at, detail: '' }],
  )
})

test('a DaemonSet is looked at twice when it changes, and keeps its selector', () => {
  const twice = Array(2).fill('spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0')
  assert.deepEqual(
    refusedChange(set(), ({ spec }) => {
      spec.minReadySeconds = -1
      spec.selector.matchLabels = { tier: 'x' }
      spec.template.metadata.labels = { tier: 'x' }
    }),
    [...twice, 'spec.selector: Invalid value: {"matchLabels":{"tier":"x"}}: field is immutable'],
  )
})

test('a DaemonSet reports no less than nothing', () => {
  assert.deepEqual(refusedStatus(set(), { numberReady: 3, desiredNumberScheduled: 2 }), [])
  assert.deepEqual(refusedStatus(set(), { numberUnavailable: -1, currentNumberScheduled: -1 }), [
    'status.currentNumberScheduled: Invalid value: -1: must be greater than or equal to 0',
    'status.numberUnavailable: Invalid value: -1: must be greater than or equal to 0',
  ])
})

test('kubectl prints on how many nodes a DaemonSet is', () => {
  const spec = { template: { ...set().spec.template, spec: { nodeSelector: { disk: 'ssd' }, containers: [] } } }
  const status = { desiredNumberScheduled: 5, currentNumberScheduled: 4, numberReady: 3, updatedNumberScheduled: 2 }
  const printed = (object: any): unknown =>
    rowOf({ ...object, metadata: { ...object.metadata, creationTimestamp: '2026-11-21T03:24:38Z' } })
  assert.deepEqual(printed({ ...set(spec), status: { ...status, numberAvailable: 1 } }), [
    'agent',
    5,
    4,
    3,
    2,
    1,
    'disk=ssd',
    '60s',
    '',
    '',
    'app=agent',
  ])
  assert.deepEqual(printed(set()), ['agent', 0, 0, 0, 0, 0, '<none>', '60s', 'c', 'i', 'app=agent'])
})

test('who makes a DaemonSet is warned of what its template hides', () => {
  const env = ['a', 'a'].map((name) => ({ name, value: 'x' }))
  const spec = { containers: [{ name: 'c', image: 'i', env }] }
  const object = created({ ...set({ template: { ...set().spec.template, spec } }), metadata: { name: 'a.b' } })
  assert.deepEqual(kindOf(object).warnings!(object, true), [
    'spec.template.spec.containers[0].env[1]: hides previous definition of "a", which may be dropped when using apply',
  ])
})
