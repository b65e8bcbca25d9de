import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeJob } from '../testing/job.ts'
import { planJob } from './desired.ts'
import { backoffLeft, countFailures, finishedAt } from './desired-backoff.ts'
import { hasFailed, indexOf, isManagedByOther, isTracked, replacesOnlyFailed, TRACKING } from './desired-facts.ts'
import { delayedByIndex, failedIndexes, failureAnnotations, failuresBefore } from './desired-index-failures.ts'
import { Indexes } from './desired-indexes.ts'
import { makeJobPod } from './desired-pod.ts'
import { failJobMessage, judgeFailure, successMessage } from './desired-policy.ts'
import { countEnds, finishJob, reportJob } from './desired-status.ts'
import { condition, countPods, viewJob } from './desired-view.ts'

type Loose = any
const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString().replace('.000', '')
const ms = (second: number): number => Date.UTC(2026, 0, 1, 0, 0, second)
const NONE = { count: 0, last: 0 }
const INDEX = 'batch.kubernetes.io/job-completion-index'
const FAILED = 'batch.kubernetes.io/job-index-failure-count'
const IGNORED = 'batch.kubernetes.io/job-index-ignored-failure-count'

const job = (spec: Loose = {}, status: Loose = {}, metadata: Loose = {}): Loose => {
  const one: Loose = makeJob('work', spec)
  return { ...one, metadata: { ...one.metadata, ...metadata }, status }
}
const indexed = (spec: Loose = {}, status?: Loose) =>
  job({ completionMode: 'Indexed', completions: 4, parallelism: 4, ...spec }, status)
let count = 0
/** A pod that is tracked: its phase, its index, and what else there is of it. */
const pod = (phase = 'Running', index?: number, { metadata = {}, status = {}, spec = {} }: Loose = {}): Loose => ({
  metadata: {
    ...{
      name: `p${++count}`,
      namespace: 'default',
      uid: `u${count}`,
      creationTimestamp: at(0),
      finalizers: [TRACKING],
    },
    ...metadata,
    annotations: { ...(index === undefined ? {} : { [INDEX]: `${index}` }), ...metadata.annotations },
  },
  spec,
  status: { phase, ...status },
})
const leaving = { metadata: { deletionTimestamp: at(30), deletionGracePeriodSeconds: 10 } }
const ended = (second: number, more: Loose = {}) => ({
  status: {
    containerStatuses: [{ name: 'c', state: { terminated: { exitCode: 1, finishedAt: at(second) } } }],
    ...more,
  },
})

test('after a failure the next pod waits ten seconds, then twice as long each time, ten minutes at most', () => {
  const left = (failures: number, now = 0) => backoffLeft({ count: failures, last: ms(0) }, ms(now)) / 1000
  assert.deepEqual(
    [0, 1, 2, 3, 6, 7, 60].map((failures) => left(failures)),
    [0, 10, 20, 40, 320, 600, 600],
  )
  assert.deepEqual([left(1, 4), left(1, 10), left(1, 11)], [6, 0, 0])
})

test('failures are counted since the last success', () => {
  const before = { count: 3, last: ms(1) }
  assert.deepEqual(countFailures(before, [], []), before)
  assert.deepEqual(countFailures(before, [], [pod('Failed', 0, ended(5)), pod('Failed', 0, ended(9))]), {
    count: 5,
    last: ms(9),
  })
  assert.deepEqual(
    countFailures(before, [pod('Succeeded', 0, ended(7))], [pod('Failed', 0, ended(7)), pod('Failed', 0, ended(9))]),
    {
      ...{ count: 1, last: ms(9) },
    },
  )
  assert.deepEqual(countFailures(before, [pod('Succeeded', 0, ended(7))], []), { count: 0, last: ms(1) })
})

test('a pod has finished with its last container, or else when it was no longer ready, or told to go, or made', () => {
  const terminated = (name: string, second?: number) => ({
    name,
    state: second === undefined ? {} : { terminated: { finishedAt: at(second) } },
  })
  const status = (more: Loose, spec: Loose = {}, metadata: Loose = {}) =>
    finishedAt(pod('Failed', 0, { status: more, spec, metadata }))
  assert.equal(status({ containerStatuses: [terminated('a', 5), terminated('b', 7)] }), ms(7))
  const init = { containerStatuses: [terminated('a', 5)], initContainerStatuses: [terminated('i', 9)] }
  assert.equal(status(init, { initContainers: [{ name: 'i' }] }), ms(5))
  assert.equal(status(init, { initContainers: [{ name: 'i', restartPolicy: 'Always' }] }), ms(9))
  const half = { containerStatuses: [terminated('a', 5), terminated('b')] }
  const ready = (value: string, second?: number) => ({
    conditions: [{ type: 'Ready', status: value, ...(second === undefined ? {} : { lastTransitionTime: at(second) }) }],
  })
  assert.equal(status({ ...half, ...ready('False', 8) }), ms(8))
  assert.equal(status({ ...half, ...ready('True', 8) }), ms(0))
  assert.equal(status({ ...ready('False') }, {}, leaving.metadata), ms(20))
  assert.equal(status({}, {}, { deletionTimestamp: at(30) }), ms(30))
  assert.equal(status({}, {}, { creationTimestamp: at(3) }), ms(3))
})

test('a pod that is told to go has failed, unless only those that have are replaced', () => {
  const going = pod('Running', 0, leaving)
  assert.deepEqual(
    [hasFailed(going, job()), hasFailed(pod(), job()), hasFailed(pod('Failed'), job())],
    [true, false, true],
  )
  assert.equal(hasFailed(pod('Succeeded', 0, leaving), job()), false)
  for (const spec of [{ podReplacementPolicy: 'Failed' }, { podFailurePolicy: { rules: [] } }]) {
    assert.ok(replacesOnlyFailed(job(spec)))
    assert.deepEqual([hasFailed(going, job(spec)), hasFailed(pod('Failed'), job(spec))], [false, true])
  }
  assert.ok(!replacesOnlyFailed(job({ podReplacementPolicy: 'TerminatingOrFailed' })))
})

test('a Job of another controller is left alone, and an index is a number below the completions', () => {
  assert.deepEqual(
    [undefined, 'kubernetes.io/job-controller', 'lab.example/own'].map((managedBy) =>
      isManagedByOther(job({ managedBy })),
    ),
    [false, false, true],
  )
  assert.deepEqual(
    [indexOf(pod('Running', 3)), indexOf(pod('Running', 3), 4), indexOf(pod('Running', 3), 3), indexOf(pod())],
    [3, 3, undefined, undefined],
  )
  for (const text of ['', '-1', '1.5', 'x', ' 1'])
    assert.equal(indexOf(pod('Running', 0, { metadata: { annotations: { [INDEX]: text } } })), undefined)
  assert.deepEqual(
    [
      isTracked(pod()),
      isTracked(pod('Running', 0, { metadata: { finalizers: ['x'] } })),
      isTracked({ metadata: {} } as Loose),
    ],
    [true, false, false],
  )
})

test('indexes are written in rising order, neighbours together, and read as they are written', () => {
  const text = (...indexes: number[]) => `${Indexes.of(indexes)}`
  assert.deepEqual(
    [text(), text(3), text(1, 0), text(2, 0, 1), text(5, 1, 3, 4, 7, 8)],
    ['', '3', '0,1', '0-2', '1,3-5,7,8'],
  )
  const read = (given: string | undefined, completions = 10) => `${Indexes.parse(given, completions)}`
  assert.deepEqual(
    [read(undefined), read(''), read('1,3-5'), read('5,1-2,2-4'), read('x,2,-3,4-')],
    ['', '', '1,3-5', '1-5', '2'],
  )
  assert.deepEqual([read('1-9', 4), read('4', 4), read('3', 4), read('0-3', 4)], ['1-3', '', '3', '0-3'])
  const some = Indexes.parse('0,2-4,8', 10)
  assert.deepEqual(
    [some.count, some.has(0), some.has(1), some.has(2), some.has(4), some.has(5), some.has(8)],
    [5, true, false, true, true, false, true],
  )
  assert.equal(some.overlap(Indexes.parse('1-3,8-9', 10)), 3)
  assert.equal(some.overlap(Indexes.none), 0)
  assert.equal(`${some.with(Indexes.of([1, 9]))}`, '0-4,8,9')
  assert.deepEqual(
    [some.missing(10, 10), some.missing(2, 10), some.missing(0, 10), some.missing(9, 3)],
    [[1, 5, 6, 7, 9], [1, 5], [], [1]],
  )
  assert.deepEqual(Indexes.none.missing(2, 5), [0, 1])
})

test('how often an index has failed is told from each pod to its successor', () => {
  const limited = indexed({ backoffLimitPerIndex: 1 })
  const failed = (annotations: Loose, index = 0) => pod('Failed', index, { metadata: { annotations } })
  assert.deepEqual(failureAnnotations(limited, undefined), { [FAILED]: '0' })
  assert.deepEqual(failureAnnotations(limited, failed({})), { [FAILED]: '1' })
  assert.deepEqual(failureAnnotations(limited, failed({ [FAILED]: '2', [IGNORED]: '1' })), {
    [FAILED]: '3',
    [IGNORED]: '1',
  })
  const ignoring = indexed({
    backoffLimitPerIndex: 1,
    podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'D', status: 'True' }] }] },
  })
  const disrupted = pod('Failed', 0, { status: { conditions: [{ type: 'D', status: 'True' }] } })
  assert.deepEqual(failureAnnotations(ignoring, disrupted), { [FAILED]: '0', [IGNORED]: '1' })
  assert.equal(failuresBefore(failed({ [FAILED]: '2', [IGNORED]: '3' })), 5)
  for (const odd of ['-1', 'x', '1.5', '2147483648']) assert.equal(failuresBefore(failed({ [FAILED]: odd })), 0)
  assert.equal(failuresBefore(failed({ [FAILED]: '2147483647' })), 2_147_483_647)
  const lost = failedIndexes(limited, [
    failed({ [FAILED]: '1' }, 1),
    failed({ [FAILED]: '0' }, 2),
    failed({ [FAILED]: '5' }, 9),
    pod('Running', 3),
  ])
  assert.equal(`${lost}`, '1')
  assert.equal(
    `${failedIndexes({ ...limited, status: { failedIndexes: '0' } }, [failed({ [FAILED]: '1' }, 2)])}`,
    '0,2',
  )
  const strict = indexed({
    backoffLimitPerIndex: 5,
    podFailurePolicy: { rules: [{ action: 'FailIndex', onExitCodes: { operator: 'In', values: [3] } }] },
  })
  const three = pod('Failed', 1, {
    status: { containerStatuses: [{ name: 'c', state: { terminated: { exitCode: 3 } } }] },
  })
  assert.equal(`${failedIndexes(strict, [three, failed({}, 2)])}`, '1')
})

test('the last that failed of an index waits for its successor', () => {
  const limited = indexed({ backoffLimitPerIndex: 3 })
  const first = pod('Failed', 0, { ...ended(5), metadata: { annotations: { [FAILED]: '0' } } })
  const second = pod('Failed', 0, { ...ended(9), metadata: { annotations: { [FAILED]: '1' } } })
  const found = (pods: readonly Loose[], active: readonly Loose[] = [], over = Indexes.none) =>
    [...delayedByIndex(limited, pods, active, over)].map(([index, { metadata }]) => [index, metadata?.name])
  assert.deepEqual(found([first, second]), [[0, second.metadata.name]])
  assert.deepEqual(found([second, first]), [[0, second.metadata.name]])
  assert.deepEqual(found([first], [pod('Running', 0)]), [])
  assert.deepEqual(found([first], [], Indexes.of([0])), [])
  assert.deepEqual(found([first], [pod('Running', 1)], Indexes.of([2])), [[0, first.metadata.name]])
  assert.deepEqual(
    found([pod('Running', 0), pod('Failed', 9), pod('Failed'), pod('Failed', 1, { metadata: { finalizers: [] } })]),
    [],
  )
})

test('the pod of an index knows it, by its name, a label, an annotation and a variable', () => {
  const template = (more: Loose = {}) => ({
    metadata: { labels: { a: 'b' }, annotations: { c: 'd' }, finalizers: ['own'], ...more.metadata },
    spec: {
      restartPolicy: 'Never',
      containers: [
        { name: 'c', env: [{ name: 'X', value: 'y' }] },
        { name: 'd', env: [{ name: 'JOB_COMPLETION_INDEX', value: '7' }] },
      ],
      ...more.spec,
    },
  })
  const made: Loose = makeJobPod(
    indexed({ template: template({ spec: { initContainers: [{ name: 'i' }] } }) }),
    2,
    undefined,
  )
  const variable = {
    name: 'JOB_COMPLETION_INDEX',
    valueFrom: { fieldRef: { fieldPath: `metadata.labels['${INDEX}']` } },
  }
  assert.equal(made.metadata.generateName, 'work-2-')
  assert.deepEqual(made.metadata.labels, { a: 'b', [INDEX]: '2' })
  assert.deepEqual(made.metadata.annotations, { c: 'd', [INDEX]: '2' })
  assert.deepEqual(made.metadata.finalizers, ['own', TRACKING])
  assert.equal(made.spec.hostname, 'work-2')
  assert.deepEqual(
    made.spec.containers.map(({ env }: Loose) => env),
    [[{ name: 'X', value: 'y' }, variable], [{ name: 'JOB_COMPLETION_INDEX', value: '7' }]],
  )
  assert.deepEqual(made.spec.initContainers, [{ name: 'i', env: [variable] }])
  const long = indexed({ template: template() })
  const prefix: Loose = makeJobPod(
    { ...long, metadata: { ...long.metadata, name: 'x'.repeat(63) } },
    10,
    undefined,
  ).metadata
  assert.equal(prefix.generateName, `${'x'.repeat(54)}-10-`)
  const limited: Loose = makeJobPod(indexed({ backoffLimitPerIndex: 1, template: template() }), 0, pod('Failed', 0))
  assert.deepEqual(limited.metadata.annotations, { c: 'd', [INDEX]: '0', [FAILED]: '1' })
  const bare: Loose = makeJobPod(indexed({ template: { spec: { containers: [{ name: 'c' }] } } }), 0, undefined)
  assert.deepEqual([bare.metadata.annotations, bare.spec.initContainers], [{ [INDEX]: '0' }, undefined])
  const plain: Loose = makeJobPod(
    job({ template: template({ metadata: { finalizers: [TRACKING] } }) }),
    undefined,
    undefined,
  )
  assert.deepEqual(
    [plain.metadata.finalizers, plain.metadata.labels, plain.spec.hostname],
    [[TRACKING], { a: 'b' }, undefined],
  )
})

test('the first rule that fits says what a failure is worth', () => {
  const codes = (more: Loose) => ({ onExitCodes: { operator: 'In', values: [3], ...more } })
  const status = (exitCode: number | undefined, name = 'c') => [
    { name, state: exitCode === undefined ? {} : { terminated: { exitCode } } },
  ]
  const judged = (rule: Loose, containerStatuses: Loose, more: Loose = {}) =>
    judgeFailure(
      job({ podFailurePolicy: { rules: [{ action: 'FailJob', ...rule }] } }),
      pod('Failed', 0, { metadata: { name: 'p' }, status: { containerStatuses, ...more } }),
    )
  const counts = { action: undefined, counts: true }
  const exit = (name: string, code: number) => ({
    ...{ action: 'FailJob', counts: true },
    message: `Container ${name} for pod default/p failed with exit code ${code} matching FailJob rule at index 0`,
  })
  assert.deepEqual(judged(codes({}), status(3)), exit('c', 3))
  assert.deepEqual(judged(codes({}), status(4)), counts)
  assert.deepEqual(judged(codes({ operator: 'NotIn' }), status(4)), exit('c', 4))
  assert.deepEqual(judged(codes({ operator: 'NotIn' }), status(3)), counts)
  for (const none of [0, undefined]) assert.deepEqual(judged(codes({ operator: 'NotIn' }), status(none)), counts)
  assert.deepEqual(judged(codes({ containerName: 'd' }), status(3)), counts)
  assert.deepEqual(judged(codes({ containerName: 'd' }), [...status(3), ...status(3, 'd')]), exit('d', 3))
  assert.deepEqual(judged(codes({}), undefined, { initContainerStatuses: status(3, 'i') }), exit('i', 3))
  const condition = (value: string) => ({ conditions: [{ type: 'D', status: value }] })
  const onPodConditions = [{ type: 'D' }]
  assert.equal(
    judged({ onPodConditions }, [], condition('True')).message,
    'Pod default/p has condition D matching FailJob rule at index 0',
  )
  assert.deepEqual(judged({ onPodConditions }, [], condition('False')), counts)
  assert.equal(judged({ onPodConditions: [{ type: 'D', status: 'False' }] }, [], condition('False')).action, 'FailJob')
  assert.deepEqual(judged({ ...codes({}), action: 'Ignore' }, status(3)), { action: 'Ignore', counts: false })
  assert.deepEqual(judged({ ...codes({}), action: 'Count' }, status(3)), { action: 'Count', counts: true })
  assert.deepEqual(judgeFailure(job(), pod('Failed')), counts)
  const two = job({
    podFailurePolicy: {
      rules: [
        { action: 'FailJob', ...codes({ values: [9] }) },
        { action: 'FailJob', ...codes({}) },
      ],
    },
  })
  const failed = pod('Failed', 0, { status: { containerStatuses: status(3) } })
  assert.match(
    failJobMessage(two, [pod('Running', 0, { status: { containerStatuses: status(3) } }), failed])!,
    /at index 1$/,
  )
  assert.equal(failJobMessage(job(), [failed]), undefined)
})

test('some successes are enough where a rule says so', () => {
  const met = (rules: readonly Loose[], succeeded: string) =>
    successMessage(indexed({ completions: 10, successPolicy: { rules } }), Indexes.parse(succeeded, 10))
  assert.equal(met([{ succeededCount: 2 }], '0,5'), 'Matched rules at index 0')
  assert.equal(met([{ succeededCount: 2 }], '0'), undefined)
  assert.equal(met([{ succeededIndexes: '0-2' }], '0-3'), 'Matched rules at index 0')
  assert.equal(met([{ succeededIndexes: '0-2' }], '0,1'), undefined)
  assert.equal(met([{ succeededIndexes: '0-2', succeededCount: 2 }], '0,1'), 'Matched rules at index 0')
  assert.equal(met([{ succeededIndexes: '0-2', succeededCount: 2 }], '1,5-9'), undefined)
  assert.equal(met([{ succeededIndexes: '20' }, { succeededCount: 1 }], '1'), 'Matched rules at index 1')
  assert.equal(met([{ succeededCount: 0 }], ''), undefined)
  assert.equal(successMessage(indexed(), Indexes.of([1])), undefined)
})

const viewOf = (one: Loose, pods: readonly Loose[] = [], now = 0, failures = NONE) =>
  viewJob(one, pods, failures, ms(now))
const endOf = (...given: Parameters<typeof viewOf>) => {
  const { end } = viewOf(...given)
  return end && `${end.type} ${end.reason}: ${end.message}`
}

test('a Job comes to its end by failures, by time, by indexes that are lost, or by enough successes', () => {
  const failed = (many: number) => Array.from({ length: many }, () => pod('Failed'))
  const limit = 'FailureTarget BackoffLimitExceeded: Job has reached the specified backoff limit'
  assert.equal(endOf(job({ backoffLimit: 2 }), failed(2)), undefined)
  assert.equal(endOf(job({ backoffLimit: 2 }), failed(3)), limit)
  assert.equal(endOf(job({ backoffLimit: undefined }), failed(6)), undefined)
  assert.equal(endOf(job({ backoffLimit: undefined }), failed(7)), limit)
  assert.equal(endOf(job({ backoffLimit: 2 }, { failed: 2 }), failed(1)), limit)
  const [one] = failed(1)
  assert.equal(
    endOf(job({ backoffLimit: 1 }, { failed: 1, uncountedTerminatedPods: { failed: [one.metadata.uid] } }), [one]),
    limit,
  )
  assert.equal(
    endOf(job({ backoffLimit: 1 }, { uncountedTerminatedPods: { failed: [one.metadata.uid] } }), [one]),
    undefined,
  )
  const restarts = (phase: string, number: number) =>
    pod(phase, 0, {
      status: { containerStatuses: [{ restartCount: number - 1 }], initContainerStatuses: [{ restartCount: 1 }, {}] },
    })
  const template = { spec: { restartPolicy: 'OnFailure', containers: [] } }
  for (const phase of ['Running', 'Pending']) {
    assert.equal(endOf(job({ backoffLimit: 3, template }), [restarts(phase, 2)]), undefined)
    assert.equal(endOf(job({ backoffLimit: 3, template }), [restarts(phase, 3)]), limit)
    assert.equal(endOf(job({ backoffLimit: 0, template }), [restarts(phase, 1)]), limit)
    assert.equal(endOf(job({ backoffLimit: undefined, template }), [restarts(phase, 5)]), undefined)
    assert.equal(endOf(job({ backoffLimit: undefined, template }), [restarts(phase, 6)]), limit)
  }
  assert.equal(endOf(job({ backoffLimit: 3, template }), [restarts('Succeeded', 9)]), undefined)
  assert.equal(endOf(job({ backoffLimit: 3 }), [restarts('Running', 9)]), undefined)
  const due = { activeDeadlineSeconds: 30 }
  assert.equal(endOf(job(due, { startTime: at(0) }), [], 29), undefined)
  assert.equal(
    endOf(job(due, { startTime: at(0) }), [], 30),
    'FailureTarget DeadlineExceeded: Job was active longer than specified deadline',
  )
  assert.equal(endOf(job({ ...due, suspend: true }, { startTime: at(0) }), [], 60), undefined)
  const lost = (spec: Loose, failedIndexes: string, completedIndexes = '') =>
    endOf(indexed({ backoffLimitPerIndex: 1, ...spec }, { failedIndexes, completedIndexes }))
  const most = 'FailureTarget MaxFailedIndexesExceeded: Job has exceeded the specified maximal number of failed indexes'
  assert.deepEqual([lost({ maxFailedIndexes: 1 }, '0'), lost({ maxFailedIndexes: 1 }, '0,1')], [undefined, most])
  assert.deepEqual(
    [lost({}, '0', '1-2'), lost({}, '0', '1-3')],
    [undefined, 'FailureTarget FailedIndexes: Job has failed indexes'],
  )
  const policy = { successPolicy: { rules: [{ succeededCount: 1 }] } }
  assert.equal(
    endOf(indexed(policy), [pod('Succeeded', 1)]),
    'SuccessCriteriaMet SuccessPolicy: Matched rules at index 0',
  )
  const told = (type: string, status = 'True') => job({}, { conditions: [{ type, status, reason: 'R', message: 'M' }] })
  assert.deepEqual(
    [endOf(told('SuccessCriteriaMet')), endOf(told('FailureTarget'))],
    ['SuccessCriteriaMet R: M', 'Failed R: M'],
  )
  assert.deepEqual(
    [endOf(told('SuccessCriteriaMet', 'False')), endOf(told('FailureTarget', 'False'))],
    [undefined, undefined],
  )
})

test('a look at a Job counts what was not counted, and knows when to look again', () => {
  const succeeded = pod('Succeeded')
  assert.equal(
    viewOf(job({}, { succeeded: 2 }), [succeeded, pod('Succeeded', 0, { metadata: { finalizers: [] } })]).succeeded,
    3,
  )
  assert.equal(
    viewOf(job({}, { uncountedTerminatedPods: { succeeded: [succeeded.metadata.uid, 'x'] } }), [succeeded]).succeeded,
    2,
  )
  const view = viewOf(indexed({}, { completedIndexes: '3' }), [
    pod('Succeeded', 1),
    pod('Running', 0),
    pod('Succeeded', 9),
    pod('Running'),
  ])
  assert.deepEqual(
    [view.succeeded, `${view.completed}`, view.pods.map((one) => indexOf(one))],
    [2, '1,3', [undefined, 0, 1, 9]],
  )
  assert.equal(viewOf(job({ activeDeadlineSeconds: 30 }), [], 5).dueIn, 30_000)
  assert.equal(viewOf(job({ activeDeadlineSeconds: 30 }, { startTime: at(0) }), [], 5).dueIn, 25_000)
  assert.deepEqual(
    [viewOf(job(), [], 5).startTime, viewOf(job({ suspend: true }), [], 5).startTime],
    [at(5), undefined],
  )
  const ready = { status: { conditions: [{ type: 'Ready', status: 'True' }] } }
  assert.deepEqual(
    countPods([
      pod('Running', 0, ready),
      pod('Pending'),
      pod('Running', 0, leaving),
      pod('Failed', 0, leaving),
      pod('Succeeded'),
    ]),
    { active: 2, ready: 1, terminating: 1 },
  )
})

test('as many pods are at work as are wanted and missing, by index where there are some', () => {
  const plan = (one: Loose, pods: readonly Loose[] = [], now = 0, failures = NONE): Loose => {
    const found: Loose = planJob(viewOf(one, pods, now, failures))
    return found.pods
      ? [found.kind, found.pods.map(({ metadata }: Loose) => metadata.name).join()]
      : found.indexes
        ? [found.kind, found.indexes.length, found.dueIn]
        : [found.kind, found.dueIn]
  }
  const rest = ['rest', undefined]
  const running = pod()
  assert.deepEqual(plan(job({ completions: 5, parallelism: 3 })), ['create', 3, undefined])
  assert.deepEqual(plan(job({ completions: 5, parallelism: 3 }, { succeeded: 4 })), ['create', 1, undefined])
  assert.deepEqual(plan(job({ completions: 1 }), [running]), rest)
  assert.deepEqual(plan(job({ parallelism: 2 }), []), ['create', 2, undefined])
  assert.deepEqual(plan(job({ parallelism: 2 }, { succeeded: 1 }), [running]), rest, 'one success is enough')
  assert.deepEqual(plan(job({ completions: 3, parallelism: 0 }), [running]), ['remove', running.metadata.name])
  assert.deepEqual(plan(job({ completions: 900, parallelism: 900 }))[1], 500)
  assert.deepEqual(plan(job({ suspend: true }), [running]), ['remove', running.metadata.name])
  assert.deepEqual(plan(job({ suspend: true })), rest)
  assert.deepEqual(plan(job({}, {}, { deletionTimestamp: at(1) })), rest)
  assert.deepEqual(plan(job({ backoffLimit: 0 }), [running, pod('Failed')]), ['end', running.metadata.name])
  assert.deepEqual(plan(job({ completions: 1 }), [], 4, { count: 1, last: ms(0) }), ['wait', 6000])
  const replaced = { completions: 2, parallelism: 2, podReplacementPolicy: 'Failed' }
  assert.deepEqual(plan(job(replaced), [pod('Running', undefined, leaving)]), ['create', 1, undefined])
  assert.deepEqual(
    plan(job({ ...replaced, podReplacementPolicy: 'TerminatingOrFailed' }), [pod('Running', undefined, leaving)], 60),
    ['create', 2, undefined],
  )
  const indexes = (one: Loose, pods: readonly Loose[], now = 0) => (planJob(viewOf(one, pods, now)) as Loose).indexes
  assert.deepEqual(indexes(indexed({}, { completedIndexes: '1' }), [pod('Running', 0)]), [2, 3])
  const stray = pod()
  const twice = [pod('Running', 0), pod('Running', 0, { metadata: { creationTimestamp: at(9) } }), stray]
  const [kind, names] = plan(indexed(), twice)
  assert.equal(kind, 'remove')
  assert.equal(names.split(',').length, 2)
  assert.ok(names.includes(stray.metadata.name))
  const limited = indexed({ backoffLimitPerIndex: 3, completions: 2, parallelism: 2 })
  const failed = pod('Failed', 0, ended(5))
  assert.deepEqual(plan(limited, [failed], 9), ['create', 1, 6000])
  assert.deepEqual(plan(limited, [failed, pod('Running', 1)], 9), ['wait', 6000])
  assert.deepEqual(indexes(limited, [failed, pod('Running', 1)], 15), [0])
})

const report = (one: Loose, pods: readonly Loose[], now = 0, isClear = true) => {
  const view = viewOf(one, pods, now)
  return reportJob(view, countPods(pods), isClear, true)
}

test('a status says what ended before pods may go, five hundred at a time', () => {
  const many = Array.from({ length: 600 }, () => pod('Succeeded'))
  const { status, free, verdict } = report(job({ completions: 600, parallelism: 600 }), many)
  assert.deepEqual([free.length, status.uncountedTerminatedPods?.succeeded?.length, verdict], [500, 500, undefined])
  const few = report(job({ completions: 499 }), many.slice(0, 499))
  assert.deepEqual([few.free.length, few.verdict?.type], [499, 'Complete'])
  const failed = pod('Failed')
  const one = report(job({ completions: 2, backoffLimit: 3 }), [failed, pod('Running'), pod('Succeeded')])
  assert.deepEqual([one.status.uncountedTerminatedPods?.failed, one.free.length], [[failed.metadata.uid], 2])
  const ignored = report(
    job({ podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'D' }] }] } }),
    [pod('Failed', 0, { status: { conditions: [{ type: 'D', status: 'True' }] } })],
  )
  assert.deepEqual([ignored.status.uncountedTerminatedPods?.failed, ignored.free.length], [[], 1])
  const indexes = report(indexed({ backoffLimitPerIndex: 1 }), [pod('Succeeded', 2), pod('Failed', 1)])
  assert.deepEqual(
    [indexes.status.completedIndexes, indexes.status.succeeded, indexes.status.failedIndexes, indexes.free.length],
    ['2', 1, '', 1],
  )
  const silent = report(job({ completions: 1 }), [pod('Succeeded')], 0, false)
  assert.equal(silent.verdict, undefined)
})

test('who suspends a Job is told, and its time begins anew when it goes on', () => {
  const of = (spec: Loose, status: Loose, now = 9) => {
    const found = report(job(spec, status), [], now)
    const [last] = found.status.conditions ?? []
    return [found.suspension, last && `${last.type}=${last.status} ${last.reason}`, found.status.startTime]
  }
  const on = { conditions: [{ type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' }] }
  assert.deepEqual(of({ suspend: true }, { startTime: at(1) }), ['Suspended', 'Suspended=True JobSuspended', undefined])
  assert.deepEqual(of({ suspend: true }, on), [undefined, 'Suspended=True JobSuspended', undefined])
  assert.deepEqual(of({}, on), ['Resumed', 'Suspended=False JobResumed', at(9)])
  assert.deepEqual(of({}, { conditions: [{ type: 'Suspended', status: 'False' }] })[0], undefined)
  assert.deepEqual(of({}, {}), [undefined, undefined, at(9)])
})

test('ends are counted when their pods are free, and the last word comes when all are', () => {
  const kept = pod('Succeeded')
  const uncountedTerminatedPods = { succeeded: [kept.metadata.uid, 'gone'], failed: ['lost', 'away'] }
  assert.deepEqual(countEnds({ succeeded: 1, uncountedTerminatedPods }, [kept]), {
    ...{ succeeded: 2, failed: 2 },
    uncountedTerminatedPods: { succeeded: [kept.metadata.uid], failed: [] },
  })
  assert.deepEqual(countEnds({}, []), {
    succeeded: undefined,
    failed: undefined,
    uncountedTerminatedPods: { succeeded: [], failed: [] },
  })
  const complete = condition('Complete', 'R', 'M', ms(3))
  const finished = (status: Loose, verdict: Loose = complete) => finishJob(status, verdict)
  assert.deepEqual(finished({}), { conditions: [complete], completionTime: at(3) })
  assert.equal(finished({}, condition('Failed', 'R', 'M', ms(3)))?.completionTime, undefined)
  for (const waiting of [
    { uncountedTerminatedPods: { succeeded: ['x'] } },
    { uncountedTerminatedPods: { failed: ['x'] } },
    { uncountedTerminatedPods: { succeeded: ['x'], failed: ['y'] } },
    { terminating: 1 },
  ])
    assert.equal(finished(waiting), undefined)
  assert.ok(finished({ terminating: 0 }))
  assert.equal(finishJob({}, undefined), undefined)
  const again = { conditions: [{ ...complete, lastTransitionTime: at(1) }] }
  assert.deepEqual(finished(again)?.conditions, again.conditions, 'nothing but the time differs')
  const other = { conditions: [{ ...complete, reason: 'X' }, { type: 'Other' }] }
  assert.deepEqual(finished(other)?.conditions, [complete, { type: 'Other' }])
})
