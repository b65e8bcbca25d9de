import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { ask, at, facts, node, pod, service, slice } from '../testing/cluster.ts'
import type { Question } from '../trace/question.ts'
import type { Candidate } from '../trace/walk/candidate.ts'

const [ready, unready] = [{ ready: true }, { ready: false }]
const leaving = (serving: boolean) => ({ ready: false, serving, terminating: true })
const client = pod('client', 1, 9, { labels: { app: 'client' } })
const zoned = [node(1, 'a'), node(2, 'b')]
const silent: Node = { ...node(2), status: { ...node(2).status, conditions: [] } }
const hinted = (number: number, hints: object) => ({ ...at(`10.244.${number}.11`, number), hints })
const byZone = [hinted(1, { forZones: [{ name: 'a' }] }), hinted(2, { forZones: [{ name: 'b' }, { name: 'c' }] })]
const byNode = [
  hinted(1, { forNodes: [{ name: 'node-1' }], forZones: [{ name: 'a' }] }),
  hinted(2, { forNodes: [{ name: 'node-2' }, { name: 'node-3' }], forZones: [{ name: 'b' }] }),
]
const local = service('web', '10.96.0.1', { internalTrafficPolicy: 'Local' })
const named = service('web', '10.96.0.1', { ports: [{ name: 'http', port: 80, targetPort: 'http' }] })
const http = { name: 'http', port: 8080, protocol: 'TCP' }
const published = service('web', '10.96.0.1', { publishNotReadyAddresses: true })

const candidates = (more: Partial<ClusterFacts>, question: Partial<Question> = {}): readonly Candidate[] =>
  ask('pod/client', 'svc/web', question, facts(more)).trace.candidates

const TABLE: readonly (readonly [about: string, more: Partial<ClusterFacts>, candidates: readonly object[]])[] = [
  [
    'ready endpoints',
    {},
    [
      {
        address: '10.244.1.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        node: 'node-1',
        chosen: true,
        why: { code: 'ready' },
      },
      {
        address: '10.244.2.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
        node: 'node-2',
        chosen: true,
        why: { code: 'ready' },
      },
    ],
  ],
  [
    'of two one is not ready',
    {
      slices: [slice('web', [at('10.244.1.11', 1), at('10.244.2.11', 2, unready)])],
      pods: [pod('web-1', 1, 11), pod('web-2', 2, 11, { ready: false }), client],
    },
    [
      {
        address: '10.244.1.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        node: 'node-1',
        chosen: true,
        why: { code: 'ready' },
      },
      {
        address: '10.244.2.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
        node: 'node-2',
        chosen: false,
        why: { code: 'not-ready', trouble: { kind: 'starting', container: 'web' } },
      },
    ],
  ],
  [
    'of two one goes, and serves',
    { slices: [slice('web', [at('10.244.1.11', 1), at('10.244.2.11', 2, leaving(true))])] },
    [
      {
        address: '10.244.1.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        node: 'node-1',
        chosen: true,
        why: { code: 'ready' },
      },
      {
        address: '10.244.2.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
        node: 'node-2',
        chosen: false,
        why: { code: 'others-are-ready' },
      },
    ],
  ],
  [
    'of two one goes, and serves no more',
    { slices: [slice('web', [at('10.244.1.11', 1), at('10.244.2.11', 2, leaving(false))])] },
    [
      {
        address: '10.244.1.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        node: 'node-1',
        chosen: true,
        why: { code: 'ready' },
      },
      {
        address: '10.244.2.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
        node: 'node-2',
        chosen: false,
        why: { code: 'serves-no-more' },
      },
    ],
  ],
  [
    'none is ready: what still serves is chosen',
    { slices: [slice('web', [at('10.244.1.11', 1, leaving(true)), at('10.244.2.11', 2, unready)])] },
    [
      {
        address: '10.244.1.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        node: 'node-1',
        chosen: true,
        why: { code: 'still-serving' },
      },
      {
        address: '10.244.2.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
        node: 'node-2',
        chosen: false,
        why: { code: 'not-ready' },
      },
    ],
  ],
  [
    'a node that is not Ready',
    { nodes: [node(1), silent] },
    [
      {
        address: '10.244.1.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        node: 'node-1',
        chosen: true,
        why: { code: 'ready' },
      },
      {
        address: '10.244.2.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
        node: 'node-2',
        chosen: true,
        why: { code: 'ready-when-last-heard', node: 'node-2' },
      },
    ],
  ],
  [
    'policy Local',
    { services: [local] },
    [
      {
        address: '10.244.1.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        node: 'node-1',
        chosen: true,
        why: { code: 'local', node: 'node-1' },
      },
      {
        address: '10.244.2.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
        node: 'node-2',
        chosen: false,
        why: { code: 'not-local', node: 'node-2' },
      },
    ],
  ],
  [
    'policy Local, and an endpoint of no node',
    { services: [local], slices: [slice('web', [at('10.244.1.11', 1), { addresses: ['10.244.9.9'] }])] },
    [
      {
        address: '10.244.1.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        node: 'node-1',
        chosen: true,
        why: { code: 'local', node: 'node-1' },
      },
      { address: '10.244.9.9', port: 8080, chosen: false, why: { code: 'not-local' } },
      {
        address: '10.244.2.11',
        pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
        node: 'node-2',
        chosen: false,
        why: { code: 'no-endpoint' },
      },
    ],
  ],
  [
    'policy Local: what goes is chosen where no other of the node is ready',
    { services: [local], slices: [slice('web', [at('10.244.1.11', 1, leaving(true)), at('10.244.2.11', 2)])] },
    [
      {
        address: '10.244.1.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        node: 'node-1',
        chosen: true,
        why: { code: 'still-serving' },
      },
      {
        address: '10.244.2.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
        node: 'node-2',
        chosen: false,
        why: { code: 'not-local', node: 'node-2' },
      },
    ],
  ],
  [
    'hints of zones',
    {
      nodes: zoned,
      services: [service('web', '10.96.0.1', { trafficDistribution: 'PreferClose' })],
      slices: [slice('web', byZone)],
    },
    [
      {
        address: '10.244.1.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        node: 'node-1',
        chosen: true,
        why: { code: 'hinted-to-zone', zone: 'a' },
      },
      {
        address: '10.244.2.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
        node: 'node-2',
        chosen: false,
        why: { code: 'hinted-to-other-zones', zones: ['b', 'c'] },
      },
    ],
  ],
  [
    'hints of nodes',
    {
      nodes: zoned,
      services: [service('web', '10.96.0.1', { trafficDistribution: 'PreferSameNode' })],
      slices: [slice('web', byNode)],
    },
    [
      {
        address: '10.244.1.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        node: 'node-1',
        chosen: true,
        why: { code: 'hinted-to-node', node: 'node-1' },
      },
      {
        address: '10.244.2.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
        node: 'node-2',
        chosen: false,
        why: { code: 'hinted-to-other-nodes', nodes: ['node-2', 'node-3'] },
      },
    ],
  ],
  [
    'addresses that are published though they are not ready',
    {
      services: [published],
      slices: [slice('web', [at('10.244.1.11', 1), at('10.244.2.11', 2)])],
      pods: [pod('web-1', 1, 11), pod('web-2', 2, 11, { ready: false }), client],
    },
    [
      {
        address: '10.244.1.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        node: 'node-1',
        chosen: true,
        why: { code: 'ready' },
      },
      {
        address: '10.244.2.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
        node: 'node-2',
        chosen: true,
        why: { code: 'published-not-ready' },
      },
    ],
  ],
  [
    'pods without an endpoint: each why',
    {
      slices: [],
      services: [named],
      pods: [
        pod('ended', 1, 1, { status: { phase: 'Failed' } }),
        pod('new', 1, 0, { ready: false, spec: { nodeName: '' }, status: { podIPs: [], conditions: [] } }),
        pod('six', 1, 0, { status: { podIPs: [{ ip: 'fd00::6' }] } }),
        pod('going', 1, 2, { leaving: true }),
        pod('otherwise', 1, 3, { ports: [{ name: 'htp', containerPort: 80 }] }),
        pod('late', 1, 4),
        client,
      ],
    },
    [
      {
        address: '10.244.1.1',
        pod: { kind: 'Pod', namespace: 'default', name: 'ended' },
        node: 'node-1',
        chosen: false,
        why: { code: 'ended', phase: 'Failed' },
      },
      {
        pod: { kind: 'Pod', namespace: 'default', name: 'new' },
        chosen: false,
        why: {
          code: 'no-address',
          family: 'IPv4',
          trouble: { kind: 'unscheduled', why: { code: 'waiting', nodes: ['node-1', 'node-2'] } },
        },
      },
      {
        pod: { kind: 'Pod', namespace: 'default', name: 'six' },
        node: 'node-1',
        chosen: false,
        why: { code: 'no-address', family: 'IPv4' },
      },
      {
        address: '10.244.1.2',
        pod: { kind: 'Pod', namespace: 'default', name: 'going' },
        node: 'node-1',
        chosen: false,
        why: { code: 'leaving' },
      },
      {
        address: '10.244.1.3',
        pod: { kind: 'Pod', namespace: 'default', name: 'otherwise' },
        node: 'node-1',
        chosen: false,
        why: { code: 'target-port-not-declared' },
      },
      {
        address: '10.244.1.4',
        pod: { kind: 'Pod', namespace: 'default', name: 'late' },
        node: 'node-1',
        chosen: false,
        why: { code: 'no-endpoint' },
      },
    ],
  ],
  [
    'a pod that has an endpoint is told once',
    { services: [named], slices: [slice('web', [at('10.244.1.11', 1)], http)], pods: [pod('web-1', 1, 11), client] },
    [
      {
        address: '10.244.1.11',
        port: 8080,
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        node: 'node-1',
        chosen: true,
        why: { code: 'ready' },
      },
    ],
  ],
  [
    'an endpoint that is no pod',
    { slices: [slice('web', [{ addresses: ['172.30.0.1'], conditions: ready }])], pods: [client] },
    [{ address: '172.30.0.1', port: 8080, chosen: true, why: { code: 'ready' } }],
  ],
]
for (const [about, more, expected] of TABLE)
  test(`why an endpoint is in the chosen set or out of it: ${about}`, () =>
    assert.deepEqual(candidates(more), expected))
