import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { podRequests } from './requests.ts'
import { nodeWith as on, placeOn } from './testing/placing.ts'

const pod = (name: string, spec: Pod['spec'] = {}, labels: Record<string, string> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', uid: name, labels },
  spec: { containers: [{ name: 'main', image: 'x' }], ...spec },
})
const asking = (cpu: string): Pod['spec'] => ({
  containers: [{ name: 'main', image: 'x', resources: { requests: { cpu } } }],
})

test('place() says in the words of Kubernetes why no node will do', () => {
  const placement = placeOn(
    pod('p', asking('5')),
    [
      on('a'),
      on('b', [], { spec: { unschedulable: true } }),
      on('c', [], { spec: { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] } }),
    ],
    0,
  )
  assert.deepEqual(placement, {
    kind: 'unschedulable',
    message:
      '0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable.',
  })
  assert.deepEqual(placeOn(pod('p'), [], 0), { kind: 'unschedulable', message: 'no nodes available to schedule pods' })
})

test('place() honours nodeSelector, required affinity by field, and tolerations', () => {
  const zoned = on('b', [], { metadata: { labels: { zone: 'z' } } })
  assert.deepEqual(placeOn(pod('p', { nodeSelector: { zone: 'z' } }), [on('a'), zoned], 0), { kind: 'node', name: 'b' })
  const affinity = {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: ['c', 'a'].map((name) => ({
          matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: [name] }],
        })),
      },
    },
  }
  assert.deepEqual(placeOn(pod('p', { affinity }), [on('b'), on('a')], 0), { kind: 'node', name: 'a' })
  const tainted = on('t', [], { spec: { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] } })
  assert.equal(placeOn(pod('p'), [tainted], 0).kind, 'unschedulable')
  const tolerations = [{ key: 'k', operator: 'Equal' as const, value: 'v', effect: 'NoSchedule' as const }]
  assert.equal(placeOn(pod('p', { tolerations }), [tainted], 0).kind, 'node')
})

test('place() keeps pods with the same host port apart', () => {
  const spec = { containers: [{ name: 'm', image: 'x', ports: [{ containerPort: 80, hostPort: 8080 }] }] }
  assert.deepEqual(placeOn(pod('p', spec), [on('a', [pod('q', spec)]), on('b')], 0), { kind: 'node', name: 'b' })
  const placement = placeOn(pod('p', spec), [on('a', [pod('q', spec)])], 0)
  assert.match(JSON.stringify(placement), /didn't have free ports for the requested pod ports/)
})

test('place() refuses a node that is full of pods or has too little left', () => {
  const small = { status: { allocatable: { cpu: '1', pods: '1' } } }
  assert.match(JSON.stringify(placeOn(pod('p'), [on('a', [pod('q')], small)], 0)), /1 Too many pods/)
  assert.match(
    JSON.stringify(
      placeOn(
        pod('p', asking('600m')),
        [on('a', [pod('q', asking('500m'))], { status: { allocatable: { cpu: '1' } } })],
        0,
      ),
    ),
    /Insufficient cpu/,
  )
})

test('place() holds topology spread and anti-affinity', () => {
  const labels = { app: 'web' }
  const labelSelector = { matchLabels: labels }
  const zone = (name: string, zone: string, pods: Pod[] = []) => on(name, pods, { metadata: { labels: { zone } } })
  const spread = {
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' as const, labelSelector },
    ],
  }
  assert.deepEqual(
    placeOn(pod('p', spread, labels), [zone('a', '1', [pod('q', {}, labels)]), zone('b', '2'), zone('c', '1')], 0.99),
    { kind: 'node', name: 'b' },
  )
  const anti = {
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector }],
      },
    },
  }
  assert.match(
    JSON.stringify(placeOn(pod('p', {}, labels), [on('a', [pod('q', anti, { other: 'x' })])], 0)),
    /existing pods anti-affinity rules/,
  )
  assert.match(
    JSON.stringify(placeOn(pod('p', anti, labels), [on('a', [pod('q', {}, labels)])], 0)),
    /didn't match pod anti-affinity rules/,
  )
})

test('podRequests() takes the larger of running and starting, with sidecars in both', () => {
  const requests = (cpu: string) => ({ requests: { cpu } })
  const amounts = podRequests(
    pod('p', {
      initContainers: [
        { name: 'sidecar', image: 'x', restartPolicy: 'Always', resources: requests('100m') },
        { name: 'setup', image: 'x', resources: requests('1') },
      ],
      containers: [{ name: 'main', image: 'x', resources: requests('0.5') }],
    }),
  )
  assert.equal(amounts.get('cpu'), 1100)
})

test('the last pod that fits is placed, and the next one is not', () => {
  const room = { status: { allocatable: { cpu: '1', pods: '3' } } }
  const full = (count: number) =>
    on(
      'a',
      Array.from({ length: count }, (_, index) => pod(`q${index}`)),
      room,
    )
  assert.equal(placeOn(pod('p'), [full(2)], 0).kind, 'node')
  assert.match(JSON.stringify(placeOn(pod('p'), [full(3)], 0)), /1 Too many pods/)
  const half = on('a', [pod('q', asking('500m'))], { status: { allocatable: { cpu: '1' } } })
  assert.equal(placeOn(pod('p', asking('500m')), [half], 0).kind, 'node')
  assert.equal(placeOn(pod('p', asking('501m')), [half], 0).kind, 'unschedulable')
})

test('as many domains as minDomains asks for are enough; with fewer, an empty one counts', () => {
  const labels = { app: 'web' }
  const spread = (minDomains: number): Pod['spec'] => ({
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        minDomains,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: labels },
      },
    ],
  })
  const zone = (name: string) => on(name, [pod(`q${name}`, {}, labels)], { metadata: { labels: { zone: name } } })
  assert.equal(placeOn(pod('p', spread(2), labels), [zone('a'), zone('b')], 0).kind, 'node')
  assert.equal(placeOn(pod('p', spread(3), labels), [zone('a'), zone('b')], 0).kind, 'unschedulable')
  const empty = on('a', [], { metadata: { labels: { zone: 'a' } } })
  assert.equal(placeOn(pod('p', spread(2), labels), [empty], 0).kind, 'node', 'the first of all')
  const other = pod('p', spread(1), { app: 'other' })
  const uneven = [zone('a'), on('b', [], { metadata: { labels: { zone: 'b' } }, spec: { unschedulable: true } })]
  assert.equal(placeOn(other, uneven, 0).kind, 'node', 'who is not chosen itself adds nothing')
  assert.equal(placeOn(pod('p', spread(1), labels), uneven, 0).kind, 'unschedulable')
})
