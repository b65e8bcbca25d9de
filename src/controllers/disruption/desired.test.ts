import assert from 'node:assert/strict'
import { test } from 'node:test'
import { budgetStatus, failedStatus, needsScale, staleIn } from './desired.ts'

type Loose = any
const ms = (second: number): number => Date.UTC(2026, 0, 1, 0, 0, second)
const at = (second: number): string => new Date(ms(second)).toISOString().replace('.000', '')
const budget = (spec: Loose, status: Loose = {}): Loose => ({ metadata: { name: 'b', generation: 3 }, spec, status })
const pod = (name: string, ready = 'True', metadata: Loose = {}, conditions: readonly Loose[] = []): Loose => ({
  metadata: { name, ...metadata },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready }, ...conditions] },
})
const THREE = [pod('a'), pod('b'), pod('c', 'False')]
const counts = (spec: Loose, expected = 3, pods: readonly Loose[] = THREE, status: Loose = {}, now = 0) => {
  const found = budgetStatus(budget(spec, status), pods, expected, ms(now)).status
  return [found.desiredHealthy, found.currentHealthy, found.disruptionsAllowed]
}

test('as many stay healthy as are to, by number or by share, rounded up', () => {
  assert.deepEqual(counts({ minAvailable: 1 }), [1, 2, 1])
  assert.deepEqual(counts({ minAvailable: 2 }), [2, 2, 0])
  assert.deepEqual(counts({ minAvailable: 5 }), [5, 2, 0])
  assert.deepEqual(counts({ minAvailable: '34%' }), [2, 2, 0])
  assert.deepEqual(counts({ minAvailable: '33%' }), [1, 2, 1])
  assert.deepEqual(counts({ maxUnavailable: 2 }), [1, 2, 1])
  assert.deepEqual(counts({ maxUnavailable: 9 }), [0, 2, 2])
  assert.deepEqual(counts({ maxUnavailable: '34%' }), [1, 2, 1])
  assert.deepEqual(counts({}), [0, 2, 2])
  assert.deepEqual(counts({ minAvailable: 0 }, 0), [0, 2, 0])
  assert.deepEqual(
    counts({ minAvailable: 1 }, 3, [...THREE, pod('d', 'True', { deletionTimestamp: at(0) })]),
    [1, 2, 1],
  )
  assert.deepEqual(
    [{ maxUnavailable: 0 }, { minAvailable: '1%' }, { minAvailable: 1 }, {}].map((spec) => needsScale(budget(spec))),
    [true, true, false, false],
  )
})

test('who was evicted is awaited for two minutes, and then told of as late', () => {
  const disruptedPods = { a: at(0), b: at(30), gone: at(0) }
  const of = (now: number) => {
    const { status, late, dueIn } = budgetStatus(budget({ minAvailable: 0 }, { disruptedPods }), THREE, 3, ms(now))
    return [
      status.currentHealthy,
      Object.keys(status.disruptedPods ?? {}).join(),
      late.map(({ metadata }) => metadata?.name).join(),
      dueIn,
    ]
  }
  assert.deepEqual(of(60), [0, 'a,b', '', 60_001])
  assert.deepEqual(of(120), [1, 'a,b', '', 1])
  assert.deepEqual(of(121), [1, 'b', 'a', 29_001])
  assert.deepEqual(of(151), [2, '', 'a,b', undefined])
  const { status } = budgetStatus(budget({ minAvailable: 0 }, { disruptedPods }), THREE, 3, ms(60))
  assert.deepEqual([status.observedGeneration, status.expectedPods, status.disruptedPods?.a], [3, 3, at(0)])
})

test('nobody may be evicted while nobody knows how many there should be', () => {
  const before = { currentHealthy: 2, desiredHealthy: 1, expectedPods: 3, disruptionsAllowed: 1 }
  const { conditions, ...rest } = failedStatus(budget({}, before), 'why', ms(5))
  assert.deepEqual(rest, { ...before, disruptionsAllowed: 0 })
  const [one] = conditions ?? []
  assert.deepEqual(
    [one?.type, one?.status, one?.reason, one?.message],
    ['DisruptionAllowed', 'False', 'SyncFailed', 'why'],
  )
  const { conditions: _, ...none } = failedStatus({ ...budget({}), status: undefined }, 'why', ms(5))
  assert.deepEqual(none, { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, disruptionsAllowed: 0 })
})

test('a pod that was to be disrupted is not any more after two minutes, but for what its kubelet ends', () => {
  const target = (more: Loose = {}) => ({
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'x',
    lastTransitionTime: at(0),
    ...more,
  })
  const stale = (condition: Loose, now: number, more: Loose = {}) =>
    staleIn({ ...pod('a', 'True', {}, [condition]), ...more }, ms(now))
  assert.deepEqual(
    [stale(target(), 0), stale(target(), 119), stale(target(), 120), stale(target(), 500)],
    [120_000, 1000, 0, 0],
  )
  assert.equal(stale(target({ status: 'False' }), 500), undefined)
  assert.equal(stale(target({ reason: 'TerminationByKubelet' }), 500), undefined)
  assert.equal(stale(target(), 500, { metadata: { name: 'a', deletionTimestamp: at(1) } }), undefined)
  assert.equal(stale(target(), 500, { status: { phase: 'Failed', conditions: [target()] } }), undefined)
  assert.equal(staleIn(pod('a'), ms(500)), undefined)
})
