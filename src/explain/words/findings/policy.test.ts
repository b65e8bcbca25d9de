import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FactsOfFinding, findingWords } from '../../testing/finding-words.ts'

const service = { kind: 'Service', namespace: 'default', name: 'web' }

const TABLE: readonly (readonly [finding: FactsOfFinding, words: object])[] = [
  [
    { reason: 'node-not-ready', node: 'node-1', silence: { told: false }, ofSender: true, isAsked: true, backends: [] },
    {
      message:
        'node node-1, where the sender is, is NotReady: its kubelet never told of it: whether a packet passes it cannot be told from here',
      details: [],
    },
  ],
  [
    {
      reason: 'node-not-ready',
      node: 'node-1',
      silence: { told: true, status: 'False' },
      ofSender: false,
      isAsked: true,
      backends: [{ address: 'fd00::1', port: 80 }],
    },
    {
      message:
        'node node-1, which is asked and where [fd00::1]:80 lives, is NotReady (Ready is False): whether a packet passes it cannot be told from here',
      details: [],
    },
  ],
  [
    {
      reason: 'node-not-ready',
      node: 'node-1',
      silence: { told: false },
      ofSender: false,
      isAsked: false,
      backends: [1, 2, 3, 4].map((number) => ({ address: `10.0.0.${number}`, port: 80 })),
    },
    {
      message:
        'node node-1, where 10.0.0.1:80, 10.0.0.2:80 and 10.0.0.3:80 lives, is NotReady: its kubelet never told of it: whether a packet passes it cannot be told from here',
      details: [],
    },
  ],
  [
    {
      reason: 'no-local-endpoint',
      service,
      policy: 'internalTrafficPolicy',
      nodes: ['node-1', 'node-2'],
      having: [],
      unbalanced: false,
    },
    {
      message: 'default/web has internalTrafficPolicy Local, and node-1 or node-2 has no endpoint of it: dropped',
      details: ['nodes that have one: none'],
    },
  ],
  [
    {
      reason: 'no-local-endpoint',
      service,
      policy: 'externalTrafficPolicy',
      nodes: ['node-1'],
      having: ['node-2', 'node-3'],
      unbalanced: true,
    },
    {
      message: 'default/web has externalTrafficPolicy Local, and node-1 has no endpoint of it: dropped',
      details: ['nodes that have one: node-2 and node-3', 'none of those takes traffic of the load balancer'],
    },
  ],
  [
    {
      reason: 'source-range',
      service,
      address: '172.30.255.1',
      source: '203.0.113.9',
      ranges: ['10.0.0.0/8', '192.0.2.0/24'],
    },
    {
      message:
        'default/web takes traffic at 172.30.255.1 from 10.0.0.0/8 and 192.0.2.0/24 only, and 203.0.113.9 is not in there: dropped',
      details: [
        'loadBalancerSourceRanges guards the load balancer’s addresses; node ports and the ClusterIP have no guard',
      ],
    },
  ],
  [
    { reason: 'reply-astray', service, nodes: ['node-1', 'node-2'] },
    {
      message:
        'node-1 or node-2 translates for default/web and keeps the sender’s address (externalTrafficPolicy Local), and has neither the sender nor the endpoint: the reply passes it by, and the sender never knows it for one',
      details: ['the packet arrives and is answered; the connection times out'],
    },
  ],
  [
    {
      reason: 'no-eligible-node',
      service,
      eligible: [],
      excluded: [
        { node: 'node-1', label: 'a.b/c' },
        { node: 'node-2', silence: { told: false } },
      ],
    },
    {
      message:
        'no node takes traffic of the load balancer for default/web: none is Ready, or all are excluded by label',
      details: [
        'nodes that take traffic: none',
        'node-1 has the label a.b/c',
        'node-2 is NotReady: its kubelet never told of it',
      ],
    },
  ],
  [
    { reason: 'no-eligible-node', service, eligible: ['node-1', 'node-2'], excluded: [] },
    {
      message:
        'the nodes that have an endpoint of default/web take no traffic of the load balancer, and its policy is Local',
      details: ['nodes that take traffic: node-1 and node-2'],
    },
  ],
]

test('what nodes and policies keep from a Service', () => {
  for (const [finding, words] of TABLE) assert.deepEqual(findingWords(finding), words)
})
