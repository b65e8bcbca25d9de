import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from './message.ts'
import { summarizePod } from './summary.ts'

const NOW = Date.parse('2026-11-21T03:25:38Z')
const running = (more: object = {}): object => ({
  name: 'c',
  ready: true,
  restartCount: 0,
  state: { running: {} },
  ...more,
})
const ended = (finishedAt: string, more: object = {}): object => ({
  restartCount: 1,
  lastState: { terminated: { finishedAt } },
  ...more,
})
const SIDECAR = { name: 's', restartPolicy: 'Always' }
const started = (more: object = {}): object => running({ name: 's', started: true, ...more })
const done = (exitCode = 0): object => ({ name: 'i', state: { terminated: { exitCode, reason: 'Error' } } })

test('a pod is summed up by its containers, from the first that is in trouble on', () => {
  const one = [{ name: 'c' }]
  const two = [{ name: 'c' }, { name: 'd' }]
  const ready = { type: 'Ready', status: 'True' }
  const initialized = { type: 'Initialized', status: 'True' }
  const completed = (name: string): object => ({ name, state: { terminated: { reason: 'Completed', exitCode: 0 } } })
  const cases: readonly (readonly [string, object, object, string])[] = [
    ['nothing at all', {}, {}, '0/0  0'],
    ['a phase', { containers: one }, { phase: 'Pending' }, '0/1 Pending 0'],
    ['a reason before the phase', { containers: one }, { phase: 'Failed', reason: 'Evicted' }, '0/1 Evicted 0'],
    [
      'a pod that is held back',
      { containers: one },
      { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
      '0/1 SchedulingGated 0',
    ],
    [
      'a pod that cannot be placed',
      { containers: one },
      { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] },
      '0/1 Pending 0',
    ],
    [
      'the first container’s word counts last',
      { containers: two },
      {
        phase: 'Running',
        containerStatuses: [
          { name: 'c', state: { waiting: { reason: 'A' } } },
          { name: 'd', state: { waiting: { reason: 'B' } } },
        ],
      },
      '0/2 A 0',
    ],
    [
      'one completed, one runs, and the pod is ready',
      { containers: two },
      { phase: 'Running', conditions: [ready], containerStatuses: [completed('c'), running({ name: 'd' })] },
      '1/2 Running 0',
    ],
    [
      'one completed, one runs, and the pod is not ready',
      { containers: two },
      { phase: 'Running', containerStatuses: [completed('c'), running({ name: 'd' })] },
      '1/2 NotReady 0',
    ],
    [
      'one completed, one runs and is not ready itself',
      { containers: two },
      {
        phase: 'Running',
        conditions: [ready],
        containerStatuses: [completed('c'), running({ name: 'd', ready: false })],
      },
      '0/2 Completed 0',
    ],
    [
      'ready without running is not ready',
      { containers: one },
      { phase: 'Running', containerStatuses: [{ ready: true, state: {} }] },
      '0/1 Running 0',
    ],
    [
      'restarts of all containers, the last one’s time',
      { containers: two },
      {
        phase: 'Running',
        containerStatuses: [
          running(ended('2026-11-21T03:25:33Z')),
          running(ended('2026-11-21T03:25:28Z', { restartCount: 2 })),
          running({ restartCount: undefined }),
        ],
      },
      '3/2 Running 3 (5s ago)',
    ],
    [
      'a time without a restart is not shown',
      { containers: one },
      { phase: 'Running', containerStatuses: [running(ended('2026-11-21T03:25:33Z', { restartCount: 0 }))] },
      '1/1 Running 0',
    ],
    [
      'an init container that failed, with its own restarts',
      { containers: one, initContainers: [{ name: 'i' }, { name: 'j' }] },
      {
        phase: 'Pending',
        initContainerStatuses: [
          { ...done(1), ...ended('2026-11-21T03:25:33Z') },
          { name: 'j', restartCount: 7 },
        ],
        containerStatuses: [running({ restartCount: 9 })],
      },
      '0/1 Init:Error 1 (5s ago)',
    ],
    [
      'an init container that was killed',
      { containers: one, initContainers: [{ name: 'i' }] },
      { initContainerStatuses: [{ state: { terminated: { exitCode: 137, signal: 9 } } }] },
      '0/1 Init:Signal:9 0',
    ],
    [
      'an init container that ended without a word',
      { containers: one, initContainers: [{ name: 'i' }] },
      { initContainerStatuses: [{ state: { terminated: { exitCode: 2 } } }] },
      '0/1 Init:ExitCode:2 0',
    ],
    [
      'an init container that has not begun',
      { containers: one, initContainers: [{ name: 'i' }, { name: 'j' }] },
      { initContainerStatuses: [done(), { state: { waiting: { reason: 'PodInitializing' } } }] },
      '0/1 Init:1/2 0',
    ],
    [
      'init containers all done',
      { containers: one, initContainers: [{ name: 'i' }] },
      { phase: 'Running', initContainerStatuses: [{ ...done(), restartCount: 4 }], containerStatuses: [running()] },
      '1/1 Running 0',
    ],
    [
      'an init container that ended without an exit code',
      { containers: one, initContainers: [{ name: 'i' }] },
      {
        phase: 'Running',
        initContainerStatuses: [{ name: 'i', state: { terminated: {} } }],
        containerStatuses: [running()],
      },
      '1/1 Running 0',
    ],
    [
      'a sidecar that runs counts, with its restarts',
      { containers: one, initContainers: [SIDECAR] },
      { phase: 'Running', initContainerStatuses: [started({ restartCount: 2 })], containerStatuses: [running()] },
      '2/2 Running 2',
    ],
    [
      'a sidecar that is not ready does not',
      { containers: one, initContainers: [SIDECAR] },
      { phase: 'Running', initContainerStatuses: [started({ ready: false })], containerStatuses: [running()] },
      '1/2 Running 0',
    ],
    [
      'a sidecar that has not started holds the pod',
      { containers: one, initContainers: [SIDECAR] },
      { phase: 'Pending', initContainerStatuses: [started({ started: false })] },
      '0/2 Init:0/1 0',
    ],
    [
      'a sidecar after the one in trouble does not count',
      { containers: one, initContainers: [{ name: 'i' }, SIDECAR] },
      { phase: 'Pending', initContainerStatuses: [done(1), started()] },
      '0/2 Init:Error 0',
    ],
    [
      'a sidecar before the one in trouble does',
      { containers: one, initContainers: [SIDECAR, { name: 'i' }] },
      { phase: 'Pending', initContainerStatuses: [started(), done(1)] },
      '1/2 Init:Error 0',
    ],
    [
      'trouble of init containers that came after the beginning is passed over',
      { containers: one, initContainers: [{ name: 'i' }] },
      { phase: 'Running', conditions: [initialized], initContainerStatuses: [done(1)], containerStatuses: [running()] },
      '1/1 Init:Error 0',
    ],
  ]
  for (const [what, spec, status, expected] of cases) {
    const { ready, status: word, restarts } = summarizePod({ spec, status } as Pod, NOW)
    assert.equal(`${ready} ${word} ${restarts}`, expected, what)
  }
})

test('a pod that was deleted is terminating, unless it has ended or its node is gone', () => {
  const word = (status: object, deletionTimestamp?: string): string =>
    summarizePod({ metadata: { deletionTimestamp }, spec: {}, status } as Pod, NOW).status
  assert.equal(word({ phase: 'Running' }, 't'), 'Terminating')
  assert.equal(word({ phase: 'Succeeded' }, 't'), 'Succeeded')
  assert.equal(word({ phase: 'Running', reason: 'NodeLost' }, 't'), 'Unknown')
  assert.equal(word({ phase: 'Running', reason: 'NodeLost' }), 'NodeLost')
})
