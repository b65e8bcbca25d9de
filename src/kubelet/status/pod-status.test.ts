import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import type { PodStatus } from '#api/core/pod/status/status.ts'
import { findCondition } from '#objects/conditions.ts'
import { type ContainerPhase, type ContainerView, containersOf } from '../container/plan/container-view.ts'
import { type PodFacts, podStatus } from './pod-status.ts'

const [THEN, NOW] = ['2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z']
const waiting: ContainerPhase = { phase: 'waiting', reason: 'ContainerCreating' }
const running: ContainerPhase = { phase: 'running', startedAt: THEN }
const exited = (exitCode: number): ContainerPhase & { phase: 'exited' } => ({
  phase: 'exited',
  exitCode,
  reason: exitCode === 0 ? 'Completed' : 'Error',
  startedAt: THEN,
  finishedAt: THEN,
  containerID: 'runc://c',
})
type Seen = Partial<ContainerView>
const on = (phase: ContainerPhase, more: Seen = {}): Seen => ({ phase, ...more })
const up = on(running, { started: true, ready: true })

const ONE: PodSpec = { containers: [{ name: 'app' }] }
const TWO: PodSpec = { containers: [{ name: 'web' }, { name: 'app' }] }
const FIRST: PodSpec = { initContainers: [{ name: 'init' }], ...ONE }
const SIDECAR: PodSpec = { initContainers: [{ name: 'proxy', restartPolicy: 'Always' }], ...ONE }

interface Given {
  readonly seen?: Readonly<Record<string, Seen>>
  readonly facts?: Partial<PodFacts>
  readonly status?: PodStatus
  readonly generation?: number
}
const statusOf = (spec: PodSpec | undefined, { seen = {}, facts, status, generation }: Given = {}): PodStatus => {
  const views = new Map<string, ContainerView>()
  for (const { container, role } of containersOf(spec ?? { containers: [] })) {
    const view = seen[container.name]
    if (view)
      views.set(container.name, {
        name: container.name,
        role,
        phase: waiting,
        busy: false,
        restartCount: 0,
        started: false,
        ready: false,
        ...view,
      })
  }
  const pod = { metadata: { generation }, spec, status } as unknown as Pod
  const known = { sandboxReady: true, initialized: true, podIPs: ['10.244.1.2'], hostIPs: ['10.0.0.2'] }
  const life = { startTime: THEN, terminating: false, restartingAll: false }
  return podStatus(pod, { views, ...known, ...life, ...facts }, NOW)
}
const phaseOf = (spec: PodSpec | undefined, seen: Given['seen'] = {}, more: Omit<Given, 'seen'> = {}) =>
  statusOf(spec, { seen, ...more }).phase
const conditionOf = (type: string, status: PodStatus) => {
  const found = findCondition(status.conditions, type)
  return found && [found.status, found.reason, found.message]
}

test('a pod is Pending until each of its containers has begun, and Running while one runs or goes again', () => {
  assert.equal(phaseOf(undefined), 'Pending')
  assert.equal(phaseOf(ONE), 'Pending')
  assert.equal(phaseOf(ONE, { app: on(waiting) }), 'Pending')
  assert.equal(phaseOf(TWO, { app: up, web: on(waiting) }), 'Pending')
  assert.equal(phaseOf(ONE, { app: up }, { facts: { initialized: false } }), 'Pending')
  assert.equal(phaseOf(ONE, { app: up }), 'Running')
  assert.equal(phaseOf(ONE, { app: on(exited(0)) }), 'Running', 'policy Always')
  assert.equal(phaseOf(ONE, { app: on(waiting, { last: exited(1) }) }), 'Running', 'it waits for its back-off')
  const never: PodSpec = { ...TWO, restartPolicy: 'Never' }
  assert.equal(phaseOf(never, { app: on(exited(1)), web: up }), 'Running')
  assert.equal(phaseOf(never, { app: on(exited(1), { again: true }), web: on(exited(0)) }), 'Running')
  assert.equal(phaseOf(never, { app: on(exited(1), { anew: true }), web: on(exited(0)) }), 'Running')
})

test('where nothing goes again a pod is Succeeded if all ended well, else Failed, and what came first or was added aside', () => {
  const never: PodSpec = { ...TWO, restartPolicy: 'Never' }
  assert.equal(phaseOf(never, { app: on(exited(0)), web: on(exited(0)) }), 'Succeeded')
  assert.equal(phaseOf(never, { app: on(exited(0)), web: on(exited(3)) }), 'Failed')
  assert.equal(phaseOf(never, { app: on(exited(3)), web: on(exited(0)) }), 'Failed')
  const seen = { app: on(exited(0)), proxy: on(exited(137)), look: on(exited(1)), init: on(exited(0)) }
  const mixed = {
    ...ONE,
    restartPolicy: 'OnFailure',
    initContainers: [...FIRST.initContainers!, ...SIDECAR.initContainers!],
    ephemeralContainers: [{ name: 'look' }],
  } as PodSpec
  assert.equal(phaseOf(mixed, seen), 'Succeeded')
  assert.equal(phaseOf(mixed, { ...seen, app: up }), 'Running')
})

test('an init container that failed for good fails the pod; one that is tried again, or has done its work, does not', () => {
  const facts = { initialized: false }
  const never: PodSpec = { ...FIRST, restartPolicy: 'Never' }
  const seen = { init: on(exited(1)), app: on(waiting) }
  assert.equal(phaseOf(never, seen, { facts }), 'Failed')
  assert.equal(phaseOf(FIRST, seen, { facts }), 'Pending')
  assert.equal(phaseOf(never, { ...seen, init: on(exited(1), { anew: true }) }, { facts }), 'Pending')
  assert.equal(phaseOf(never, { ...seen, init: on(exited(0)) }, { facts }), 'Pending')
})

test('of a pod that is being deleted an exit is the end, and what had not begun will not', () => {
  const facts = { terminating: true }
  assert.equal(phaseOf(ONE, { app: on(exited(0)) }, { facts }), 'Succeeded')
  assert.equal(phaseOf(ONE, { app: on(exited(143)) }, { facts }), 'Failed')
  assert.equal(phaseOf(TWO, { app: on(exited(0)), web: up }, { facts }), 'Running')
  assert.equal(phaseOf(ONE, { app: on(waiting) }, { facts }), 'Failed')
  assert.equal(phaseOf(TWO, { app: up, web: on(waiting) }, { facts }), 'Pending')
  assert.equal(phaseOf(FIRST, { init: up }, { facts: { ...facts, initialized: false } }), 'Pending')
  const half = statusOf(TWO, { seen: { app: up, web: on(waiting) }, facts })
  assert.equal(conditionOf('Ready', half)?.[1], 'ContainersNotReady', 'it has not failed while one runs')
})

test('Succeeded and Failed stay, and are told once nothing of the pod runs any more; conditions tell at once', () => {
  for (const phase of ['Succeeded', 'Failed'] as const) assert.equal(phaseOf(ONE, {}, { status: { phase } }), phase)
  const facts = { ended: { reason: 'DeadlineExceeded', message: 'too long' } }
  const still = statusOf(ONE, { seen: { app: up }, facts, status: { phase: 'Running' } })
  assert.deepEqual([still.phase, still.reason, still.message], ['Running', undefined, undefined])
  assert.deepEqual(conditionOf('Ready', still), ['False', 'PodFailed', undefined])
  const half = { app: up, web: on(exited(0)) }
  assert.equal(phaseOf(TWO, half, { facts, status: { phase: 'Running' } }), 'Running', 'one of two runs')
  assert.equal(phaseOf(ONE, { app: up }, { facts }), 'Pending', 'one that had no phase yet')
  const over = statusOf(ONE, { seen: { app: on(exited(137)) }, facts, status: { phase: 'Running' } })
  assert.deepEqual([over.phase, over.reason, over.message], ['Failed', 'DeadlineExceeded', 'too long'])
  assert.equal(conditionOf('DisruptionTarget', over), undefined)
  const evicted = { ended: { reason: 'Evicted', message: 'disk', isDisruption: true } }
  assert.deepEqual(conditionOf('DisruptionTarget', statusOf(ONE, { facts: evicted })), [
    'True',
    'TerminationByKubelet',
    'disk',
  ])
})

test('a pod that was not let in has its reason and nothing else', () => {
  const facts = { ended: { reason: 'OutOfcpu', message: 'no room', isRejected: true } }
  const bare = { phase: 'Failed', reason: 'OutOfcpu', message: 'no room', startTime: THEN }
  assert.deepEqual(statusOf(ONE, { facts }), { ...bare, qosClass: 'BestEffort' })
  assert.deepEqual(statusOf(ONE, { facts, generation: 3, status: { qosClass: 'Burstable' } }), {
    ...bare,
    observedGeneration: 3,
    qosClass: 'Burstable',
  })
  assert.equal(statusOf(undefined, { facts }).qosClass, 'BestEffort')
})

test('a pod is ready when all that serve in it are: those that came first and those that were added are not asked', () => {
  const spec = {
    initContainers: [...FIRST.initContainers!, ...SIDECAR.initContainers!],
    containers: TWO.containers!,
    ephemeralContainers: [{ name: 'look' }],
  } as PodSpec
  const seen = { init: on(exited(0)), proxy: up, app: up, web: up, look: on(running) }
  const ready = statusOf(spec, { seen })
  for (const type of ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'])
    assert.deepEqual(conditionOf(type, ready), ['True', undefined, undefined], type)
  const waits = statusOf(spec, { seen: { ...seen, proxy: on(running), web: on(running) } })
  const verdict = ['False', 'ContainersNotReady', 'containers with unready status: [proxy web]']
  assert.deepEqual(conditionOf('ContainersReady', waits), verdict)
  assert.deepEqual(conditionOf('Ready', waits), verdict)
  const over = statusOf({ ...ONE, restartPolicy: 'Never' }, { seen: { app: on(exited(0)) } })
  assert.deepEqual(conditionOf('Ready', over), ['False', 'PodCompleted', undefined])
  assert.deepEqual(conditionOf('Initialized', over), ['True', 'PodCompleted', undefined])
  assert.deepEqual(conditionOf('PodReadyToStartContainers', statusOf(ONE, { facts: { sandboxReady: false } })), [
    'False',
    undefined,
    undefined,
  ])
})

test('a readiness gate that is not there, or not True, holds the pod back; its containers are ready all the same', () => {
  const spec: PodSpec = { ...ONE, readinessGates: [{ conditionType: 'a' }, { conditionType: 'b' }] }
  const gated = (...conditions: NonNullable<PodStatus['conditions']>) =>
    statusOf(spec, { seen: { app: up }, status: { conditions } })
  const held = gated({ type: 'b', status: 'False' })
  assert.deepEqual(conditionOf('Ready', held), [
    'False',
    'ReadinessGatesNotReady',
    'corresponding condition of pod readiness gate "a" does not exist., ' +
      'the status of pod readiness gate "b" is not "True", but False',
  ])
  assert.equal(conditionOf('ContainersReady', held)?.[0], 'True')
  const open = gated({ type: 'a', status: 'True' }, { type: 'b', status: 'True' })
  assert.equal(conditionOf('Ready', open)?.[0], 'True')
})

test('a pod that is not initialized names those that have not done their part', () => {
  const initContainers = [
    { name: 'done' },
    { name: 'serves', restartPolicy: 'Always' },
    { name: 'begins', restartPolicy: 'Always' },
    { name: 'runs' },
    { name: 'failed' },
    { name: 'again' },
    { name: 'unseen' },
  ]
  const spec = { ...ONE, initContainers, ephemeralContainers: [{ name: 'look' }] } as PodSpec
  const seen = {
    done: on(exited(0)),
    serves: up,
    begins: on(running),
    runs: up,
    failed: on(exited(1)),
    again: on(exited(0), { anew: true }),
  }
  assert.deepEqual(conditionOf('Initialized', statusOf(spec, { seen, facts: { initialized: false } })), [
    'False',
    'ContainersNotInitialized',
    'containers with incomplete status: [begins runs failed again unseen]',
  ])
})

test('why a pod does not have what it wants of processor and memory is told once, while it holds', () => {
  const resizeTrouble = { type: 'PodResizePending', reason: 'Deferred', message: 'no room' }
  const status = statusOf(ONE, { seen: { app: up }, facts: { resizeTrouble } })
  assert.deepEqual(
    status.conditions?.map(({ type }) => type),
    ['PodResizePending', 'PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'],
  )
  assert.deepEqual(conditionOf('PodResizePending', status), ['True', 'Deferred', 'no room'])
})

test('that all containers are made anew is told of a pod whose rules may ask for it', () => {
  const restartPolicyRules = [
    { action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [9] } },
  ] as NonNullable<NonNullable<PodSpec['containers']>[number]['restartPolicyRules']>
  const spec: PodSpec = { ...ONE, restartPolicy: 'Never', containers: [{ name: 'app', restartPolicyRules }] }
  const told = (seen: Seen, restartingAll: boolean) =>
    conditionOf('AllContainersRestarting', statusOf(spec, { seen: { app: seen }, facts: { restartingAll } }))
  assert.deepEqual(told(up, true), ['True', 'RestartAllContainersStarted', 'container exited with restart policy rule'])
  assert.deepEqual(told(up, false), ['False', undefined, undefined])
  assert.deepEqual(told(on(exited(0)), false), ['False', 'PodCompleted', undefined])
  assert.deepEqual(told(on(exited(1)), false), ['False', 'PodFailed', undefined])
  assert.equal(conditionOf('AllContainersRestarting', statusOf(ONE, { seen: { app: up } })), undefined)
  const { conditions } = statusOf(spec, { seen: { app: up }, generation: 4 })
  assert.deepEqual(
    conditions?.map(({ observedGeneration }) => observedGeneration),
    [4, 4, 4, 4, 4, undefined],
  )
})

test('a condition keeps the time of its last transition while its status is the one that was, whatever its reason', () => {
  const conditions = [
    { type: 'Ready', status: 'False', reason: 'Other', lastTransitionTime: THEN },
    { type: 'PodScheduled', status: 'True' },
    { type: 'Initialized', status: 'False', lastTransitionTime: THEN },
  ]
  const status = statusOf(ONE, { seen: { app: on(running) }, status: { conditions } })
  const at = (type: string) => findCondition(status.conditions, type)?.lastTransitionTime
  assert.deepEqual([at('Ready'), at('PodScheduled'), at('Initialized'), at('ContainersReady')], [THEN, NOW, NOW, NOW])
})

test('a status has the addresses, each container by its kind and in its order, and what the pod asks for', () => {
  const spec = {
    initContainers: [{ name: 'z' }, { name: 'b', restartPolicy: 'Always' }],
    containers: [{ name: 'web', resources: { requests: { cpu: '1' } } }, { name: 'app' }, { name: 'unseen' }],
    ephemeralContainers: [{ name: 'y' }, { name: 'x' }],
  } as PodSpec
  const seen = { z: on(exited(0)), b: up, web: up, app: up, y: up, x: up }
  const podIPs = ['10.244.1.2', 'fd00::2']
  const status = statusOf(spec, { seen, generation: 7, facts: { podIPs, hostIPs: ['10.0.0.2', 'fd01::2'] } })
  const { containerStatuses, initContainerStatuses, ephemeralContainerStatuses, conditions: _, ...rest } = status
  const names = (list: typeof containerStatuses) => list?.map(({ name }) => name)
  assert.deepEqual(names(initContainerStatuses), ['z', 'b'])
  assert.deepEqual(names(containerStatuses), ['app', 'web'])
  assert.deepEqual(names(ephemeralContainerStatuses), ['x', 'y'])
  assert.deepEqual(rest, {
    observedGeneration: 7,
    phase: 'Pending',
    hostIP: '10.0.0.2',
    hostIPs: [{ ip: '10.0.0.2' }, { ip: 'fd01::2' }],
    podIP: '10.244.1.2',
    podIPs: [{ ip: '10.244.1.2' }, { ip: 'fd00::2' }],
    startTime: THEN,
    qosClass: 'Burstable',
    allocatedResources: { cpu: '1' },
    resources: { requests: { cpu: '1' } },
  })
  const few = statusOf({ ...FIRST, ephemeralContainers: [{ name: 'x' }] } as PodSpec, { seen: { init: up, x: up } })
  assert.deepEqual([names(few.initContainerStatuses), names(few.ephemeralContainerStatuses)], [['init'], ['x']])
  const bare = statusOf(ONE, { facts: { podIPs: [], hostIPs: [] }, status: { qosClass: 'Guaranteed' } })
  assert.deepEqual(
    [bare.hostIP, bare.qosClass, bare.containerStatuses, 'observedGeneration' in bare],
    ['', 'Guaranteed', [], false],
  )
  for (const key of ['podIP', 'podIPs', 'initContainerStatuses', 'ephemeralContainerStatuses'])
    assert.equal(key in bare, false, key)
})
