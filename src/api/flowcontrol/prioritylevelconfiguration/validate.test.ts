import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusals, refusedChange, refusedStatus } from '#api/testing/refusals.ts'
import { MANDATORY_LEVELS } from '../mandatory.ts'

const make = (spec: object, name = 'p'): any => ({
  apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
  kind: 'PriorityLevelConfiguration',
  metadata: { name, resourceVersion: '1' },
  spec,
})
const REJECT = { limitResponse: { type: 'Reject' } }
const limited = (more: object): readonly string[] =>
  refusals(make({ type: 'Limited', limited: { ...REJECT, ...more } })).map((text) => text.replace('spec.limited.', ''))
const queued = (queuing: object): readonly string[] =>
  limited({ limitResponse: { type: 'Queue', queuing } }).map((text) => text.replace('limitResponse.queuing.', ''))

test('a level is limited, but for the one that is exempt', () => {
  assert.deepEqual(refusals(make({ type: 'Limited', limited: REJECT })), [])
  assert.deepEqual(refusals(make({ type: 'Limited', exempt: {} })), [
    'spec.exempt: Forbidden: must be nil if the type is Limited',
    'spec.limited: Required value: must not be empty when type is Limited',
  ])
  assert.deepEqual(refusals(make({ type: 'Exempt', limited: REJECT })), [
    `spec.type: Invalid value: "Exempt": type must be 'Exempt' if and only if name is 'exempt'`,
    'spec.limited: Forbidden: must be nil if the type is not Limited',
    'spec.exempt: Required value: must not be empty when type is Exempt',
  ])
  assert.deepEqual(refusals(make({ type: '' })), [
    'spec.type: Unsupported value: "": supported values: "Exempt", "Limited"',
  ])
})

test('shares are not negative, and what is lent is part of them', () => {
  assert.deepEqual(limited({ nominalConcurrencyShares: 0, lendablePercent: 100, borrowingLimitPercent: 0 }), [])
  assert.deepEqual(limited({ nominalConcurrencyShares: -1, lendablePercent: 101, borrowingLimitPercent: -1 }), [
    'nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer',
    'lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
    'borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer',
  ])
  assert.deepEqual(limited({ lendablePercent: -1 }), [
    'lendablePercent: Invalid value: -1: must be between 0 and 100, inclusive',
  ])
})

test('who waits has queues, of which a hand is dealt that a hash can hold', () => {
  assert.deepEqual(queued({}), [])
  assert.deepEqual(limited({ limitResponse: { type: 'Queue' } }), [
    'limitResponse.queuing: Required value: must not be empty if limited.limitResponse.type is Limited',
  ])
  assert.deepEqual(limited({ limitResponse: { type: 'Reject', queuing: {} } }), [
    'limitResponse.queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited',
  ])
  assert.deepEqual(limited({ limitResponse: {} }), [
    'limitResponse.type: Unsupported value: "": supported values: "Queue", "Reject"',
  ])
  assert.deepEqual(queued({ queues: -1, handSize: -1, queueLengthLimit: -1 }), [
    'queueLengthLimit: Invalid value: -1: must be positive',
    'queues: Invalid value: -1: must be positive',
    'handSize: Invalid value: -1: must be positive',
  ])
  assert.deepEqual(queued({ queues: 4, handSize: 5 }), [
    'handSize: Invalid value: 5: should not be greater than queues (4)',
  ])
  assert.deepEqual([queued({ queues: 4, handSize: 4 }), queued({ queues: 64, handSize: 10 })], [[], []])
  assert.deepEqual(queued({ queues: 64, handSize: 11 }), [
    'handSize: Invalid value: 11: required entropy bits of deckSize 64 and handSize 11 should not be greater than 60',
  ])
  assert.deepEqual(queued({ queues: 10_000_001, handSize: 1 }), [
    'queues: Invalid value: 10000001: must not be greater than 10000000',
  ])
  assert.deepEqual(queued({ queues: 10_000_000, handSize: 1 }), [])
})

test('what every cluster has stays as it is, but for the shares of what is exempt', () => {
  for (const [name, spec] of Object.entries(MANDATORY_LEVELS)) assert.deepEqual(refusals(make(spec, name)), [])
  const change = (name: string, edit: (spec: any) => void): readonly string[] =>
    refusedChange(make(MANDATORY_LEVELS[name]!, name), ({ spec }) => edit(spec)).map((text) => text.slice(-60))
  assert.deepEqual(
    change('exempt', (spec) => {
      spec.exempt.lendablePercent = 50
    }),
    [],
  )
  assert.deepEqual(
    change('catch-all', (spec) => {
      spec.limited.lendablePercent = 50
    }),
    [`ercent":50}}: spec of 'catch-all' must equal the fixed value`],
  )
  const [refused] = refusals(make({ type: 'Limited', limited: REJECT }, 'exempt')).slice(-1)
  assert.match(refused!, /: spec of 'exempt' except the 'spec.exempt' field must equal the fixed value$/)
  assert.deepEqual(refusedStatus(make({ type: 'Limited', limited: REJECT }), { conditions: [{}] }), [
    'status.conditions[0].type: Required value: must not be empty',
  ])
})
