import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DaemonSet } from '#api/apps/daemonset/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Taint } from '#api/core/node/taint.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { isLeaving } from '#objects/deletion.ts'
import { makeNode } from '../testing/cluster.ts'
import { makeDaemonSet } from '../testing/daemon-set.ts'
import { planDaemonSet } from './desired.ts'
import { daemonTolerations, fitOf, nodeOf } from './desired-node.ts'
import { isUpdated, makePod } from './desired-pod.ts'
import { daemonSetStatus } from './desired-status.ts'

const now = Date.parse('2026-01-02T00:00:00Z')
interface Given {
  readonly on: string
  readonly hash?: string
  readonly phase?: string
  readonly ready?: boolean
  readonly deleted?: boolean
  readonly created?: string
  readonly unbound?: boolean
}
const pod = (name: string, { on, hash = 'new', phase = 'Running', ready = true, ...more }: Given): Pod => ({
  ...makePod(makeDaemonSet('agent'), on, hash),
  metadata: {
    name,
    uid: name,
    namespace: 'default',
    labels: { 'controller-revision-hash': hash },
    creationTimestamp: more.created ?? '2026-01-01T00:00:00Z',
    ...(more.deleted ? { deletionTimestamp: '2026-01-02T00:00:00Z' } : {}),
  },
  spec: more.unbound ? makePod(makeDaemonSet('agent'), on, hash).spec! : { nodeName: on },
  status: {
    phase: phase as 'Running',
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: '2026-01-01T23:59:50Z' }],
  },
})
const tainted = (name: string, ...taints: Taint[]): Node => makeNode(name, { spec: { taints } })
const NODES = ['a', 'b', 'c'].map((name) => makeNode(name))
const plan = (set: DaemonSet, pods: readonly Pod[], nodes = NODES, patience = () => 0) => {
  const view = { set, hash: 'new', nodes, pods, isGoing: isLeaving, patience, now }
  const { create, delete: doomed, dueIn } = planDaemonSet(view)
  return { create, delete: doomed.map(({ pod: { metadata } }) => metadata!.name), ...(dueIn ? { dueIn } : {}) }
}
const rolling = (maxUnavailable: number | string, maxSurge: number | string, more: object = {}): DaemonSet =>
  makeDaemonSet('agent', {
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable, maxSurge } },
    ...more,
  })

test('a node has a pod where its name, its labels and its taints let it', () => {
  const fits = (set: DaemonSet, node: Node) => {
    const { runs, stays } = fitOf(set, node)
    return [runs, stays]
  }
  const any = makeDaemonSet('agent')
  assert.deepEqual(fits(any, makeNode('a')), [true, true])
  assert.deepEqual(fits(makeDaemonSet('agent', { pod: { nodeName: 'a' } }), makeNode('a')), [true, true])
  assert.deepEqual(fits(makeDaemonSet('agent', { pod: { nodeName: 'b' } }), makeNode('a')), [false, false])
  const picky = makeDaemonSet('agent', { pod: { nodeSelector: { disk: 'ssd' } } })
  assert.deepEqual(fits(picky, makeNode('a')), [false, false])
  assert.deepEqual(fits(picky, makeNode('a', { metadata: { labels: { disk: 'ssd' } } })), [true, true])
  assert.deepEqual(fits(any, tainted('a', { key: 'x', effect: 'NoSchedule' })), [false, true])
  assert.deepEqual(fits(any, tainted('a', { key: 'x', effect: 'NoExecute' })), [false, false])
  assert.deepEqual(fits(any, tainted('a', { key: 'x', effect: 'PreferNoSchedule' })), [true, true])
  const tolerant = makeDaemonSet('agent', { pod: { tolerations: [{ key: 'x', operator: 'Exists' }] } })
  assert.deepEqual(fits(tolerant, tainted('a', { key: 'x', effect: 'NoExecute' })), [true, true])
  const ill = (key: string, effect: Taint['effect']) => tainted('a', { key: `node.kubernetes.io/${key}`, effect })
  for (const key of ['not-ready', 'unreachable']) assert.deepEqual(fits(any, ill(key, 'NoExecute')), [true, true])
  for (const key of ['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'])
    assert.deepEqual(fits(any, ill(key, 'NoSchedule')), [true, true])
  assert.deepEqual(fits(any, ill('network-unavailable', 'NoSchedule')), [false, true])
  const onHost = makeDaemonSet('agent', { pod: { hostNetwork: true } })
  assert.deepEqual(fits(onHost, ill('network-unavailable', 'NoSchedule')), [true, true])
})

test('what a daemon tolerates anyway stands once, after what its template tolerates', () => {
  const unschedulable = { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' } as const
  const other = { key: 'x', operator: 'Exists' } as const
  const all = daemonTolerations({ tolerations: [unschedulable, other] })
  assert.equal(all.length, 7)
  assert.deepEqual([all[0], all[6]], [other, unschedulable])
})

test('a daemon tolerates what is wrong with its node, and on the node’s own network also that there is no other', () => {
  const all = [
    ['not-ready', 'NoExecute'],
    ['unreachable', 'NoExecute'],
    ['disk-pressure', 'NoSchedule'],
    ['memory-pressure', 'NoSchedule'],
    ['pid-pressure', 'NoSchedule'],
    ['unschedulable', 'NoSchedule'],
  ].map(([key, effect]) => ({ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect }))
  assert.deepEqual(daemonTolerations(undefined), all)
  const network = { key: 'node.kubernetes.io/network-unavailable', operator: 'Exists', effect: 'NoSchedule' }
  assert.deepEqual(daemonTolerations({ hostNetwork: true }), [...all, network])
  const own = { key: 'node.kubernetes.io/unschedulable', operator: 'Equal', value: 'x', effect: 'NoSchedule' } as const
  assert.deepEqual(daemonTolerations({ tolerations: [own] }), [own, ...all])
})

test('a pod that has ended goes from its node, one that failed when patience is over', () => {
  const set = makeDaemonSet('agent')
  const ended = (phase: string) => [pod('p', { on: 'a', phase }), pod('q', { on: 'b' }), pod('r', { on: 'c' })]
  assert.deepEqual(
    plan(set, ended('Succeeded'), NODES, () => 5000),
    { create: [], delete: ['p'] },
  )
  assert.deepEqual(plan(set, ended('Failed')), { create: [], delete: ['p'] })
  assert.deepEqual(
    plan(set, ended('Failed'), NODES, () => 5000),
    { create: [], delete: [], dueIn: 5000 },
  )
})

test('pods of a node that is gone are in the way of no update', () => {
  const here = NODES.map(({ metadata }) => pod(`old-${metadata?.name}`, { on: metadata!.name!, hash: 'old' }))
  const lost = ['x', 'y'].map((name) => pod(name, { on: 'gone', hash: 'old' }))
  assert.deepEqual(plan(rolling(0, 2), [...here, ...lost]), { create: ['a'], delete: [] })
})

test('a status is looked at again when the next pod has been ready for long enough', () => {
  const set = makeDaemonSet('agent', { minReadySeconds: 30 })
  const since = (name: string, on: string, lastTransitionTime: string): Pod => {
    const one = pod(name, { on })
    const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime }]
    return { ...one, status: { ...one.status, conditions } as Pod['status'] }
  }
  const pods = [
    since('p', 'a', '2026-01-01T23:59:50Z'),
    since('q', 'b', '2026-01-01T23:59:40Z'),
    since('r', 'c', '2026-01-01T23:59:20Z'),
  ]
  const { status, dueIn } = daemonSetStatus(set, NODES, pods, 'new', now)
  assert.deepEqual([dueIn, status.numberReady, status.numberAvailable, status.numberUnavailable], [10_000, 3, 1, 2])
})

test('a pod is made for its node, and found by it before it is there', () => {
  const preferred = [{ weight: 1, preference: { matchExpressions: [{ key: 'k', operator: 'Exists' as const }] } }]
  const affinity = {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: preferred,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [] }] },
    },
  }
  const set = makeDaemonSet('agent', { pod: { affinity } })
  const made = makePod({ ...set, metadata: { ...set.metadata, annotations: GENERATION } }, 'a', 'new')
  assert.equal(made.metadata?.generateName, 'agent-')
  assert.deepEqual(made.metadata?.labels, {
    app: 'agent',
    'pod-template-generation': '3',
    'controller-revision-hash': 'new',
  })
  assert.equal(nodeOf(made), 'a')
  assert.deepEqual(made.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution, preferred)
  assert.equal(nodeOf(pod('p', { on: 'b' })), 'b')
  assert.equal(nodeOf({ apiVersion: 'v1', kind: 'Pod' }), undefined)
})
const GENERATION = { 'deprecated.daemonset.template.generation': '3' }

test('a pod is of the present template by its hash, or by how often the template has changed', () => {
  const set = makeDaemonSet('agent')
  const counted = { ...set, metadata: { ...set.metadata, annotations: GENERATION } }
  const labeled = (labels: { readonly [key: string]: string }): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { labels },
  })
  assert.equal(isUpdated(set, labeled({ 'controller-revision-hash': 'new' }), 'new'), true)
  assert.equal(isUpdated(set, labeled({ 'controller-revision-hash': 'old' }), 'new'), false)
  assert.equal(isUpdated(set, labeled({ 'controller-revision-hash': '' }), ''), false)
  assert.equal(isUpdated(counted, labeled({ 'pod-template-generation': '3' }), 'new'), true)
  assert.equal(isUpdated(counted, labeled({ 'pod-template-generation': '2' }), 'new'), false)
})

test('each node that should have a pod gets one, and loses what is too many or no longer wanted', () => {
  const set = makeDaemonSet('agent')
  assert.deepEqual(plan(set, []), { create: ['a', 'b', 'c'], delete: [] })
  assert.deepEqual(plan(set, [pod('p', { on: 'a' }), pod('q', { on: 'b', unbound: true })]), {
    create: ['c'],
    delete: [],
  })
  const twice = [
    pod('late', { on: 'a', created: '2026-01-01T00:00:02Z' }),
    pod('first', { on: 'a', created: '2026-01-01T00:00:01Z' }),
    pod('waiting', { on: 'a', unbound: true, created: '2026-01-01T00:00:00Z' }),
  ]
  const one = [makeNode('a')]
  assert.deepEqual(plan(set, twice, one), { create: [], delete: ['late', 'waiting'] })
  const going = [pod('p', { on: 'a', deleted: true })]
  assert.deepEqual(plan(set, going, one), { create: [], delete: [] })
  assert.deepEqual(plan(set, [pod('p', { on: 'a' })], [tainted('a', { key: 'x', effect: 'NoExecute' })]), {
    create: [],
    delete: ['p'],
  })
  assert.deepEqual(plan(set, [pod('p', { on: 'a' })], [tainted('a', { key: 'x', effect: 'NoSchedule' })]), {
    create: [],
    delete: [],
  })
  const lost = [pod('p', { on: 'z', unbound: true }), pod('q', { on: 'z' })]
  assert.deepEqual(plan(set, lost, []), { create: [], delete: ['p'] })
})

test('a pod that ended is taken away; one that failed not before its time', () => {
  const set = makeDaemonSet('agent')
  const ended = [pod('p', { on: 'a', phase: 'Failed' }), pod('q', { on: 'b', phase: 'Succeeded' })]
  const two = NODES.slice(0, 2)
  assert.deepEqual(plan(set, ended, two), { create: [], delete: ['p', 'q'] })
  assert.deepEqual(
    plan(set, ended, two, () => 500),
    { create: [], delete: ['q'], dueIn: 500 },
  )
})

test('old pods go as many as may be unavailable, and first those that are unavailable anyway', () => {
  const old = { hash: 'old' }
  const pods = ['a', 'b', 'c'].map((on) => pod(on, { on, ...old }))
  assert.deepEqual(plan(rolling(1, 0), pods), { create: [], delete: ['a'] })
  assert.deepEqual(plan(rolling(2, 0), pods), { create: [], delete: ['a', 'b'] })
  assert.deepEqual(plan(rolling('34%', 0), pods), { create: [], delete: ['a', 'b'] })
  assert.deepEqual(plan(makeDaemonSet('agent', { updateStrategy: { type: 'OnDelete' } }), pods), {
    create: [],
    delete: [],
  })
  const [a, b, c] = pods as [Pod, Pod, Pod]
  const down = pod('c', { on: 'c', ready: false, ...old })
  assert.deepEqual(plan(rolling(1, 0), [a, b, down]), { create: [], delete: ['c'] })
  assert.deepEqual(plan(rolling(2, 0), [a, b, down]), { create: [], delete: ['c', 'a'] })
  const fresh = pod('n', { on: 'a', ready: false })
  assert.deepEqual(plan(rolling(1, 0), [fresh, b, c]), { create: [], delete: [] })
  assert.deepEqual(plan(rolling(1, 0), [pod('n', { on: 'a' }), b, c]), { create: [], delete: ['b'] })
  assert.deepEqual(plan(rolling(1, 0, { minReadySeconds: 60 }), [pod('n', { on: 'a' }), b, c]), {
    create: [],
    delete: ['b', 'c'],
  })
  assert.deepEqual(plan(rolling(1, 0), [pod('a', { on: 'a', deleted: true, ...old }), b, c]), {
    create: [],
    delete: [],
  })
})

test('with a surge new pods come beside old ones, which go when their successor is available', () => {
  const old = { hash: 'old' }
  const pods = ['a', 'b', 'c'].map((on) => pod(on, { on, ...old }))
  const [a, b, c] = pods as [Pod, Pod, Pod]
  assert.deepEqual(plan(rolling(0, 1), pods), { create: ['a'], delete: [] })
  assert.deepEqual(plan(rolling(0, '50%'), pods), { create: ['a', 'b'], delete: [] })
  const late = pod('n', { on: 'a', ready: false, created: '2026-01-01T00:00:05Z' })
  assert.deepEqual(plan(rolling(0, 1), [...pods, late]), { create: [], delete: [] })
  assert.deepEqual(plan(rolling(0, 2), [...pods, late]), { create: ['b'], delete: [] })
  const there = pod('n', { on: 'a' })
  assert.deepEqual(plan(rolling(0, 1), [...pods, there]), { create: [], delete: ['a'] })
  assert.deepEqual(plan(rolling(0, 1), [there, b, c]), { create: ['b'], delete: [] })
  const down = pod('a', { on: 'a', ready: false, ...old })
  assert.deepEqual(plan(rolling(0, 1), [down, b, c]), { create: ['a', 'b'], delete: [] })
  assert.deepEqual(plan(rolling(0, 1), [down, late, b, c]), { create: [], delete: ['a'] })
  const going = [pod('a', { on: 'a', deleted: true, ...old }), b, c]
  assert.deepEqual(plan(rolling(0, 1), going), { create: ['a'], delete: [] })
  const third = pod('m', { on: 'a', ready: false, created: '2026-01-01T00:00:09Z' })
  assert.deepEqual(plan(rolling(0, 1), [a, late, third, b, c]), { create: [], delete: ['m'] })
})

test('a node that no longer should have a pod keeps its old one until another node has one', () => {
  const set = rolling(0, 1)
  const shunned = tainted('a', { key: 'x', effect: 'NoSchedule' })
  const left = pod('a', { on: 'a', hash: 'old' })
  const nodes = [shunned, makeNode('b')]
  assert.deepEqual(plan(set, [left, pod('b', { on: 'b', ready: false })], nodes), { create: [], delete: [] })
  assert.deepEqual(plan(set, [left, pod('b', { on: 'b' })], nodes), { create: [], delete: ['a'] })
  const down = pod('a', { on: 'a', hash: 'old', ready: false })
  assert.deepEqual(plan(set, [down, pod('b', { on: 'b', ready: false })], nodes), { create: [], delete: ['a'] })
})

test('a status counts nodes, by the oldest pod of each', () => {
  const set = makeDaemonSet('agent', { minReadySeconds: 15 })
  const nodes = [...NODES, makeNode('d'), tainted('e', { key: 'x', effect: 'NoExecute' })]
  const pods = [
    pod('p', { on: 'a' }),
    pod('q', { on: 'b', hash: 'old', ready: false }),
    pod('r', { on: 'b', created: '2026-01-01T00:00:05Z' }),
    pod('s', { on: 'e' }),
    pod('t', { on: 'd', unbound: true, ready: false }),
  ]
  const { status, dueIn } = daemonSetStatus(set, nodes, pods, 'new', now)
  assert.deepEqual(status, {
    currentNumberScheduled: 3,
    numberMisscheduled: 1,
    desiredNumberScheduled: 4,
    numberReady: 1,
    observedGeneration: undefined,
    updatedNumberScheduled: 2,
    numberAvailable: 0,
    numberUnavailable: 4,
  })
  assert.equal(dueIn, 5000)
  assert.equal(daemonSetStatus(set, nodes, pods, 'new', now + 5000).status.numberAvailable, 1)
})
