import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { NodeState } from './cluster-state.ts'
import { unschedulableText } from './event-text.ts'
import { obstaclesOf, refusalsOf } from './filters.ts'
import type { Obstacle } from './obstacle.ts'
import { nodeWith } from './testing/placing.ts'

type Spec = NonNullable<Pod['spec']>

const HOST = 'kubernetes.io/hostname'
const web = { matchLabels: { app: 'web' } }
const term = { topologyKey: HOST, labelSelector: web }
const pod = (name: string, spec: Partial<Spec> = {}, labels: Record<string, string> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', uid: name, labels },
  spec: { containers: [{ name: 'main', image: 'x' }], ...spec },
})
const asking = (requests: Record<string, string>): Partial<Spec> => ({
  containers: [{ name: 'main', image: 'x', resources: { requests } }],
})
const holding = (hostPort: number, more: object = {}): Partial<Spec> => ({
  containers: [{ name: 'main', image: 'x', ports: [{ containerPort: 80, hostPort, ...more }] }],
})
const spread = (topologyKey: string): Partial<Spec> => ({
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey, whenUnsatisfiable: 'DoNotSchedule' as const, labelSelector: web },
  ],
})
const apart: Partial<Spec> = {
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
}

interface Case {
  readonly name: string
  readonly pod: Pod
  /** The first is the one that is asked. */
  readonly nodes: readonly NodeState[]
  readonly expected: readonly Obstacle[]
  /** Kubernetes' words for it, in alphabetical order. */
  readonly said: readonly string[]
}

const tainted = (effect: 'NoSchedule' | 'NoExecute' | 'PreferNoSchedule', value?: string) =>
  nodeWith('a', [], { spec: { taints: [{ key: 'gpu', effect, ...(value && { value }) }] } })

const TABLE: readonly Case[] = [
  { name: 'nothing is asked for', pod: pod('p'), nodes: [nodeWith('a')], expected: [], said: [] },
  {
    name: 'a cordon',
    pod: pod('p'),
    nodes: [nodeWith('a', [], { spec: { unschedulable: true } })],
    expected: [{ code: 'unschedulable' }],
    said: ['node(s) were unschedulable'],
  },
  {
    name: 'a cordon that is tolerated',
    pod: pod('p', { tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }] }),
    nodes: [nodeWith('a', [], { spec: { unschedulable: true } })],
    expected: [],
    said: [],
  },
  {
    name: 'a taint with a value',
    pod: pod('p'),
    nodes: [tainted('NoSchedule', 'yes')],
    expected: [{ code: 'untolerated-taint', taint: { key: 'gpu', value: 'yes', effect: 'NoSchedule' } }],
    said: ['node(s) had untolerated taint(s)'],
  },
  {
    name: 'a taint without one, that sends pods away too',
    pod: pod('p'),
    nodes: [tainted('NoExecute')],
    expected: [{ code: 'untolerated-taint', taint: { key: 'gpu', effect: 'NoExecute' } }],
    said: ['node(s) had untolerated taint(s)'],
  },
  { name: 'a taint that only asks', pod: pod('p'), nodes: [tainted('PreferNoSchedule')], expected: [], said: [] },
  {
    name: 'labels that the nodeSelector wants: those that are missing alone',
    pod: pod('p', { nodeSelector: { disk: 'ssd', zone: 'z' } }),
    nodes: [nodeWith('a', [], { metadata: { labels: { disk: 'hdd', zone: 'z' } } })],
    expected: [{ code: 'node-selector', missing: { disk: 'ssd' } }],
    said: ["node(s) didn't match Pod's node affinity/selector"],
  },
  {
    name: 'a required node affinity of several terms, none of which fits; one without anything fits no node',
    pod: pod('p', {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              {},
              { matchExpressions: [{ key: 'cores', operator: 'Gt', values: ['8'] }] },
              { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['b'] }] },
            ],
          },
        },
      },
    }),
    nodes: [nodeWith('a', [], { metadata: { labels: { cores: '8' } } })],
    expected: [{ code: 'node-affinity' }],
    said: ["node(s) didn't match Pod's node affinity/selector"],
  },
  {
    name: 'a host port that another pod has, at all addresses',
    pod: pod('p', holding(443)),
    nodes: [nodeWith('a', [pod('q', holding(443, { hostIP: '10.0.0.1' }))])],
    expected: [{ code: 'host-port-taken', protocol: 'TCP', ip: '0.0.0.0', port: 443, holder: 'shop/q' }],
    said: ["node(s) didn't have free ports for the requested pod ports"],
  },
  {
    name: 'the same host port of another address, and of another protocol',
    pod: pod('p', holding(443, { hostIP: '10.0.0.2' })),
    nodes: [
      nodeWith('a', [pod('q', holding(443, { hostIP: '10.0.0.1' })), pod('r', holding(443, { protocol: 'UDP' }))]),
    ],
    expected: [],
    said: [],
  },
  {
    name: 'too many pods, and too little of two resources',
    pod: pod('p', asking({ cpu: '1500m', memory: '1Gi', 'example.com/gpu': '1' })),
    nodes: [
      nodeWith('a', [pod('q', asking({ cpu: '500m' }))], {
        status: { allocatable: { cpu: '1', memory: '2Gi', pods: '1' } },
      }),
    ],
    expected: [
      { code: 'too-many-pods', most: 1 },
      { code: 'insufficient', resource: 'cpu', asked: 1500, free: 500 },
      { code: 'insufficient', resource: 'example.com/gpu', asked: 1000, free: 0 },
    ],
    said: ['Insufficient cpu', 'Insufficient example.com/gpu', 'Too many pods'],
  },
  {
    name: 'of what a node has too little already a pod may ask nothing, and not a thousandth',
    pod: pod('p', asking({ cpu: '0', memory: '1m' })),
    nodes: [
      nodeWith('a', [pod('q', asking({ cpu: '2', memory: '1Gi' }))], {
        status: { allocatable: { cpu: '1', memory: '1Gi' } },
      }),
    ],
    expected: [{ code: 'insufficient', resource: 'memory', asked: 1, free: 0 }],
    said: ['Insufficient memory'],
  },
  {
    name: 'what has ended holds nothing',
    pod: pod('p', asking({ cpu: '4' })),
    nodes: [nodeWith('a', [{ ...pod('q', asking({ cpu: '4' })), status: { phase: 'Succeeded' } }])],
    expected: [],
    said: [],
  },
  {
    name: 'no domain to spread over',
    pod: pod('p', spread('zone'), { app: 'web' }),
    nodes: [nodeWith('a')],
    expected: [{ code: 'spread-label-missing', topologyKey: 'zone' }],
    said: ["node(s) didn't match pod topology spread constraints (missing required label)"],
  },
  {
    name: 'too many of its like in the domain',
    pod: pod('p', spread(HOST), { app: 'web' }),
    nodes: [nodeWith('a', [pod('q', {}, { app: 'web' })]), nodeWith('b')],
    expected: [{ code: 'spread', topologyKey: HOST, skew: 2, maxSkew: 1 }],
    said: ["node(s) didn't match pod topology spread constraints"],
  },
  {
    name: 'a node that its nodeSelector rules out counts for no spread',
    pod: pod('p', { ...spread(HOST), nodeSelector: { [HOST]: 'a' } }, { app: 'web' }),
    nodes: [nodeWith('a', [pod('q', {}, { app: 'web' })]), nodeWith('b')],
    expected: [],
    said: [],
  },
  {
    name: 'no pod near that it must be with',
    pod: pod('p', { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } }),
    nodes: [nodeWith('a'), nodeWith('b', [pod('q', {}, { app: 'web' })])],
    expected: [{ code: 'pod-affinity', topologyKey: HOST }],
    said: ["node(s) didn't match pod affinity rules"],
  },
  {
    name: 'the first of its own kind needs none',
    pod: pod(
      'p',
      { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } },
      { app: 'web' },
    ),
    nodes: [nodeWith('a')],
    expected: [],
    said: [],
  },
  {
    name: 'a pod near that it must not be with: its own rule comes before those of others',
    pod: pod('p', apart, { app: 'web' }),
    nodes: [nodeWith('a', [pod('shy', apart), pod('q', {}, { app: 'web' })])],
    expected: [{ code: 'pod-anti-affinity', topologyKey: HOST, other: 'shop/q' }],
    said: ["node(s) didn't match pod anti-affinity rules"],
  },
  {
    name: 'a pod near that will not have it there',
    pod: pod('p', {}, { app: 'web' }),
    nodes: [nodeWith('a', [pod('shy', apart)])],
    expected: [{ code: 'existing-pod-anti-affinity', topologyKey: HOST, other: 'shop/shy' }],
    said: ["node(s) didn't satisfy existing pods anti-affinity rules"],
  },
]

const cluster = (nodes: readonly NodeState[]) => ({ nodes, namespaceLabels: () => undefined })

for (const { name, pod, nodes, expected, said } of TABLE)
  test(`why a node may not take a pod: ${name}`, () => {
    const obstacles = refusalsOf(pod, nodes[0]!, cluster(nodes))
    assert.deepEqual(obstacles, expected)
    if (said.length > 0)
      assert.equal(
        unschedulableText([{ node: 'a', obstacles }]),
        `0/1 nodes are available: ${said.map((one) => `1 ${one}`).join(', ')}.`,
      )
  })

test('refusalsOf() is what the first filter finds, obstaclesOf() what all find', () => {
  const wanting = pod('p', { ...asking({ cpu: '9' }), nodeSelector: { disk: 'ssd' } })
  const state = nodeWith('a', [], { spec: { unschedulable: true, taints: [{ key: 'gpu', effect: 'NoSchedule' }] } })
  const codes = (found: readonly Obstacle[]) => found.map(({ code }) => code)
  assert.deepEqual(codes(refusalsOf(wanting, state, cluster([state]))), ['unschedulable'])
  assert.deepEqual(codes(obstaclesOf(wanting, state, cluster([state]))), [
    'unschedulable',
    'untolerated-taint',
    'node-selector',
    'insufficient',
  ])
})

test('a node that is ruled out otherwise is no domain that would be filled too much', () => {
  const wanting = pod('p', { ...spread(HOST), nodeSelector: { [HOST]: 'b' } }, { app: 'web' })
  const nodes = [nodeWith('a'), nodeWith('b')]
  assert.deepEqual(obstaclesOf(wanting, nodes[0]!, cluster(nodes)), [
    { code: 'node-selector', missing: { [HOST]: 'b' } },
  ])
})

test('the Event counts each node once for each of its reasons, in alphabetical order', () => {
  const both: readonly Obstacle[] = [{ code: 'node-selector', missing: {} }, { code: 'node-affinity' }]
  assert.equal(
    unschedulableText([
      { node: 'a', obstacles: both },
      { node: 'b', obstacles: [{ code: 'unschedulable' }] },
      { node: 'c', obstacles: [{ code: 'unschedulable' }] },
    ]),
    "0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 2 node(s) were unschedulable.",
  )
  assert.equal(unschedulableText([]), 'no nodes available to schedule pods')
})
