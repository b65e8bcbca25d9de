import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import { nextBackoff, retryAt } from './backoff.ts'
import { type PlanInput, planContainers } from './container-plan.ts'
import { type ContainerPhase, type ContainerView, containersOf } from './container-view.ts'

const T0 = Date.parse('2026-01-01T00:00:00Z')
const waiting: ContainerPhase = { phase: 'waiting', reason: 'ContainerCreating' }
const running: ContainerPhase = { phase: 'running', startedAt: '2026-01-01T00:00:00Z' }
const exited = (exitCode: number): ContainerPhase => ({
  phase: 'exited',
  exitCode,
  reason: exitCode === 0 ? 'Completed' : 'Error',
  startedAt: '2026-01-01T00:00:00Z',
  finishedAt: '2026-01-01T00:00:00Z',
  containerID: '',
})
const plan = (
  spec: PodSpec,
  phases: Record<string, ContainerPhase>,
  more: Record<string, Partial<PlanInput & ContainerView>> = {},
  now = T0,
) => {
  const inputs = new Map(
    containersOf(spec).map(({ container: { name }, role }) => {
      const { backoff, notBefore, ...view } = more[name] ?? {}
      const full = {
        name,
        role,
        phase: phases[name] ?? waiting,
        busy: false,
        restartCount: 0,
        started: false,
        ready: false,
        ...view,
      }
      return [name, { view: full, ...(backoff && { backoff }), ...(notBefore && { notBefore }) }] as const
    }),
  )
  const { start, stop, backOff, initialized, finished } = planContainers(spec, inputs, now)
  return { start, stop, backOff: [...backOff], initialized, finished }
}
const c = (name: string, restartPolicy?: string) => ({ name, ...(restartPolicy && { restartPolicy }) })
const spec = (restartPolicy: PodSpec['restartPolicy'], init = [c('i1'), c('s', 'Always'), c('i2')]): PodSpec => ({
  restartPolicy,
  initContainers: init,
  containers: [c('a'), c('b')],
})

test('init containers go one after the other, and a sidecar holds the row up until it has started', () => {
  const pod = spec('Always')
  assert.deepEqual(plan(pod, {}).start, ['i1'])
  assert.deepEqual(plan(pod, { i1: running }).start, [])
  assert.deepEqual(plan(pod, { i1: exited(0) }).start, ['s'])
  assert.deepEqual(plan(pod, { i1: exited(0), s: running }).start, [])
  assert.deepEqual(plan(pod, { i1: exited(0), s: running }, { s: { started: true } }).start, ['i2'])
  const last = plan(pod, { i1: exited(0), s: running, i2: exited(0) }, { s: { started: true } })
  assert.deepEqual(last, { start: ['a', 'b'], stop: [], backOff: [], initialized: true, finished: false })
})

test('a failed init container is retried, but with policy Never it ends the pod and its sidecars', () => {
  assert.deepEqual(plan(spec('Always'), { i1: exited(1) }).start, ['i1'])
  const never = plan(spec('Never'), { i1: exited(0), s: running, i2: exited(1) }, { s: { started: true } })
  assert.deepEqual([never.finished, never.stop, never.start], [true, ['s'], []])
})

test('a main container that has run says that initialization was passed, though the init records are gone', () => {
  const result = plan(spec('Always'), { a: running, b: exited(0) })
  assert.deepEqual([result.initialized, result.start], [true, ['s', 'b']])
})

test('policies decide what an exit means for the pod', () => {
  const bare = (policy: PodSpec['restartPolicy']) => spec(policy, [])
  assert.deepEqual(plan(bare('Always'), { a: exited(0), b: running }).start, ['a'])
  assert.deepEqual(plan(bare('OnFailure'), { a: exited(0), b: exited(1) }).start, ['b'])
  assert.equal(plan(bare('OnFailure'), { a: exited(0), b: exited(0) }).finished, true)
  assert.equal(plan(bare('Never'), { a: exited(1), b: running }).finished, false)
  assert.equal(plan(bare('Never'), { a: exited(1), b: exited(0) }).finished, true)
  assert.equal(plan(bare('Never'), { a: exited(1), b: exited(0) }, { a: { busy: true } }).finished, false)
})

test('a restart waits for its back-off and a failed start for its time, and a busy container is left alone', () => {
  const pod = spec('Always', [])
  const backoff = nextBackoff(undefined, T0)
  assert.deepEqual(plan(pod, { a: exited(1), b: running }, { a: { backoff } }).backOff, [['a', T0 + 10_000]])
  assert.deepEqual(plan(pod, { a: exited(1), b: running }, { a: { backoff } }, T0 + 10_000).start, ['a'])
  assert.deepEqual(plan(pod, { b: running }, { a: { notBefore: T0 + 1 } }).backOff, [['a', T0 + 1]])
  assert.deepEqual(plan(pod, { b: running }, { a: { busy: true } }).start, [])
})

test('back-off doubles from 10 s to 300 s, and is forgotten after ten minutes', () => {
  let backoff = nextBackoff(undefined, T0)
  const delays = [backoff.delay]
  for (let i = 0; i < 6; i++) {
    backoff = nextBackoff(backoff, T0)
    delays.push(backoff.delay)
  }
  assert.deepEqual(delays, [10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000])
  assert.equal(nextBackoff(backoff, T0 + 600_001).delay, 10_000)
  assert.equal(retryAt(backoff, T0 + 600_001), T0 + 600_001)
  assert.equal(retryAt(undefined, T0), T0)
})
