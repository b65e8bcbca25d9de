import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeStatefulSet } from '../testing/stateful-set.ts'
import { planStatefulSet } from './desired.ts'
import { claimNames, hasOtherController, makeClaims, ownersOfClaim, waitsForClaim } from './desired-claims.ts'
import { isNamedAfter, isWanted, ordinalOf, ordinalsOf } from './desired-ordinals.ts'
import { makePod, repaired, revisionOf } from './desired-pod.ts'
import { newestOf, surplusRevisions } from './desired-revisions.ts'
import { completed, countStatus, isRunning } from './desired-status.ts'

type Loose = any
const NOW = Date.parse('2026-01-01T00:01:00Z')
const READY_AT = '2026-01-01T00:00:30Z'
const set = (spec: Loose = {}, replicas = 3, status?: Loose): Loose => {
  const one: Loose = makeStatefulSet('web', replicas)
  return { ...one, metadata: { ...one.metadata, uid: 'set', generation: 2 }, spec: { ...one.spec, ...spec }, status }
}
const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
const OLD = { name: 'old', template }
const NEW = { name: 'new', template }
/** Pod `ordinal` of the set: ready, or in another state. */
const pod = (
  ordinal: number,
  { of = set(), revision = NEW, ready = true, phase = 'Running', ...metadata }: Loose = {},
): Loose => {
  const made: Loose = makePod(of, revision, ordinal)
  const condition = { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: READY_AT }
  return {
    ...made,
    metadata: { ...made.metadata, uid: `u${ordinal}`, ...metadata },
    status: { phase, conditions: [condition] },
  }
}
const GOING = { deletionTimestamp: '2026-01-01T00:00:59Z' }
const isGoing = ({ metadata }: Loose): boolean => metadata.deletionTimestamp !== undefined
const view = (of: Loose, pods: readonly Loose[], more: Loose = {}) => ({
  ...{
    set: of,
    current: OLD,
    update: NEW,
    collisionCount: 0,
    pods,
    isGoing,
    waits: () => false,
    restOf: () => 0,
    now: NOW,
  },
  ...more,
})
/** The deeds of one look: `create web-0 new`. */
const steps = (of: Loose, pods: readonly Loose[], more: Loose = {}): readonly string[] =>
  planStatefulSet(view(of, pods, more)).steps.map((step) => {
    const { metadata } = step.pod
    const what =
      step.kind === 'claims' ? (step.made ? ' make' : ' own') : step.kind === 'create' ? ` ${revisionOf(step.pod)}` : ''
    return `${step.kind} ${metadata?.name}${what}`
  })
const PARALLEL = { podManagementPolicy: 'Parallel' }
const rolling = (partition?: number) => ({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } } })

test('a pod of a set is one by its name, and a set wants as many numbers as it has replicas', () => {
  const named = (name: string | undefined) => ordinalOf({ metadata: { name } } as Loose)
  assert.deepEqual(
    ['web-0', 'web-12', 'a-b-7', 'web-01', 'web', 'web-', 'web-1x'].map(named),
    [0, 12, 7, -1, -1, -1, -1],
  )
  assert.deepEqual([named('web-2147483647'), named('web-2147483648'), named(undefined)], [2_147_483_647, -1, -1])
  const after = (name: string) => isNamedAfter(set(), { metadata: { name } } as Loose)
  assert.deepEqual([after('web-0'), after('other-0'), after('web-x'), after('web')], [true, false, false, false])
  assert.deepEqual(
    [ordinalsOf(set()), ordinalsOf(set({ ordinals: { start: 5 } }, 2)), ordinalsOf(set({}, 0))],
    [[0, 1, 2], [5, 6], []],
  )
  assert.deepEqual(ordinalsOf(set({ replicas: undefined })), [0])
  const wanted = (of: Loose, ...ordinals: number[]) => ordinals.map((ordinal) => isWanted(of, ordinal))
  assert.deepEqual(wanted(set(), 0, 2, 3), [true, true, false])
  assert.deepEqual(wanted(set({ ordinals: { start: 5 } }, 2), 4, 5, 6, 7), [false, true, true, false])
  assert.deepEqual(wanted(set({ replicas: undefined }), 0, 1), [true, false])
})

test('pods come one after the other, or all at once where they may', () => {
  assert.deepEqual(steps(set(), []), ['create web-0 new'])
  assert.deepEqual(steps(set(), [pod(0)]), ['create web-1 new'])
  assert.deepEqual(steps(set(), [pod(0, { ready: false })]), [])
  assert.deepEqual(steps(set(), [pod(0, { phase: 'Pending' })]), [])
  assert.deepEqual(steps(set(), [pod(0, GOING)]), [])
  assert.deepEqual(steps(set(), [pod(1)]), ['create web-0 new'])
  assert.deepEqual(steps(set(PARALLEL), [pod(1, { ready: false })]), ['create web-0 new', 'create web-2 new'])
  assert.deepEqual(steps(set(), [], { waits: () => true }), [])
  assert.deepEqual(steps(set(PARALLEL), [], { waits: (one: Loose) => one.metadata.name === 'web-1' }), [
    'create web-0 new',
    'create web-2 new',
  ])
  const restOf = (name: string) => ({ 'web-1': 200, 'web-2': 100 })[name] ?? 0
  assert.deepEqual(steps(set(PARALLEL), [], { restOf }), ['create web-0 new'])
  assert.deepEqual(steps(set(), [pod(0)], { restOf }), [])
  assert.equal(planStatefulSet(view(set(PARALLEL), [], { restOf })).dueIn, 100)
  assert.equal(planStatefulSet(view(set(), [pod(0), pod(2)], { restOf })).dueIn, 200)
  assert.equal(planStatefulSet(view(set(), [pod(0), pod(1), pod(2)], { restOf })).dueIn, undefined)
  assert.deepEqual(steps(set({ minReadySeconds: 31 }), [pod(0)]), [])
  assert.deepEqual(steps(set({ minReadySeconds: 30 }), [pod(0)]), ['create web-1 new'])
  assert.deepEqual(steps(set({ ordinals: { start: 5 } }, 1), []), ['create web-5 new'])
  const going = { ...set(), metadata: { ...set().metadata, deletionTimestamp: GOING.deletionTimestamp } }
  assert.deepEqual(steps(going, []), [])
})

test('a pod that has ended is taken away, and made again when it has gone', () => {
  for (const phase of ['Failed', 'Succeeded']) {
    assert.deepEqual(steps(set(), [pod(0, { phase })]), ['delete web-0'])
    assert.deepEqual(steps(set(), [pod(0, { phase, ...GOING })]), [])
    assert.deepEqual(steps(set(PARALLEL), [pod(0, { phase })]), [
      'delete web-0',
      'create web-1 new',
      'create web-2 new',
    ])
  }
})

test('pods beyond the replicas go from the last, each when those before it are well', () => {
  const all = [0, 1, 2].map((ordinal) => pod(ordinal))
  assert.deepEqual(steps(set({}, 1), all), ['delete web-2'])
  assert.deepEqual(steps(set({}, 1), [...all.slice(0, 2), pod(2, GOING)]), [])
  assert.deepEqual(steps(set({}, 1), [all[0], all[1], pod(2, { ready: false })]), ['delete web-2'])
  assert.deepEqual(
    steps(set({}, 1), [all[0], pod(1, { ready: false }), pod(2, { ready: false })]),
    [],
    'the lower one goes first',
  )
  assert.deepEqual(steps(set({}, 1), [pod(0, { ready: false }), all[1], all[2]]), [])
  assert.deepEqual(steps(set(PARALLEL, 1), all), ['delete web-2', 'delete web-1'])
  assert.deepEqual(steps(set({ ordinals: { start: 2 } }, 1), all), ['delete web-1'])
  const stray = { ...pod(0), metadata: { ...pod(0).metadata, name: 'web-x' } }
  assert.deepEqual(steps(set({}, 0), [stray]), [])
})

test('an update goes from the last pod to the partition, one after the other', () => {
  const old = [0, 1, 2].map((ordinal) => pod(ordinal, { revision: OLD }))
  const update = rolling()
  assert.deepEqual(steps(set(update), old), ['delete web-2'])
  assert.deepEqual(steps(set(update), [old[0], old[1], pod(2)]), ['delete web-1'])
  assert.deepEqual(steps(set({ ...update, ...PARALLEL }), [old[0], old[1], pod(2, { ready: false })]), [])
  assert.deepEqual(steps(set({ ...update, ...PARALLEL }), [old[0], pod(1, { revision: OLD, ready: false }), pod(2)]), [
    'delete web-1',
  ])
  assert.deepEqual(steps(set(rolling(2)), [old[0], old[1], pod(2)]), [])
  assert.deepEqual(steps(set(rolling(1)), [old[0], old[1], pod(2)]), ['delete web-1'])
  assert.deepEqual(steps(set(rolling(3)), old), [])
  assert.deepEqual(steps(set({ updateStrategy: { type: 'OnDelete' } }), old), [])
  assert.deepEqual(
    steps(
      set(update),
      [0, 1, 2].map((ordinal) => pod(ordinal)),
    ),
    [],
  )
  const { status } = planStatefulSet(view(set(update), old))
  assert.deepEqual([status.currentReplicas, status.updatedReplicas], [2, 0])
})

test('below the partition a pod that comes again is what it was', () => {
  assert.deepEqual(steps(set({ ...rolling(2), ...PARALLEL }), []), [
    'create web-0 old',
    'create web-1 old',
    'create web-2 new',
  ])
  assert.deepEqual(steps(set({ ...rolling(0), ...PARALLEL }), []), [
    'create web-0 new',
    'create web-1 new',
    'create web-2 new',
  ])
  const plain = { updateStrategy: { type: 'RollingUpdate' }, ...PARALLEL }
  assert.deepEqual(steps(set(plain, 3, { currentReplicas: 1 }), []), [
    'create web-0 old',
    'create web-1 new',
    'create web-2 new',
  ])
  assert.deepEqual(steps(set({ ...plain, updateStrategy: { type: 'OnDelete' } }, 1, { currentReplicas: 1 }), []), [
    'create web-0 new',
  ])
})

const claimed = (more: Loose = {}) => ({
  volumeClaimTemplates: [{ metadata: { name: 'data', labels: { a: 'b' } }, spec: { accessModes: ['ReadWriteOnce'] } }],
  ...more,
})

test('a pod has its own name, host name and claims, and is put right where it has not', () => {
  const of = set({ ...claimed(), serviceName: 'svc' })
  const volumes = [
    { name: 'data', emptyDir: {} },
    { name: 'own', emptyDir: {} },
  ]
  const made: Loose = makePod(
    of,
    { name: 'r', template: { ...template, spec: { ...template.spec, volumes } as Loose } },
    4,
  )
  const claim = { name: 'data', persistentVolumeClaim: { claimName: 'data-web-4' } }
  assert.deepEqual([made.metadata.name, made.spec.hostname, made.spec.subdomain], ['web-4', 'web-4', 'svc'])
  assert.deepEqual(made.spec.volumes, [claim, { name: 'own', emptyDir: {} }])
  assert.equal(repaired(of, made), undefined)
  const labels = { ...made.metadata.labels, 'statefulset.kubernetes.io/pod-name': 'x' }
  const fixed: Loose = repaired(of, { ...made, metadata: { ...made.metadata, labels } })
  assert.deepEqual(fixed.metadata.labels, made.metadata.labels)
  const stored: Loose = repaired(of, {
    ...made,
    spec: { ...made.spec, volumes: [{ ...claim, persistentVolumeClaim: { claimName: 'x' } }] },
  })
  assert.deepEqual(stored.spec.volumes, [claim])
  assert.deepEqual(repaired(of, { ...made, spec: { containers: [] } })?.spec?.volumes, [claim])
  const bare: Loose = makePod(set({ serviceName: '' }), NEW, 0)
  assert.ok(!('volumes' in bare.spec) && !('subdomain' in bare.spec))
  const wrong = { ...pod(0, { of }), spec: { containers: [] } }
  assert.deepEqual(steps(of, [wrong]), ['claims web-0 own', 'repair web-0', 'create web-1 new'])
  assert.deepEqual(steps(of, [pod(0, { of, phase: 'Pending' })]), ['claims web-0 make'])
  assert.deepEqual(steps(set(claimed(), 0), [pod(0, { of })]), ['claims web-0 own', 'delete web-0'])
})

test('claims are made of their templates, with the labels of the set', () => {
  const of = set(claimed({ selector: { matchLabels: { app: 'web' } } }))
  assert.deepEqual([...claimNames(of, 7)], [['data', 'data-web-7']])
  assert.deepEqual(makeClaims(of, 7), [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data-web-7', namespace: 'default', labels: { a: 'b', app: 'web' } },
      spec: { accessModes: ['ReadWriteOnce'] },
    },
  ])
  const twice = set({
    volumeClaimTemplates: [
      { metadata: { name: 'd' }, spec: { a: 1 } },
      { metadata: { name: 'd' }, spec: { a: 2 } },
    ],
    selector: {},
  })
  assert.deepEqual(
    makeClaims(twice, 0).map((claim: Loose) => [claim.metadata, claim.spec]),
    [[{ name: 'd-web-0', namespace: 'default' }, { a: 2 }]],
  )
  assert.deepEqual([makeClaims(set(), 0), [...claimNames(set(), 0)]], [[], []])
})

test('a claim goes with the set or with its pod, as the policy says', () => {
  const reference = (kind: 'StatefulSet' | 'Pod', uid: string, controller: boolean | undefined = true): Loose =>
    kind === 'Pod'
      ? { apiVersion: 'v1', kind, name: 'web-1', uid, controller, blockOwnerDeletion: true }
      : { apiVersion: 'apps/v1', kind, name: 'web', uid, controller, blockOwnerDeletion: true }
  const [ofSet, ofPod] = [reference('StatefulSet', 'set'), reference('Pod', 'u1')]
  const claim = (...ownerReferences: Loose[]): Loose => ({ metadata: { name: 'data-web-1', ownerReferences } })
  const of = (whenDeleted: string, whenScaled: string, replicas = 3) =>
    set({ persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled } }, replicas)
  const owners = (one: Loose, given: Loose) =>
    ownersOfClaim(given, one, pod(1))?.map(({ kind, uid }) => `${kind} ${uid}`)
  assert.equal(owners(of('Retain', 'Retain'), claim()), undefined)
  assert.deepEqual(owners(of('Retain', 'Retain'), claim(ofSet)), [])
  assert.deepEqual(owners(of('Delete', 'Retain'), claim()), ['StatefulSet set'])
  assert.equal(owners(of('Delete', 'Retain'), claim(ofSet)), undefined)
  assert.deepEqual(owners(of('Delete', 'Retain', 1), claim()), ['StatefulSet set'])
  assert.equal(owners(of('Retain', 'Delete'), claim()), undefined)
  assert.deepEqual(owners(of('Retain', 'Delete', 1), claim()), ['Pod u1'])
  assert.deepEqual(owners(of('Delete', 'Delete'), claim()), ['StatefulSet set'])
  assert.deepEqual(owners(of('Delete', 'Delete', 1), claim(ofSet)), ['Pod u1'])
  assert.equal(owners(of('Delete', 'Delete', 1), claim(ofPod)), undefined)
  const other = { apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'n' }
  assert.deepEqual(owners(of('Delete', 'Retain'), claim(other)), ['Node n', 'StatefulSet set'])
  assert.deepEqual(owners(of('Delete', 'Retain'), claim(reference('StatefulSet', 'set', false))), ['StatefulSet set'])
  assert.equal(owners(of('Delete', 'Retain'), claim(reference('StatefulSet', 'former'))), undefined)
  assert.equal(owners(of('Retain', 'Delete', 1), claim(reference('Pod', 'former'))), undefined)
  const managed = { ...other, controller: true }
  assert.equal(owners(of('Delete', 'Retain'), claim(managed)), undefined)
  assert.deepEqual(owners(of('Delete', 'Retain'), claim(managed, ofSet)), ['Node n'])
  const conflicting = (one: Loose, given: Loose) => hasOtherController(given, one, pod(1))
  assert.deepEqual(
    [conflicting(of('Delete', 'Retain'), claim(managed)), conflicting(of('Retain', 'Retain'), claim(managed))],
    [true, false],
  )
  assert.deepEqual(
    [conflicting(of('Retain', 'Delete'), claim(managed)), conflicting(of('Delete', 'Retain'), claim(other, ofSet))],
    [true, false],
  )
  assert.equal(conflicting(of('Delete', 'Retain'), claim(reference('StatefulSet', 'former'))), true)
  const waits = (one: Loose, given: Loose) => waitsForClaim(one, { ...pod(1), metadata: { name: 'web-1' } }, [given])
  assert.deepEqual(
    [
      waits(of('Retain', 'Delete'), claim(ofPod)),
      waits(of('Retain', 'Retain'), claim(ofPod)),
      waits(of('Retain', 'Delete'), claim(ofSet)),
    ],
    [true, false, false],
  )
  assert.deepEqual(owners(set(), claim()), undefined, 'who says nothing retains')
})

test('the newest state is kept, raised where the set has gone back to it, or made', () => {
  const first: Loose = newestOf(set(), [], 0)
  assert.deepEqual([first.kind, first.revision.revision, first.revision.metadata.namespace], ['make', 1, 'default'])
  assert.match(first.revision.metadata.name, /^web-/)
  assert.deepEqual(first.revision.metadata.ownerReferences[0].uid, 'set')
  const hash = first.revision.metadata.labels['controller.kubernetes.io/hash']
  assert.equal(first.revision.metadata.name, `web-${hash}`)
  assert.notEqual((newestOf(set(), [], 1) as Loose).revision.metadata.name, first.revision.metadata.name)
  assert.deepEqual(newestOf(set(), [first.revision], 0), { kind: 'there', revision: first.revision })
  const changed = set({ template: { ...template, spec: { containers: [{ name: 'c', image: 'other' }] } } })
  const second: Loose = newestOf(changed, [first.revision], 0)
  assert.deepEqual([second.kind, second.revision.revision], ['make', 2])
  assert.deepEqual(newestOf(set(), [first.revision, second.revision], 0), {
    kind: 'raise',
    revision: first.revision,
    number: 3,
  })
  const long = { ...set(), metadata: { ...set().metadata, name: 'x'.repeat(250), annotations: { a: 'b' } } }
  const { name, annotations } = (newestOf(long, [], 0) as Loose).revision.metadata
  assert.match(name, /^x{223}-/)
  assert.deepEqual([annotations, 'annotations' in first.revision.metadata], [{ a: 'b' }, false])
})

test('states beyond the limit go that nothing is made from, the oldest first', () => {
  const revisions: Loose[] = ['a', 'b', 'c', 'd'].map((name) => ({ metadata: { name } }))
  const gone = (limit: number | undefined, pods: readonly Loose[] = [], live: readonly string[] = []) =>
    surplusRevisions(set({ revisionHistoryLimit: limit }), revisions, pods, live)
      .map(({ metadata }) => metadata?.name)
      .join('')
  assert.deepEqual([gone(0), gone(1), gone(4), gone(-1), gone(undefined)], ['abcd', 'abc', '', '', ''])
  assert.equal(gone(0, [pod(0, { revision: { ...OLD, name: 'b' } })], ['d']), 'ac')
  assert.equal(gone(1, [pod(0, { revision: { ...OLD, name: 'b' } })], ['d']), 'a')
})

test('pods are counted by what they are, and an update that has reached all of them is over', () => {
  const pods = [
    pod(0),
    pod(1, { revision: OLD }),
    pod(2, { ready: false }),
    pod(3, GOING),
    pod(4, { phase: 'Pending' }),
  ]
  const names = { current: 'old', update: 'new', collisionCount: 4 }
  assert.deepEqual(countStatus(set({ minReadySeconds: 30 }), pods, names, isGoing, NOW), {
    ...{ observedGeneration: 2, replicas: 5, readyReplicas: 3, currentReplicas: 1, updatedReplicas: 3 },
    ...{ currentRevision: 'old', updateRevision: 'new', collisionCount: 4, availableReplicas: 3 },
  })
  assert.equal(countStatus(set({ minReadySeconds: 31 }), pods, names, isGoing, NOW).availableReplicas, 0)
  assert.deepEqual(
    [isRunning(pod(0)), isRunning(pod(0, { ready: false })), isRunning(pod(0, { phase: 'Pending' }))],
    [true, false, false],
  )
  const status = {
    replicas: 3,
    readyReplicas: 3,
    updatedReplicas: 3,
    currentReplicas: 0,
    currentRevision: 'old',
    updateRevision: 'new',
  } as Loose
  const over = (more: Loose = {}, spec: Loose = rolling()) =>
    completed(set(spec), { ...status, ...more }).currentRevision
  assert.equal(over(), 'new')
  assert.equal(completed(set(rolling()), status).currentReplicas, 3)
  for (const more of [{ replicas: 4 }, { readyReplicas: 2 }, { updatedReplicas: 2 }]) assert.equal(over(more), 'old')
  assert.equal(over({}, { updateStrategy: { type: 'OnDelete' } }), 'old')
  const plan = (of: Loose, all: readonly Loose[]) => planStatefulSet(view(of, all)).dueIn
  assert.equal(plan(set({ minReadySeconds: 40 }), [pod(0)]), 10_000)
  assert.deepEqual([plan(set({ minReadySeconds: 30 }), [pod(0)]), plan(set(), [])], [undefined, undefined])
})
