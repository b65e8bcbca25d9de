import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { nodeMismatches } from './node-affinity.ts'
import { podRequests } from './requests.ts'
import { nodeWith, placeOn } from './testing/placing.ts'

type Spec = NonNullable<Pod['spec']>

const HOST = 'kubernetes.io/hostname'
const web = { matchLabels: { app: 'web' } }
const pod = (name: string, spec: Partial<Spec> = {}, labels: object = {}, namespace = 'default'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, uid: name, labels: { ...labels } },
  spec: { containers: [{ name: 'main', image: 'x' }], ...spec },
})
const asking = (cpu: string): Partial<Spec> => ({
  containers: [{ name: 'main', image: 'x', resources: { requests: { cpu } } }],
})
const chosen = (...[one, nodes]: [Pod, Parameters<typeof placeOn>[1]]): string | undefined => {
  const placement = placeOn(one, nodes, 0)
  return placement.kind === 'node' ? placement.name : undefined
}
const spread = (more: object = {}): Partial<Spec> => ({
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: HOST, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: web, ...more },
  ],
})

test('among nodes that may take a pod the one with most room wins: by what is asked of it, not by how many pods it has', () => {
  const busy = nodeWith('busy', [pod('q', asking('3'))])
  const crowded = nodeWith('crowded', [pod('r'), pod('s')])
  assert.equal(chosen(pod('p', asking('500m')), [busy, crowded]), 'crowded')
  assert.equal(chosen(pod('p'), [nodeWith('two', [pod('r'), pod('s')]), nodeWith('one', [pod('t')])]), 'one')
  const memory: Partial<Spec> = {
    containers: [{ name: 'main', image: 'x', resources: { requests: { memory: '6Gi' } } }],
  }
  assert.equal(chosen(pod('p'), [nodeWith('heavy', [pod('q', memory)]), crowded]), 'crowded')
  const untold: Partial<Node> = { status: { allocatable: { cpu: '4' } } }
  assert.equal(chosen(pod('p'), [nodeWith('one', [pod('t')]), nodeWith('untold', [], untold)]), 'untold')
  const small: Partial<Node> = { status: { allocatable: { cpu: '1', memory: '8Gi', pods: '110' } } }
  assert.equal(chosen(pod('p', asking('500m')), [nodeWith('small', [], small), nodeWith('large')]), 'large')
})

test('a constraint that may be left aside still chooses the domain with fewest of the pod’s like, and any domain before none', () => {
  const like = (name: string) => pod(name, {}, { app: 'web' })
  const nodes = [nodeWith('a', [like('1'), like('2')]), nodeWith('b', [like('3'), pod('x'), pod('y')])]
  assert.equal(chosen(pod('p', spread(), { app: 'web' }), nodes), 'b')
  const zoned = nodeWith('z', [like('4')], { metadata: { labels: { zone: 'z' } } })
  assert.equal(chosen(pod('p', spread({ topologyKey: 'zone' }), { app: 'web' }), [nodeWith('n'), zoned]), 'z')
})

test('the pod’s like are of its namespace, alive, and alike in matchLabelKeys', () => {
  const strict = spread({ whenUnsatisfiable: 'DoNotSchedule', matchLabelKeys: ['rev'] })
  const mine = pod('p', strict, { app: 'web', rev: '2' })
  const beside = (other: Pod) =>
    chosen(mine, [nodeWith('a', [other]), nodeWith('b', [], { spec: { unschedulable: true } })])
  assert.equal(beside(pod('q', {}, { app: 'web', rev: '2' })), undefined, 'one of its like on a, none on b')
  assert.equal(beside(pod('q', {}, { app: 'web', rev: '2' }, 'shop')), 'a')
  assert.equal(beside(pod('q', {}, { app: 'web', rev: '1' })), 'a')
  const leaving = pod('q', {}, { app: 'web', rev: '2' })
  assert.equal(
    beside({ ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }),
    'a',
  )
})

test('a pod on its way out draws nobody near', () => {
  const leaving = pod('q', {}, { app: 'web' })
  const gone = { ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }
  const podAffinityTerm = { topologyKey: HOST, labelSelector: web }
  const affinity = {
    podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, podAffinityTerm }] },
  }
  assert.equal(chosen(pod('p', { affinity }), [nodeWith('a', [gone, pod('x')]), nodeWith('b')]), 'b')
})

test('a bound that is no number, and an operator of later versions, match no node', () => {
  const wanting = (operator: string, value: string): Pod =>
    pod('p', {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'cores', operator: operator as 'Gt', values: [value] }] }],
          },
        },
      },
    })
  const { node } = nodeWith('a', [], { metadata: { labels: { cores: '8' } } })
  const matches = (operator: string, value: string) => nodeMismatches(wanting(operator, value), node).length === 0
  assert.equal(matches('Gt', '7'), true)
  assert.equal(matches('Gt', '8'), false)
  assert.equal(matches('Lt', '9'), true)
  assert.equal(matches('Gt', 'many'), false)
  assert.equal(matches('Lt', 'many'), false)
  assert.equal(matches('Near', '8'), false)
})

test('a sidecar counts while others start and while they run, an init container alone while it starts', () => {
  const requests = (cpu: string) => ({ resources: { requests: { cpu } } })
  const sidecar = { name: 's', image: 'x', restartPolicy: 'Always' as const, ...requests('100m') }
  const cpuOf = (spec: Partial<Spec>) => podRequests(pod('p', spec)).get('cpu')
  const main = [{ name: 'm', image: 'x', ...requests('300m') }]
  assert.equal(cpuOf({ initContainers: [sidecar], containers: main }), 400)
  assert.equal(cpuOf({ initContainers: [{ name: 'i', image: 'x', ...requests('200m') }], containers: main }), 300)
  assert.equal(
    cpuOf({ initContainers: [sidecar, { name: 'i', image: 'x', ...requests('500m') }], containers: main }),
    600,
  )
  const large = { ...sidecar, ...requests('500m') }
  assert.equal(cpuOf({ initContainers: [large], containers: main }), 800)
  assert.equal(cpuOf({ initContainers: [{ name: 'i', image: 'x', ...requests('0') }] }), 0)
  assert.equal(cpuOf({ containers: main, overhead: { cpu: '50m' } }), 350)
  assert.equal(cpuOf({ containers: main, resources: { requests: { cpu: '1' } } }), 1000)
})

test('preferred node affinity, a taint that only asks, and pods of the same owner, in this order', () => {
  const preferring = (values: string[], weight = 10): Spec['affinity'] => ({
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight, preference: { matchExpressions: [{ key: HOST, operator: 'In', values }] } },
      ],
    },
  })
  const asks: Partial<Node> = { spec: { taints: [{ key: 'gpu', effect: 'PreferNoSchedule' }] } }
  assert.equal(chosen(pod('p', { affinity: preferring(['b']) }), [nodeWith('a'), nodeWith('b', [], asks)]), 'b')
  const busier = nodeWith('b', [pod('x')])
  assert.equal(chosen(pod('p', { affinity: preferring(['b'], 1) }), [nodeWith('a'), busier]), 'b')
  assert.equal(chosen(pod('p', { affinity: preferring([]) }), [nodeWith('b', [], asks), nodeWith('a')]), 'a')
  const tolerations = [{ key: 'gpu', operator: 'Exists' as const }]
  assert.equal(
    chosen(pod('p', { tolerations }), [nodeWith('b', [], asks), nodeWith('a', [pod('x')])]),
    'b',
    'a taint that is tolerated costs nothing',
  )
  const owned = (name: string, uid: string): Pod => {
    const one = pod(name)
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: uid, uid, controller: true }
    return { ...one, metadata: { ...one.metadata, ownerReferences: [owner] } }
  }
  const nodes = [nodeWith('a', [owned('1', 'mine')]), nodeWith('b', [owned('2', 'other'), pod('x')])]
  assert.equal(chosen(owned('p', 'mine'), nodes), 'b')
  assert.equal(chosen(owned('p', 'third'), nodes), 'a')
})

test('a tie goes by the number that is drawn', () => {
  const nodes = ['a', 'b', 'c'].map((name) => nodeWith(name))
  const drawn = [0, 0.34, 0.99].map((pick) => placeOn(pod('p'), nodes, pick))
  assert.deepEqual(
    drawn,
    ['a', 'b', 'c'].map((name) => ({ kind: 'node', name })),
  )
})

test('a term speaks of pods that are alike, or unlike, in the labels that it names', () => {
  const apartFrom = (more: object): Partial<Spec> => ({
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: HOST, labelSelector: web, ...more }],
      },
    },
  })
  const mine = (more: object) => pod('p', apartFrom(more), { app: 'web', rev: '2' })
  const beside = (more: object, rev: string) => chosen(mine(more), [nodeWith('a', [pod('q', {}, { app: 'web', rev })])])
  assert.equal(beside({}, '1'), undefined)
  assert.equal(beside({ matchLabelKeys: ['rev'] }, '1'), 'a')
  assert.equal(beside({ matchLabelKeys: ['rev'] }, '2'), undefined)
  assert.equal(beside({ mismatchLabelKeys: ['rev'] }, '1'), undefined)
  assert.equal(beside({ mismatchLabelKeys: ['rev'] }, '2'), 'a')
})
