import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Event } from '#api/core/event/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { facts, node, pod } from '../testing/cluster.ts'
import type { Trouble } from '../trace/trouble.ts'
import { silenceOf } from './node-condition.ts'
import { troubleOf, warningsOf } from './pod-trouble.ts'

const event = (message: string, more: object = {}): Event =>
  ({ involvedObject: { kind: 'Pod', uid: 'web' }, reason: 'Unhealthy', message, ...more }) as unknown as Event
const conditioned = (number: number, ...conditions: readonly object[]): Node =>
  ({ ...node(number), status: { ...node(number).status, conditions } }) as unknown as Node

/** A pod that is not ready; of one container, where `state` tells of it. */
const unready = (state?: object, more: object = {}, spec: object = {}): Pod =>
  pod('web', 1, 9, {
    ready: false,
    spec,
    status: {
      containerStatuses: state === undefined ? [] : [{ name: 'web', image: 'echo', ready: false, state }],
      ...more,
    },
  })
const waiting = (reason?: string, message?: string) => ({ waiting: { reason, message } })
const probed = (probe = 'readinessProbe') =>
  unready({ running: {} }, {}, { containers: [{ name: 'web', [probe]: {} }] })
/** Of both probes. */
const starts = (restartCount: number, started = false) =>
  unready(
    undefined,
    { containerStatuses: [{ name: 'web', ready: false, started, restartCount, state: { running: {} } }] },
    { containers: [{ name: 'web', startupProbe: {}, readinessProbe: {} }] },
  )
const about = { kind: 'Pod', uid: 'web' }
const gated = (status?: string): Pod =>
  unready(
    undefined,
    {
      conditions: [
        { type: 'PodScheduled', status: 'True' },
        { type: 'Ready', status: 'False', message: 'not yet' },
        ...(status === undefined ? [] : [{ type: 'a.b/c', status }]),
      ],
    },
    { readinessGates: [{ conditionType: 'a.b/c' }] },
  )
const scheduled = (ready: object, phase?: string): Pod =>
  unready(undefined, {
    conditions: [
      { type: 'PodScheduled', status: 'True' },
      { type: 'Ready', ...ready },
    ],
    phase,
  })
const unplaced = (condition: object, nodeName = ''): Pod =>
  unready(undefined, { conditions: [{ type: 'PodScheduled', ...condition }] }, { nodeName, schedulerName: 'mine' })
const why = { code: 'other-scheduler', scheduler: 'mine' } as const

const TABLE: readonly (readonly [about: string, pod: Pod, trouble: Trouble | undefined, events?: readonly Event[]])[] =
  [
    ['it is ready', pod('web', 1, 9), undefined],
    ['it has ended', pod('web', 1, 9, { status: { phase: 'Failed' } }), { kind: 'ended', phase: 'Failed' }],
    ['it goes, and is ready', pod('web', 1, 9, { leaving: true }), { kind: 'leaving', ready: true }],
    [
      'it goes, and is not ready any more',
      pod('web', 1, 9, { leaving: true, ready: false }),
      { kind: 'leaving', ready: false },
    ],
    ['it has no node, and nobody said why', unplaced({ status: 'True', message: 'x' }), { kind: 'unscheduled', why }],
    [
      'its scheduler said why it has no node',
      unplaced({ status: 'False', message: 'no room' }, 'node-1'),
      { kind: 'unscheduled', why, message: 'no room' },
    ],
    [
      'its image is not to be had: what the Event says of that image, the latest',
      unready(waiting('ErrImagePull', 'old')),
      { kind: 'image', container: 'web', image: 'echo', state: 'ErrImagePull', message: 'no echo here' },
      [
        event('no echo', { reason: 'Failed', lastTimestamp: '2026-01-01T00:00:01Z' }),
        event('no echo here', { reason: 'Failed', lastTimestamp: '2026-01-01T00:00:02Z' }),
        event('echo earlier', { reason: 'Failed', eventTime: '2026-01-01T00:00:01Z' }),
        event('echo first', { reason: 'Failed', firstTimestamp: '2026-01-01T00:00:00Z' }),
        event('no host', { reason: 'Failed', lastTimestamp: '2026-01-01T00:00:03Z' }),
        event('echo pulled', { reason: 'Pulled', lastTimestamp: '2026-01-01T00:00:03Z' }),
        event('echo of another', {
          reason: 'Failed',
          lastTimestamp: '2026-01-01T00:00:03Z',
          involvedObject: { kind: 'Pod', uid: 'other' },
        }),
        event('echo of no pod', {
          reason: 'Failed',
          lastTimestamp: '2026-01-01T00:00:03Z',
          involvedObject: { kind: 'Node', uid: 'web' },
        }),
      ],
    ],
    [
      'its image is not to be had, and its status says why',
      unready(waiting('ImagePullBackOff', 'old')),
      { kind: 'image', container: 'web', image: 'echo', state: 'ImagePullBackOff', message: 'old' },
    ],
    [
      'its image has no name',
      unready(waiting('InvalidImageName')),
      { kind: 'image', container: 'web', image: 'echo', state: 'InvalidImageName' },
    ],
    [
      'a container ended with a fault',
      unready({ terminated: { exitCode: 2, reason: 'Error', message: ' no file\n' } }),
      {
        kind: 'crash',
        container: 'web',
        exitCode: 2,
        state: 'Error',
        backOff: false,
        previous: false,
        said: 'no file',
      },
    ],
    [
      'a container ends again and again, now without a fault',
      unready(undefined, {
        containerStatuses: [
          {
            name: 'web',
            ...{ state: waiting('CrashLoopBackOff') },
            lastState: { terminated: { exitCode: 0, signal: 9 } },
          },
        ],
      }),
      { kind: 'crash', container: 'web', exitCode: 0, signal: 9, backOff: true, previous: true },
    ],
    [
      'a container that ended before waits for something else',
      unready(undefined, {
        containerStatuses: [
          { name: 'web', state: waiting('ContainerCreating', 'no volume'), lastState: { terminated: { exitCode: 1 } } },
        ],
      }),
      { kind: 'waiting', container: 'web', state: 'ContainerCreating', message: 'no volume' },
    ],
    ['a container waits, and nobody said for what', unready(waiting()), { kind: 'waiting', container: 'web' }],
    [
      'a container of the start comes before the others',
      unready(waiting(), { initContainerStatuses: [{ name: 'init', state: waiting('PodInitializing') }] }),
      { kind: 'waiting', container: 'init', state: 'PodInitializing' },
    ],
    [
      'a container of the start that is done is no trouble',
      unready(waiting(), { initContainerStatuses: [{ name: 'init', state: { terminated: { exitCode: 0 } } }] }),
      { kind: 'waiting', container: 'web' },
    ],
    ['a container runs, and has no probe', unready({ running: {} }), { kind: 'starting', container: 'web' }],
    ['a probe has not said anything', probed(), { kind: 'probe', container: 'web' }],
    [
      'a probe failed: the latest that the kubelet said of it',
      probed(),
      { kind: 'probe', container: 'web', failed: 'readiness', failure: 'status 500\nand more' },
      [
        event('Liveness probe failed: dead', { lastTimestamp: '2026-01-01T00:00:09Z' }),
        event('Readiness probe failed: status 500\nand more', { lastTimestamp: '2026-01-01T00:00:02Z' }),
        event('Readiness probe failed: status 404', { lastTimestamp: '2026-01-01T00:00:01Z' }),
        event('Readiness probe failed: but not this one', { reason: 'Other', lastTimestamp: '2026-01-01T00:00:09Z' }),
      ],
    ],
    [
      'a startup probe failed',
      probed('startupProbe'),
      { kind: 'probe', container: 'web', failed: 'startup', failure: 'slow' },
      [event('Startup probe failed: slow')],
    ],
    [
      'a container starts, and its startup probe still has time',
      starts(0),
      { kind: 'starting', container: 'web', startup: true, failure: 'slow' },
      [
        event('Startup probe failed: slow', { involvedObject: { ...about, fieldPath: 'spec.containers{web}' } }),
        event('Startup probe failed: side', { involvedObject: { ...about, fieldPath: 'spec.containers{side}' } }),
        event('Readiness probe failed: of the one before'),
      ],
    ],
    [
      'a startup probe failed to the end, and its container was started again',
      starts(1),
      { kind: 'probe', container: 'web', failed: 'startup' },
    ],
    [
      'a container that has started is asked for its readiness alone',
      starts(0, true),
      { kind: 'probe', container: 'web', failed: 'readiness', failure: 'no' },
      [
        event('Readiness probe failed: no', { lastTimestamp: '2026-01-01T00:00:01Z' }),
        event('Startup probe failed: slow', { lastTimestamp: '2026-01-01T00:00:02Z' }),
      ],
    ],
    [
      'what was said of a probe has another form',
      probed(),
      { kind: 'probe', container: 'web', failure: 'the readiness probe errored' },
      [event('the readiness probe errored')],
    ],
    ['a readiness gate that nobody opened', gated(), { kind: 'gate', gate: 'a.b/c' }],
    ['a readiness gate that is closed', gated('False'), { kind: 'gate', gate: 'a.b/c' }],
    ['its gates are open', gated('True'), { kind: 'starting', phase: 'Running', message: 'not yet' }],
    ['its node is lost', scheduled({ status: 'False', reason: 'NodeLost' }), { kind: 'node', node: 'node-1' }],
    ['nobody hears of it', scheduled({ status: 'Unknown' }), { kind: 'node', node: 'node-1' }],
    ['it starts', scheduled({ status: 'False' }, 'Running'), { kind: 'starting', phase: 'Running' }],
    ['it has no phase yet', scheduled({ status: 'False' }), { kind: 'starting', phase: 'Pending' }],
  ]
for (const [about, one, trouble, events = []] of TABLE)
  test(`the first thing that keeps a pod from being ready: ${about}`, () =>
    assert.deepEqual(troubleOf(facts({ events }), one), trouble))

test('while its node is silent, nothing of a pod is known but that', () => {
  const nodes = [conditioned(1, { type: 'Ready', status: 'Unknown', message: 'silent' })]
  assert.deepEqual(troubleOf(facts({ nodes }), unready(waiting())), {
    kind: 'node',
    node: 'node-1',
    silence: { told: true, status: 'Unknown', message: 'silent' },
  })
})

test('what the API says of a node that is not Ready', () => {
  const lastTransitionTime = '2026-01-01T00:00:00Z'
  for (const [conditions, silence] of [
    [[{ type: 'Ready', status: 'True' }], undefined],
    [[], { told: false }],
    [[{ type: 'Ready', status: 'False' }], { told: true, status: 'False' }],
    [
      [{ type: 'Ready', status: 'Unknown', reason: 'Silent', lastTransitionTime }],
      { told: true, status: 'Unknown', since: lastTransitionTime, message: 'Silent' },
    ],
    [
      [{ type: 'Ready', status: 'Unknown', reason: 'Silent', message: 'it is' }],
      { told: true, status: 'Unknown', message: 'it is' },
    ],
  ] as const)
    assert.deepEqual(silenceOf(conditioned(1, ...conditions)), silence)
})

test('warnings of a pod are the Events of that type about it', () => {
  const warning = { type: 'Warning' }
  const events = [
    event('one', warning),
    event('normal', { type: 'Normal' }),
    event('other', { ...warning, involvedObject: { uid: 'other' } }),
    event(undefined as never, warning),
  ]
  assert.deepEqual(warningsOf(facts({ events }), unready()), ['one', ''])
})
