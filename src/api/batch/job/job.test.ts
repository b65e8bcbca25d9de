import assert from 'node:assert/strict'
import { test } from 'node:test'
import { created, kindOf, refusals, refusedChange, refusedStatus } from '#api/testing/refusals.ts'

const UID = '4efe8d11-d2f2-451c-975e-20a3219ffabc'
const pod = (more: object = {}): object => ({
  restartPolicy: 'Never',
  containers: [{ name: 'c', image: 'i' }],
  ...more,
})
const job = (spec: object = {}, template: object = {}, metadata: object = {}): any => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'j', uid: UID, ...metadata },
  spec: { template: { metadata: { labels: { a: 'b' } }, spec: pod(template) }, ...spec },
})
const indexed = (spec: object = {}): any => job({ completionMode: 'Indexed', completions: 10, ...spec })
const NEGATIVE = 'must be greater than or equal to 0'

test('a Job runs one pod to its end, unless it says otherwise', () => {
  const { spec } = created(job()) as any
  const { template: _, selector: __, ...rest } = spec
  assert.deepEqual(rest, {
    parallelism: 1,
    completions: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: 'TerminatingOrFailed',
  })
  const of = (given: object) => (created(job(given)) as any).spec
  assert.deepEqual([of({ parallelism: 3 }).completions, of({ parallelism: 3 }).parallelism], [undefined, 3])
  assert.deepEqual([of({ completions: 3 }).completions, of({ completions: 3 }).parallelism], [3, 1])
  assert.equal(of({ backoffLimitPerIndex: 1 }).backoffLimit, 2_147_483_647)
  assert.equal(of({ backoffLimitPerIndex: 1, backoffLimit: 2 }).backoffLimit, 2)
  const rules = [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }, { type: 'X', status: 'False' }] }]
  const policy = of({ podFailurePolicy: { rules } })
  assert.equal(policy.podReplacementPolicy, 'Failed')
  assert.deepEqual(policy.podFailurePolicy.rules[0].onPodConditions, [
    { type: 'DisruptionTarget', status: 'True' },
    { type: 'X', status: 'False' },
  ])
})

test('a Job selects its pods by its own uid, and they are labelled with it', () => {
  const generated = {
    'batch.kubernetes.io/controller-uid': UID,
    'batch.kubernetes.io/job-name': 'j',
    'controller-uid': UID,
    'job-name': 'j',
  }
  const { metadata, spec } = created(job()) as any
  assert.deepEqual(spec.selector, { matchLabels: { 'batch.kubernetes.io/controller-uid': UID } })
  assert.deepEqual(spec.template.metadata.labels, { a: 'b', ...generated })
  assert.deepEqual(metadata.labels, { a: 'b', ...generated })
  assert.deepEqual((created(job({}, {}, { labels: { own: 'x' } })) as any).metadata.labels, { own: 'x' })
  const bare = created(job({ template: { spec: pod() } })) as any
  assert.deepEqual([bare.metadata.labels, bare.spec.template.metadata.labels], [generated, generated])
  const manual = created(job({ manualSelector: true, selector: { matchLabels: { a: 'b' } } })) as any
  assert.deepEqual(manual.spec.template.metadata.labels, { a: 'b' })
  assert.deepEqual(manual.spec.selector, { matchLabels: { a: 'b' } })
  assert.deepEqual(refusals(job()), [])
  assert.deepEqual(refusals(job({ manualSelector: true, selector: { matchLabels: { a: 'b' } } })), [])
})

test('labels and selectors that contradict what is generated are refused', () => {
  const labels = { 'job-name': 'other' }
  const shown = `{"batch.kubernetes.io/controller-uid":"${UID}","batch.kubernetes.io/job-name":"j","controller-uid":"${UID}","job-name":"other"}`
  assert.deepEqual(refusals(job({ template: { metadata: { labels }, spec: pod() } })), [
    `spec.template.metadata.labels[job-name]: Invalid value: ${shown}: must be 'j'`,
  ])
  const selector = { matchLabels: { x: 'y' } }
  const given = `{"matchLabels":{"batch.kubernetes.io/controller-uid":"${UID}","x":"y"}}`
  assert.equal(
    refusals(job({ selector }))[0],
    `spec.selector: Invalid value: ${given}: \`selector\` not auto-generated`,
  )
  assert.deepEqual(refusals(job({ manualSelector: true })), [
    'spec.selector: Required value',
    'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
  ])
  assert.deepEqual(refusals(job({}, {}, { uid: undefined })).slice(0, 1), ['metadata.uid: Required value'])
})

test('numbers of a Job are not negative', () => {
  const names = ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished']
  const values = Object.fromEntries(names.map((name) => [name, -1]))
  assert.deepEqual(
    refusals(job(values)),
    names.map((name) => `spec.${name}: Invalid value: -1: ${NEGATIVE}`),
  )
  assert.deepEqual(refusals(indexed({ backoffLimitPerIndex: -1, maxFailedIndexes: -2 })), [
    `spec.backoffLimitPerIndex: Invalid value: -1: ${NEGATIVE}`,
    `spec.maxFailedIndexes: Invalid value: -2: ${NEGATIVE}`,
  ])
})

test('pods of a Job end', () => {
  const at = 'spec.template.spec.restartPolicy'
  const both = 'Required value: valid values: "OnFailure", "Never"'
  assert.deepEqual(refusals(job({}, { restartPolicy: 'Always' })), [`${at}: ${both}`])
  assert.deepEqual(refusals(job({}, { restartPolicy: undefined })), [`${at}: ${both}`])
  assert.deepEqual(refusals(job({}, { restartPolicy: 'Maybe' })).slice(-1), [
    `${at}: Unsupported value: "Maybe": supported values: "OnFailure", "Never"`,
  ])
  const rules = [{ action: 'Count', onExitCodes: { operator: 'In', values: [1] } }]
  assert.deepEqual(refusals(job({ podFailurePolicy: { rules } }, { restartPolicy: 'OnFailure' })), [
    `${at}: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified`,
  ])
})

test('indexes have what only they have, and their hosts have names', () => {
  assert.deepEqual(refusals(indexed()), [])
  assert.deepEqual(refusals(job({ completionMode: 'Sorted' })), [
    'spec.completionMode: Unsupported value: "Sorted": supported values: "NonIndexed", "Indexed"',
  ])
  assert.deepEqual(refusals(job({ completionMode: 'Indexed', parallelism: 2 })), [
    'spec.completions: Required value: when completion mode is Indexed',
  ])
  const why = 'requires indexed completion mode'
  assert.deepEqual(refusals(job({ backoffLimitPerIndex: 1, maxFailedIndexes: 2 })), [
    `spec.backoffLimitPerIndex: Invalid value: 1: ${why}`,
    `spec.maxFailedIndexes: Invalid value: 2: ${why}`,
  ])
  assert.deepEqual(refusals(indexed({ maxFailedIndexes: 11 })), [
    'spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified',
    'spec.maxFailedIndexes: Invalid value: 11: must be less than or equal to completions',
  ])
  assert.deepEqual(refusals(indexed({ parallelism: 100_001 })), [
    'spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed',
  ])
  const many =
    'must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index'
  const huge = { completions: 100_001, backoffLimitPerIndex: 1 }
  assert.deepEqual(refusals(indexed({ ...huge, parallelism: 10_001 })), [
    'spec.maxFailedIndexes: Required value: must be specified when completions is above 100000',
    `spec.parallelism: Invalid value: 10001: ${many}`,
  ])
  assert.deepEqual(refusals(indexed({ ...huge, maxFailedIndexes: 100_001 })), [
    'spec.maxFailedIndexes: Invalid value: 100001: must be less than or equal to 100000',
    `spec.maxFailedIndexes: Invalid value: 100001: ${many}`,
  ])
  assert.deepEqual(refusals(indexed({ ...huge, maxFailedIndexes: 10_000, parallelism: 10_000 })), [])
  assert.deepEqual(refusals({ ...indexed(), metadata: { name: 'a.b', uid: UID } }), [
    'metadata.name: Invalid value: "a.b": will not able to create pod with invalid DNS label: a.b-9',
  ])
  assert.deepEqual(refusals({ ...indexed({ completions: 0 }), metadata: { name: 'a.b', uid: UID } }), [])
})

test('a failure policy says what failed pods mean, in words that there are', () => {
  const of = (...rules: readonly object[]) => refusals(indexed({ podFailurePolicy: { rules } }))
  const at = 'spec.podFailurePolicy.rules'
  const codes = { operator: 'In', values: [1] }
  assert.deepEqual(of({ action: 'FailJob', onExitCodes: { ...codes, containerName: 'c', values: [1, 2] } }), [])
  assert.deepEqual(of({ onExitCodes: codes }), [
    `${at}[0].action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]`,
  ])
  assert.deepEqual(of({ action: 'Cry', onExitCodes: codes }), [
    `${at}[0].action: Unsupported value: "Cry": supported values: "Count", "FailIndex", "FailJob", "Ignore"`,
  ])
  assert.deepEqual(of({ action: 'FailIndex', onExitCodes: codes }), [
    `${at}[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set`,
  ])
  assert.deepEqual(of({ action: 'Count' }, { action: 'Count', onExitCodes: codes, onPodConditions: [{ type: 'X' }] }), [
    `${at}[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required`,
    `${at}[1]: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported`,
  ])
  assert.deepEqual(of({ action: 'Count', onExitCodes: { operator: '', containerName: 'd', values: [] } }), [
    `${at}[0].onExitCodes.operator: Required value: valid values: ["In" "NotIn"]`,
    `${at}[0].onExitCodes.containerName: Invalid value: "d": must be one of the container or initContainer names in the pod template`,
    `${at}[0].onExitCodes.values: Invalid value: []: at least one value is required`,
  ])
  assert.deepEqual(of({ action: 'Count', onExitCodes: { operator: 'In', values: [2, 0, 2] } }), [
    `${at}[0].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator`,
    `${at}[0].onExitCodes.values[2]: Duplicate value: 2`,
    `${at}[0].onExitCodes.values: Invalid value: [2,0,2]: must be ordered`,
  ])
  assert.deepEqual(of({ action: 'Count', onExitCodes: { operator: 'NotIn', values: [0] } }), [])
  assert.deepEqual(of({ action: 'Count', onPodConditions: [{ type: '-', status: 'Off' }] }).slice(1), [
    `${at}[0].onPodConditions[0].status: Unsupported value: "Off": supported values: "False", "True", "Unknown"`,
  ])
  const rules = Array.from({ length: 21 }, () => ({ action: 'Count', onExitCodes: codes }))
  assert.deepEqual(of(...rules), [`${at}: Too many: 21: must have at most 20 items`])
  const values = Array.from({ length: 256 }, (_, index) => index + 1)
  assert.deepEqual(of({ action: 'Count', onExitCodes: { operator: 'In', values } }), [
    `${at}[0].onExitCodes.values: Too many: 256: must have at most 255 items`,
  ])
  const onPodConditions = Array.from({ length: 21 }, () => ({ type: 'X' }))
  assert.deepEqual(of({ action: 'Count', onPodConditions }), [
    `${at}[0].onPodConditions: Too many: 21: must have at most 20 items`,
  ])
  assert.deepEqual(
    refusals(indexed({ podReplacementPolicy: 'TerminatingOrFailed', podFailurePolicy: { rules: [rules[0]] } })),
    ['spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"'],
  )
  assert.deepEqual(refusals(job({ podReplacementPolicy: 'Now' })), [
    'spec.podReplacementPolicy: Unsupported value: "Now": supported values: "Failed", "TerminatingOrFailed"',
  ])
})

test('a success policy speaks of indexes that there are', () => {
  const of = (...rules: readonly object[]) => refusals(indexed({ successPolicy: { rules } }))
  const at = 'spec.successPolicy.rules'
  assert.deepEqual(of({ succeededIndexes: '0,2-5', succeededCount: 5 }, { succeededCount: 10 }), [])
  assert.deepEqual(refusals(job({ successPolicy: { rules: [{ succeededCount: 1 }] } })), [
    'spec.successPolicy: Invalid value: {"Rules":[{"SucceededIndexes":null,"SucceededCount":1}]}: requires indexed completion mode',
  ])
  assert.deepEqual(of(), [
    `${at}: Required value: at least one rules must be specified when the successPolicy is specified`,
  ])
  assert.deepEqual(of({}), [
    `${at}[0]: Required value: at least one of succeededCount or succeededIndexes must be specified`,
  ])
  assert.deepEqual(of({ succeededIndexes: '0-1', succeededCount: 11 }), [
    `${at}[0].succeededCount: Invalid value: 11: must be less than or equal to 10 (the number of specified completions)`,
    `${at}[0].succeededCount: Invalid value: 11: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)`,
  ])
  const parsing = (text: string) => of({ succeededIndexes: text })[0]?.split('error parsing succeededIndexes: ')[1]
  assert.equal(
    parsing('1-2-3'),
    'the fragment "1-2-3" violates the requirement that an index interval can have at most two parts separated by \'-\'',
  )
  assert.equal(parsing('a'), 'cannot convert string to integer for index: "a"')
  assert.equal(parsing('1,'), 'cannot convert string to integer for index: ""')
  assert.equal(parsing('10'), 'too large index: "10"')
  assert.equal(parsing('1-10'), 'too large index: "10"')
  assert.equal(parsing('3-3'), 'non-increasing order, previous: 3, current: 3')
  assert.equal(parsing('1-3,3'), 'non-increasing order, previous: 3, current: 3')
  const rules = Array.from({ length: 21 }, () => ({ succeededCount: 1 }))
  assert.deepEqual(of(...rules), [`${at}: Too many: 21: must have at most 20 items`])
})

test('who manages a Job has a name in a domain', () => {
  assert.deepEqual(refusals(job({ managedBy: 'acme.io/queue' })), [])
  assert.deepEqual(refusals(job({ managedBy: 'queue' })), [
    'spec.managedBy: Invalid value: "queue": must be a domain-prefixed path (such as "acme.io/foo")',
  ])
  assert.deepEqual(refusals(job({ managedBy: `acme.io/${'q'.repeat(56)}` })), [
    'spec.managedBy: Too long: may not be more than 63 bytes',
  ])
})

test('a Job does what it was made for: little of it changes, and it is looked at twice', () => {
  const change = (before: object, edit: (spec: any) => void) => refusedChange(before, ({ spec }) => edit(spec))
  assert.deepEqual(
    change(job(), (spec) => {
      spec.parallelism = 5
      spec.suspend = true
      spec.backoffLimit = 1
      spec.activeDeadlineSeconds = 9
      spec.ttlSecondsAfterFinished = 9
    }),
    [],
  )
  const fixed = 'field is immutable'
  assert.deepEqual(
    change(job(), (spec) => {
      spec.completions = 2
      spec.completionMode = 'Indexed'
    }).slice(-2),
    [
      'spec.completions: Invalid value: 2: can only be modified in tandem with spec.parallelism',
      `spec.completionMode: Invalid value: "Indexed": ${fixed}`,
    ],
  )
  assert.deepEqual(
    change(job(), (spec) => (spec.completions = 2)),
    [`spec.completions: Invalid value: 2: ${fixed}`],
  )
  assert.deepEqual(
    change(indexed(), (spec) => {
      spec.completions = 4
      spec.parallelism = 4
    }),
    [],
  )
  const [template, ...others] = change(job(), (spec) => (spec.template.spec.containers[0].image = 'other'))
  assert.match(template!, /^spec\.template: Invalid value: \{.*\}: field is immutable$/)
  assert.deepEqual(others, [])
  const rules = [{ action: 'Count', onExitCodes: { operator: 'In', values: [1] } }]
  const policies = indexed({
    podFailurePolicy: { rules },
    successPolicy: { rules: [{ succeededIndexes: '1' }] },
    backoffLimitPerIndex: 1,
    managedBy: 'a.b/c',
  })
  assert.deepEqual(
    change(policies, (spec) => {
      delete spec.podFailurePolicy
      spec.successPolicy.rules[0].succeededIndexes = '2'
      spec.backoffLimitPerIndex = 2
      delete spec.managedBy
    }),
    [
      `spec.podFailurePolicy: Invalid value: null: ${fixed}`,
      `spec.backoffLimitPerIndex: Invalid value: 2: ${fixed}`,
      `spec.managedBy: Invalid value: null: ${fixed}`,
      `spec.successPolicy: Invalid value: {"Rules":[{"SucceededIndexes":"2","SucceededCount":null}]}: ${fixed}`,
    ],
  )
  assert.deepEqual(
    change(policies, (spec) => (spec.podFailurePolicy.rules[0].action = 'Ignore')),
    [
      `spec.podFailurePolicy: Invalid value: {"Rules":[{"Action":"Ignore","OnExitCodes":{"ContainerName":null,"Operator":"In","Values":[1]},"OnPodConditions":null}]}: ${fixed}`,
    ],
  )
  assert.deepEqual(
    change(job(), (spec) => (spec.parallelism = -1)),
    [1, 2].map(() => `spec.parallelism: Invalid value: -1: ${NEGATIVE}`),
  )
})

test('a Job that is suspended and has no pods may change where they go and what they need', () => {
  const validate = (old: any, edit: (job: any) => void) => {
    const before = created(old) as any
    before.status = old.status ?? {}
    const after = structuredClone(before)
    edit(after)
    return kindOf(before).validate!.update!(after, before).map(({ field }) => field)
  }
  const edit = ({ spec }: any) => {
    spec.template.metadata.annotations = { x: 'y' }
    spec.template.spec.nodeSelector = { disk: 'ssd' }
    spec.template.spec.tolerations = [{ operator: 'Exists' }]
    spec.template.spec.affinity = { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } }
    spec.template.spec.containers[0].resources = { requests: { cpu: '1' } }
  }
  assert.deepEqual(validate(job({ suspend: true }), edit), [])
  assert.deepEqual(validate(job(), edit), ['spec.template'])
  const started = { startTime: '2026-11-21T03:25:37Z' }
  assert.deepEqual(validate({ ...job({ suspend: true }), status: started }, edit), ['spec.template'])
  const held = { ...started, conditions: [{ type: 'Suspended', status: 'True' }] }
  assert.deepEqual(validate({ ...job({ suspend: true }), status: held }, edit), [])
  assert.deepEqual(validate({ ...job({ suspend: true }), status: { ...held, active: 1 } }, edit), ['spec.template'])
  assert.deepEqual(
    validate(job({ suspend: true }), ({ spec }) => (spec.template.spec.containers[0].image = 'other')),
    ['spec.template'],
  )
  const affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone' }] } }
  assert.deepEqual(
    validate(job({ suspend: true }), ({ spec }) => (spec.template.spec.affinity = affinity)),
    ['spec.template'],
  )
})

const conditions = (...types: readonly string[]): object[] => types.map((type) => ({ type, status: 'True' }))
const START = '2026-11-21T03:25:37Z'
const END = '2026-11-21T03:26:37Z'

test('the status of a Job says what can be', () => {
  assert.deepEqual(
    refusedStatus(job(), {
      startTime: START,
      completionTime: END,
      succeeded: 1,
      conditions: conditions('SuccessCriteriaMet', 'Complete'),
    }),
    [],
  )
  assert.deepEqual(
    refusedStatus(job(), { startTime: START, failed: 1, conditions: conditions('FailureTarget', 'Failed') }),
    [],
  )
  assert.deepEqual(refusedStatus(job(), { active: -1, ready: 1, succeeded: -1, failed: -1, terminating: -1 }), [
    ...['active', 'succeeded', 'failed'].map((name) => `status.${name}: Invalid value: -1: ${NEGATIVE}`),
    `status.terminating: Invalid value: -1: ${NEGATIVE}`,
    'status.ready: Invalid value: 1: cannot set more ready pods than active',
    'status.failed: Invalid value: -1: cannot decrease the failed counter',
    'status.succeeded: Invalid value: -1: cannot decrease the succeeded counter',
  ])
  const at = 'status.conditions: Invalid value'
  assert.deepEqual(refusedStatus(job(), { conditions: conditions('Complete', 'Failed', 'FailureTarget') }), [
    `${at}: cannot set Complete=True and Failed=true conditions`,
    `${at}: cannot set Complete=True and FailureTarget=true conditions`,
    'status.completionTime: Required value: completionTime is required for Complete jobs',
    `${at}: cannot set Complete=True condition without the SuccessCriteriaMet=true condition`,
    'status.startTime: Required value: startTime is required for finished job',
  ])
  assert.deepEqual(refusedStatus(job(), { startTime: END, completionTime: START, conditions: conditions('Failed') }), [
    `status.completionTime: Invalid value: "${START}": cannot set completionTime when there is no Complete=True condition`,
    `status.completionTime: Invalid value: "${START}": completionTime cannot be set before startTime`,
    `${at}: cannot set Failed=True condition without the FailureTarget=true condition`,
  ])
  assert.deepEqual(
    refusedStatus(job(), {
      startTime: START,
      active: 1,
      terminating: 2,
      uncountedTerminatedPods: { failed: ['u'] },
      conditions: conditions('Failed', 'FailureTarget', 'SuccessCriteriaMet'),
    }),
    [
      'status.active: Invalid value: 1: active>0 is invalid for finished job',
      'status.uncountedTerminatedPods: Invalid value: {"Succeeded":null,"Failed":["u"]}: uncountedTerminatedPods needs to be empty for finished job',
      'status.terminating: Invalid value: 2: terminating>0 is invalid for finished job',
      `${at}: cannot set SuccessCriteriaMet=True and Failed=true conditions`,
      `${at}: cannot set SuccessCriteriaMet=True and FailureTarget=true conditions`,
    ],
  )
  assert.deepEqual(refusedStatus(job(), { uncountedTerminatedPods: { succeeded: ['u', ''], failed: ['u'] } }), [
    'status.uncountedTerminatedPods.succeeded[1]: Invalid value: "": must not be empty',
    'status.uncountedTerminatedPods.failed[0]: Duplicate value: "u"',
  ])
})

test('a Job that goes on after it was suspended may start anew', () => {
  const old = created(job()) as any
  const validate = (before: object, after: object) =>
    kindOf(old).validate!.status!({ ...old, status: after }, { ...old, status: before }).map(({ field }) => field)
  const suspended = { startTime: START, conditions: conditions('Suspended') }
  const resumed = [{ type: 'Suspended', status: 'False' }]
  assert.deepEqual(validate(suspended, { startTime: END, conditions: resumed }), [])
  assert.deepEqual(validate(suspended, { ...suspended, startTime: END }), ['status.startTime'])
  assert.deepEqual(validate({ startTime: START, conditions: resumed }, { startTime: END, conditions: resumed }), [
    'status.startTime',
  ])
})

test('the indexes of a status are there, and none has failed and succeeded', () => {
  const limited = indexed({ backoffLimitPerIndex: 1 })
  assert.deepEqual(refusedStatus(limited, { completedIndexes: '0-2,4', failedIndexes: '3,5-9' }), [])
  assert.deepEqual(refusedStatus(limited, { completedIndexes: '0-2,4', failedIndexes: '1' }), [
    'status.failedIndexes: Invalid value: "1": failedIndexes and completedIndexes overlap at index: 1',
  ])
  assert.deepEqual(refusedStatus(limited, { completedIndexes: '10', failedIndexes: 'x' }), [
    'status.completedIndexes: Invalid value: "10": error parsing completedIndexes: too large index: "10"',
    'status.failedIndexes: Invalid value: "x": error parsing failedIndexes: cannot convert string to integer for index: "x"',
  ])
  assert.deepEqual(refusedStatus(job(), { completedIndexes: '0', failedIndexes: '' }), [
    'status.completedIndexes: Invalid value: "0": cannot set non-empty completedIndexes when non-indexed completion mode',
    'status.failedIndexes: Invalid value: "": cannot set non-null failedIndexes when backoffLimitPerIndex is null',
  ])
})

test('what has ended stays ended', () => {
  const validate = (before: object, after: object, spec: object = {}) => {
    const old = created(job(spec)) as any
    const update = { ...old, status: after }
    return kindOf(old).validate!.status!(update, { ...old, status: before }).map(
      ({ field, detail }) => `${field}: ${detail}`,
    )
  }
  const complete = { startTime: START, completionTime: END, conditions: conditions('SuccessCriteriaMet', 'Complete') }
  assert.deepEqual(validate(complete, complete), [])
  assert.deepEqual(validate(complete, { startTime: START }), [
    'status.conditions: cannot disable the terminal Complete=True condition',
    'status.conditions: cannot disable the SuccessCriteriaMet=True condition',
  ])
  assert.deepEqual(validate(complete, { ...complete, completionTime: '2026-11-21T03:27:37Z' }), [
    'status.completionTime: completionTime cannot be mutated',
  ])
  assert.deepEqual(validate({ startTime: START }, {}), [
    'status.startTime: field is immutable for unsuspended job once set',
  ])
  assert.deepEqual(validate({ startTime: START }, { startTime: END }), [
    'status.startTime: field is immutable for unsuspended job once set',
  ])
  assert.deepEqual(validate({ startTime: START }, {}, { suspend: true }), [])
  assert.deepEqual(validate({ succeeded: 2, failed: 2 }, { succeeded: 1, failed: 1 }), [
    'status.failed: cannot decrease the failed counter',
    'status.succeeded: cannot decrease the succeeded counter',
  ])
  const elastic = { completionMode: 'Indexed', completions: 2, parallelism: 2 }
  assert.deepEqual(validate({ succeeded: 2 }, { succeeded: 1 }, elastic), [])
  const old = { ...complete, conditions: conditions('Complete') }
  assert.deepEqual(validate(old, complete), [
    'status.conditions: cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions',
  ])
  assert.deepEqual(validate(old, { ...old, ready: 0 }), [])
  const policy = { completionMode: 'Indexed', completions: 1, successPolicy: { rules: [{ succeededCount: 1 }] } }
  assert.deepEqual(validate(old, old, policy), [
    'status.conditions: cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True',
  ])
})

test('who makes a Job is warned of its name, of what it cannot keep track of, and of what its template hides', () => {
  const warningsOf = (object: object) => kindOf(object).warnings!(created(object), true)
  assert.deepEqual(warningsOf(job()), [])
  assert.match(warningsOf(job({}, {}, { name: 'a.b' }))[0]!, /^metadata\.name: this is used in Pod names and hostnames/)
  assert.deepEqual(warningsOf(indexed({ completions: 100_001, parallelism: 10_001 })), [
    'spec: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail',
  ])
  const env = ['a', 'a'].map((name) => ({ name, value: 'x' }))
  assert.deepEqual(warningsOf(job({}, { containers: [{ name: 'c', image: 'i', env }] })), [
    'spec.template.spec.containers[0].env[1]: hides previous definition of "a", which may be dropped when using apply',
  ])
})
