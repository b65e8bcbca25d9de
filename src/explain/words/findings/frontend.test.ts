import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FactsOfFinding, findingWords } from '../../testing/finding-words.ts'

const service = { kind: 'Service', namespace: 'default', name: 'web' }
const api = { ...service, name: 'api' }
const pod = { kind: 'Pod', namespace: 'default', name: 'web-1' }
const other = { ...pod, name: 'web-2' }

const TABLE: readonly (readonly [finding: FactsOfFinding, words: object])[] = [
  [
    {
      reason: 'port-not-served',
      service,
      protocol: 'TCP',
      port: '81',
      address: '10.96.0.1',
      serves: [
        { port: 80, protocol: 'TCP', name: 'http' },
        { port: 53, protocol: 'UDP' },
      ],
      isNodePort: false,
      targetOf: [],
    },
    { message: 'default/web does not serve 81/TCP at 10.96.0.1', details: ['it serves 80/TCP (http) and 53/UDP'] },
  ],
  [
    { reason: 'port-not-served', service, protocol: 'UDP', port: 'http', serves: [], isNodePort: false, targetOf: [] },
    { message: 'Service default/web has no UDP port http', details: ['it serves none'] },
  ],
  [
    {
      reason: 'port-not-served',
      service,
      protocol: 'UDP',
      serves: [{ port: 80, protocol: 'TCP' }],
      isNodePort: false,
      targetOf: [],
    },
    { message: 'Service default/web has no UDP port', details: ['it serves 80/TCP'] },
  ],
  [
    {
      reason: 'port-not-served',
      service,
      protocol: 'TCP',
      port: '30080',
      address: '10.96.0.1',
      serves: [{ port: 80, protocol: 'UDP' }],
      isNodePort: true,
      servedOver: 'UDP',
      targetOf: [80, 81],
      sharedWith: api,
    },
    {
      message: 'default/web does not serve 30080/TCP at 10.96.0.1',
      details: [
        'it serves 80/UDP',
        '30080 is its node port, which answers at the nodes’ addresses alone',
        '30080 is served over UDP, not over TCP',
        '30080 is where its pods listen (targetPort); clients ask 80',
        '30080 is where its pods listen (targetPort); clients ask 81',
        'default/api answers there, which shares the address',
      ],
    },
  ],
  [
    { reason: 'family-missing', family: 'IPv6', of: 'service', service, has: [], policy: 'SingleStack' },
    { message: 'Service default/web has no address yet', details: [] },
  ],
  [
    { reason: 'family-missing', family: 'IPv6', of: 'service', service, has: ['IPv4'], policy: 'SingleStack' },
    { message: 'Service default/web has no IPv6 address: its ipFamilies are IPv4 (SingleStack)', details: [] },
  ],
  [
    {
      reason: 'family-missing',
      family: 'IPv6',
      of: 'pods',
      service,
      pods: [
        { pod, addresses: ['10.0.0.1'] },
        { pod: other, addresses: [] },
      ],
    },
    {
      message: 'the pods of default/web have no IPv6 address: default/web-1 has 10.0.0.1 and default/web-2 has none',
      details: [],
    },
  ],
  [
    { reason: 'family-missing', family: 'IPv6', of: 'sender', sender: { kind: 'host' }, address: 'fd00::1', has: [] },
    { message: 'the host has no IPv6 address to ask fd00::1 from', details: [] },
  ],
  [
    {
      reason: 'family-missing',
      family: 'IPv6',
      of: 'sender',
      sender: { kind: 'host' },
      address: 'fd00::1',
      has: ['10.0.0.1'],
    },
    { message: 'the host has no IPv6 address to ask fd00::1 from: it has 10.0.0.1', details: [] },
  ],
  [
    { reason: 'load-balancer-pending', service },
    { message: 'Service default/web has no load balancer address yet', details: [] },
  ],
  [
    {
      reason: 'load-balancer-pending',
      service,
      warning: 'no address is free',
      cause: { code: 'other-class', class: 'a.b/c' },
    },
    {
      message: 'Service default/web has no load balancer address yet',
      details: [
        'no address is free',
        'its loadBalancerClass a.b/c is another implementation’s, and cannot be changed while the type stays',
      ],
    },
  ],
  [
    { reason: 'load-balancer-pending', service, cause: { code: 'others-give' } },
    {
      message: 'Service default/web has no load balancer address yet',
      details: [
        'something in the cluster must give out addresses: a cloud’s controller manager, or a load balancer of your own; is it there, and what does it say?',
      ],
    },
  ],
  [
    { reason: 'load-balancer-pending', service, cause: { code: 'nobody-gives' } },
    {
      message: 'Service default/web has no load balancer address yet',
      details: ['the cluster was started with --load-balancer none: nobody gives out addresses'],
    },
  ],
  [
    { reason: 'lost-claim', service, winner: api, address: 'fd00::1', port: 80, protocol: 'TCP' },
    {
      message: 'default/web claims [fd00::1]:80/TCP, but default/api answers there: the older Service wins',
      details: [],
    },
  ],
  [
    { reason: 'lost-claim', service, winner: api, port: 30080, protocol: 'UDP' },
    {
      message: 'default/web claims the node port:30080/UDP, but default/api answers there: the older Service wins',
      details: [],
    },
  ],
  [
    { reason: 'not-applied', service, nodes: ['node-1', 'node-2'], message: 'no memory' },
    {
      message: 'the kernel of node-1 and node-2 refused default/web: no memory',
      details: ['what stands above is what the rules should do; it is tried again'],
    },
  ],
]

test('why a Service does not answer at an address or a port', () => {
  for (const [finding, words] of TABLE) assert.deepEqual(findingWords(finding), words)
})
