import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareForUpdate } from '#api/catalogue/prepare.ts'
import { created, kindOf, refusals, refusedChange, refusedStatus, rowOf, textsOf } from '#api/testing/refusals.ts'

/* What Deployments and ReplicaSets have alike, and what each has of its own. */
const template = (more: object = {}, metadata: object = { labels: { app: 'a' } }): object => ({
  metadata,
  spec: { containers: [{ name: 'c', image: 'i' }], ...more },
})
const workload = (kind: string, spec: object = {}): any => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'w', labels: { of: 'w' } },
  spec: { selector: { matchLabels: { app: 'a' } }, template: template(), ...spec },
})
const KINDS = ['Deployment', 'ReplicaSet'] as const
const SUBDOMAIN = /^metadata\.name: Invalid value: "W": a lowercase RFC 1123 subdomain/
const NAME =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

test('a workload selects what it makes, and makes pods that go on', () => {
  for (const kind of KINDS) {
    const hold = (spec: object, errors: readonly string[]): void =>
      assert.deepEqual(
        refusals(workload(kind, spec)),
        errors.map((error) => `spec.${error}`),
      )
    const expression = (operator: string, values?: readonly string[], key = 'app'): object => ({
      selector: { matchExpressions: [{ key, operator, values }] },
    })
    const unreadable = (selector: object): string =>
      `selector: Invalid value: ${JSON.stringify(selector)}: invalid label selector`
    const unread = (operator: string, values?: readonly string[], key?: string): string =>
      unreadable((expression(operator, values, key) as any).selector)
    const unmatched =
      'template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`'
    const empty = 'empty selector is invalid for deployment'
    hold({}, [])
    hold({ replicas: 0, minReadySeconds: 0 }, [])
    hold(expression('In', ['a', 'b']), [])
    hold(expression('NotIn', ['b']), [])
    hold(expression('Exists'), [])
    hold(expression('DoesNotExist', [], 'other'), [])
    hold(expression('DoesNotExist'), [unmatched])
    hold(expression('In', []), [
      "selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      unread('In', []),
    ])
    hold(expression('Exists', ['a']), [
      "selector.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
      unread('Exists', ['a']),
    ])
    hold(expression('NotIn', ['b c'], 'd e'), [
      `selector.matchExpressions[0].key: Invalid value: "d e": ${NAME}`,
      "selector.matchExpressions[0].values[0]: Invalid value: \"b c\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      unread('NotIn', ['b c'], 'd e'),
    ])
    hold(expression('Near'), [
      'selector.matchExpressions[0].operator: Invalid value: "Near": not a valid selector operator',
      unread('Near'),
    ])
    hold({ selector: undefined }, ['selector: Required value', unmatched])
    hold({ selector: {} }, [`selector: Invalid value: {}: ${empty}`])
    hold({ selector: { matchLabels: {}, matchExpressions: [] } }, [
      `selector: Invalid value: {"matchLabels":{},"matchExpressions":[]}: ${empty}`,
    ])
    hold({ selector: { matchLabels: { '/a': 'b' } } }, [
      'selector.matchLabels: Invalid value: "/a": prefix part must be non-empty',
      unreadable({ matchLabels: { '/a': 'b' } }),
    ])
    hold({ template: template({}, {}) }, [
      'template.metadata.labels: Invalid value: null: `selector` does not match template `labels`',
    ])
    hold(
      {
        template: template(
          { containers: [], restartPolicy: 'Never', activeDeadlineSeconds: 5 },
          { labels: { app: 'a', '/b': 'c' } },
        ),
      },
      [
        'template.labels: Invalid value: "/b": prefix part must be non-empty',
        'template.spec.containers: Required value',
        'template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
        'template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported',
      ],
    )
    assert.match(refusals({ ...workload(kind), metadata: { name: 'W' } })[0]!, SUBDOMAIN)
    const selector = refusedChange(workload(kind, { replicas: 1 }), ({ spec }) => {
      spec.replicas = -1
      spec.selector.matchLabels.app = 'b'
      spec.template.metadata.labels.app = 'b'
    })
    const replicas = 'spec.replicas: Invalid value: -1: must be greater than or equal to 0'
    assert.deepEqual(selector, [
      // Kubernetes looks twice at a ReplicaSet that changes.
      ...(kind === 'ReplicaSet' ? [replicas, replicas] : [replicas]),
      'spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable',
    ])
  }
})

test('numbers of a workload are not negative, and a Deployment waits for longer than its pods need', () => {
  const negative = (field: string): string => `spec.${field}: Invalid value: -1: must be greater than or equal to 0`
  assert.deepEqual(
    refusals(workload('ReplicaSet', { replicas: -1, minReadySeconds: -1 })),
    ['replicas', 'minReadySeconds'].map(negative),
  )
  assert.deepEqual(
    refusals(
      workload('Deployment', {
        replicas: -1,
        minReadySeconds: -1,
        revisionHistoryLimit: -1,
        progressDeadlineSeconds: -1,
      }),
    ),
    [
      ...['replicas', 'minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds'].map(negative),
      'spec.progressDeadlineSeconds: Invalid value: -1: must be greater than minReadySeconds',
    ],
  )
  const late = 'spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds'
  assert.deepEqual(refusals(workload('Deployment', { minReadySeconds: 5, progressDeadlineSeconds: 5 })), [late])
  assert.deepEqual(refusals(workload('Deployment', { minReadySeconds: 4, progressDeadlineSeconds: 5 })), [])
  assert.deepEqual(refusals(workload('Deployment', { progressDeadlineSeconds: 0 })), [late.replace('5', '0')])
})

test('a rollout may take away or add, in numbers or in hundredths', () => {
  const PERCENT =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"
  const of = (strategy: object): readonly string[] => refusals(workload('Deployment', { strategy }))
  const rolling = (maxUnavailable: unknown, maxSurge: unknown): readonly string[] =>
    of({ rollingUpdate: { maxUnavailable, maxSurge } })
  const at = 'spec.strategy.rollingUpdate'
  const zero = 'may not be 0 when `maxSurge` is 0'
  for (const [unavailable, surge] of [
    [1, 0],
    [0, 1],
    ['100%', '0%'],
    ['0%', '200%'],
    [undefined, 0],
  ] as const)
    assert.deepEqual(rolling(unavailable, surge), [])
  assert.deepEqual(rolling(0, 0), [`${at}.maxUnavailable: Invalid value: 0: ${zero}`])
  assert.deepEqual(rolling('0%', '00%'), [`${at}.maxUnavailable: Invalid value: "0%": ${zero}`])
  assert.deepEqual(
    rolling(-1, -1),
    ['maxUnavailable', 'maxSurge'].map(
      (field) => `${at}.${field}: Invalid value: -1: must be greater than or equal to 0`,
    ),
  )
  assert.deepEqual(rolling('101%', '1'), [
    `${at}.maxSurge: Invalid value: "1": ${PERCENT}`,
    `${at}.maxUnavailable: Invalid value: "101%": must not be greater than 100%`,
  ])
  assert.deepEqual(rolling('x%', 1), [`${at}.maxUnavailable: Invalid value: "x%": ${PERCENT}`])
  assert.deepEqual(of({ type: 'Recreate' }), [])
  assert.deepEqual(of({ type: 'Recreate', rollingUpdate: {} }), [
    `${at}: Forbidden: may not be specified when strategy \`type\` is 'Recreate'`,
  ])
  assert.deepEqual(of({ type: 'Blue', rollingUpdate: { maxSurge: '5%' } }), [
    'spec.strategy: Unsupported value: {"Type":"Blue","RollingUpdate":{"MaxUnavailable":0,"MaxSurge":"5%"}}: supported values: "Recreate", "RollingUpdate"',
  ])
  assert.deepEqual(of({ type: 'Blue' }), [
    'spec.strategy: Unsupported value: {"Type":"Blue","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"',
  ])
})

test('a workload that has not been defaulted lacks what it needs', () => {
  for (const kind of KINDS) {
    const { validate } = kindOf(workload(kind))
    const bare = { apiVersion: 'apps/v1', kind, metadata: { name: 'w', namespace: 'n' } }
    assert.deepEqual(textsOf(validate!.create!(bare)), ['spec: Required value'])
  }
  const strategy = (spec: object): readonly string[] => {
    const object = { ...workload('Deployment', spec), metadata: { name: 'w', namespace: 'n' } }
    return textsOf(kindOf(object).validate!.create!(object)).filter((text) => text.startsWith('spec.strategy'))
  }
  const rolling = { type: 'RollingUpdate' }
  assert.deepEqual(strategy({}), [
    'spec.strategy: Unsupported value: {"Type":"","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"',
  ])
  assert.deepEqual(strategy({ strategy: rolling }), [
    'spec.strategy.rollingUpdate: Required value: this should be defaulted and never be nil',
  ])
  assert.deepEqual(strategy({ strategy: { ...rolling, rollingUpdate: {} } }), [
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0',
  ])
})

test('no more pods are reported than there are, and names that were tried stay tried', () => {
  const OWN = { Deployment: 'updatedReplicas', ReplicaSet: 'fullyLabeledReplicas' }
  for (const kind of KINDS) {
    const more = 'Invalid value: 3: cannot be greater than'
    assert.deepEqual(refusedStatus(workload(kind), {}), [])
    const whole = { replicas: 3, [OWN[kind]]: 3, readyReplicas: 3, availableReplicas: 3 }
    assert.deepEqual(refusedStatus(workload(kind), whole), [])
    assert.deepEqual(refusedStatus(workload(kind), { ...whole, replicas: 2, readyReplicas: 1, conditions: [] }), [
      `status.${OWN[kind]}: ${more} status.replicas`,
      `status.availableReplicas: ${more} status.replicas`,
      `status.availableReplicas: ${more} readyReplicas`,
    ])
    assert.deepEqual(refusedStatus(workload(kind), { replicas: 1, readyReplicas: 2, observedGeneration: -1 }), [
      'status.observedGeneration: Invalid value: -1: must be greater than or equal to 0',
      'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
    ])
    assert.deepEqual(refusedStatus(workload(kind), { terminatingReplicas: -1 }), [
      'status.terminatingReplicas: Invalid value: -1: must be greater than or equal to 0',
    ])
  }
  const counting = (before: number | undefined, after: number | undefined): readonly string[] =>
    textsOf(
      kindOf(workload('Deployment')).validate!.status!(
        { ...created(workload('Deployment')), status: { collisionCount: after } } as never,
        { ...created(workload('Deployment')), status: { collisionCount: before } } as never,
      ),
    )
  for (const [before, after] of [
    [undefined, 1],
    [1, 1],
    [1, 2],
    [undefined, undefined],
  ] as const)
    assert.deepEqual(counting(before, after), [])
  for (const after of [undefined, 0])
    assert.deepEqual(counting(1, after), ['status.collisionCount: Invalid value: 0: cannot be decremented'])
})

const POD = {
  restartPolicy: 'Always',
  dnsPolicy: 'ClusterFirst',
  terminationGracePeriodSeconds: 30,
  schedulerName: 'default-scheduler',
  securityContext: {},
}

test('a workload makes one pod, and a Deployment rolls by quarters, unless they say otherwise', () => {
  const bare = (kind: string, more: object = {}): any =>
    created({ apiVersion: 'apps/v1', kind, metadata: { name: 'w' }, ...more })
  const pod = { template: { spec: POD } }
  assert.deepEqual(bare('ReplicaSet').spec, { replicas: 1, ...pod })
  const rolling = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } }
  const deployed = { replicas: 1, ...pod, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 }
  assert.deepEqual(bare('Deployment').spec, { ...deployed, strategy: rolling })
  const said = { replicas: 0, revisionHistoryLimit: 0, progressDeadlineSeconds: 1, strategy: { type: 'Recreate' } }
  assert.deepEqual(bare('Deployment', { spec: said }).spec, { ...said, ...pod })
  const some = { strategy: { rollingUpdate: { maxSurge: 1 } } }
  assert.deepEqual(bare('Deployment', { spec: some }).spec.strategy, {
    type: 'RollingUpdate',
    rollingUpdate: { maxUnavailable: '25%', maxSurge: 1 },
  })
})

test('a ReplicaSet without labels has those of its pods', () => {
  const labels = (own: object | undefined, theirs: object | undefined): unknown =>
    (
      created({
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: { name: 'w', labels: own },
        spec: { template: { metadata: { labels: theirs } } },
      }) as any
    ).metadata.labels
  assert.deepEqual(labels(undefined, { a: 'b' }), { a: 'b' })
  assert.deepEqual(labels({}, { a: 'b' }), { a: 'b' })
  assert.deepEqual(labels({ c: 'd' }, { a: 'b' }), { c: 'd' })
  assert.equal(labels(undefined, undefined), undefined)
})

test('a workload is printed with what is wanted and what there is', () => {
  const metadata = { name: 'w', creationTimestamp: '2026-11-21T03:25:37Z' }
  const containers = [{ name: 'a', image: 'i' }, { name: 'b' }]
  const spec = { replicas: 3, selector: { matchLabels: { app: 'x' } }, template: { spec: { containers } } }
  const status = { replicas: 4, readyReplicas: 2, updatedReplicas: 5, availableReplicas: 1 }
  const row = (kind: string, more: object): readonly unknown[] =>
    rowOf({ apiVersion: 'apps/v1', kind, metadata, ...more })
  assert.deepEqual(row('Deployment', { spec, status }), ['w', '2/3', 5, 1, '1s', 'a,b', 'i,', 'app=x'])
  assert.deepEqual(row('Deployment', {}), ['w', '0/0', 0, 0, '1s', '', '', '<none>'])
  assert.deepEqual(row('ReplicaSet', { spec, status }), ['w', 3, 4, 2, '1s', 'a,b', 'i,', 'app=x'])
  assert.deepEqual(row('ReplicaSet', {}), ['w', 0, 0, 0, '1s', '', '', '<none>'])
  const expressions = [
    { key: 'd', operator: 'In', values: ['z', 'y'] },
    { key: 'c', operator: 'NotIn', values: ['v'] },
    { key: 'b', operator: 'Exists' },
    { key: 'a', operator: 'DoesNotExist' },
    { key: 'f', operator: 'toString' },
  ]
  const selector = { matchLabels: { e: '1' }, matchExpressions: expressions }
  assert.equal(row('ReplicaSet', { spec: { ...spec, selector } })[7], '!a,b,c notin (v),d in (y,z),e=1,<error>')
})

test('a change of what is wanted counts, and of a Deployment’s annotations; a report leaves labels as they are', () => {
  const generation = (kind: string, change: (object: any) => void): number => {
    const old = created(workload(kind))
    const object = structuredClone(old)
    change(object)
    prepareForUpdate(kindOf(old), object, old)
    return object.metadata!.generation!
  }
  for (const kind of KINDS) {
    assert.equal(
      generation(kind, () => {}),
      1,
    )
    assert.equal(
      generation(kind, (object) => (object.spec.replicas = 5)),
      2,
    )
    assert.equal(
      generation(kind, (object) => (object.metadata.annotations = {})),
      1,
    )
    assert.equal(
      generation(kind, (object) => (object.metadata.annotations = { a: 'b' })),
      kind === 'Deployment' ? 2 : 1,
    )
    const old = created({ ...workload(kind), metadata: { name: 'w', labels: { a: 'b' } } })
    const object = structuredClone(old) as any
    object.metadata.labels = { c: 'd' }
    object.status = { replicas: 1 }
    prepareForUpdate(kindOf(old), object, old, 'status')
    assert.deepEqual(object, {
      ...old,
      metadata: { ...old.metadata, labels: kind === 'Deployment' ? { a: 'b' } : { c: 'd' } },
      status: { replicas: 1 },
    })
  }
  const { fields } = kindOf(workload('ReplicaSet'))
  assert.deepEqual(
    [{}, { status: { replicas: 3 } }].map((object) => fields!['status.replicas']!(object as never)),
    [0, 3],
  )
})

test('who makes a workload is warned of a name that is no label, and of what its template hides', () => {
  const env = ['a', 'a'].map((name) => ({ name, value: 'x' }))
  const hiding = { containers: [{ name: 'c', image: 'i', env }] }
  const hidden =
    'spec.template.spec.containers[0].env[1]: hides previous definition of "a", which may be dropped when using apply'
  for (const kind of KINDS) {
    const object = created({ ...workload(kind, { template: template(hiding) }), metadata: { name: 'a.b' } })
    const { warnings } = kindOf(object)
    assert.deepEqual(warnings!(object), [hidden])
    const [name, ...others] = warnings!(object, true)
    assert.match(
      name!,
      /^metadata\.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: \[a lowercase RFC 1123 label must .*\]$/,
    )
    assert.deepEqual(others, [hidden])
    assert.deepEqual(warnings!(created(workload(kind)), true), [])
  }
})
