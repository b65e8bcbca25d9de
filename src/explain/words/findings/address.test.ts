import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FactsOfFinding, findingWords } from '../../testing/finding-words.ts'

const service = { kind: 'Service', namespace: 'default', name: 'web' }
const api = { ...service, name: 'api' }
const pod = { kind: 'Pod', namespace: 'default', name: 'web-1' }

const TABLE: readonly (readonly [finding: FactsOfFinding, words: object])[] = [
  [
    { reason: 'node-port-unknown', node: 'node-1', port: 30099, protocol: 'TCP', known: [] },
    {
      message: 'no Service has the node port 30099/TCP, and nothing of node-1 itself listens there',
      details: ['no Service has a node port'],
    },
  ],
  [
    {
      reason: 'node-port-unknown',
      node: 'node-1',
      port: 99,
      protocol: 'UDP',
      known: [{ port: 30080, protocol: 'TCP', service }],
      range: { from: 30000, to: 32767 },
    },
    {
      message: 'no Service has the node port 99/UDP, and nothing of node-1 itself listens there',
      details: ['30080/TCP is default/web', 'node ports are 30000 to 32767'],
    },
  ],
  [
    {
      reason: 'type-changed',
      service,
      type: 'ClusterIP',
      node: 'node-1',
      nodePort: 30080,
      protocol: 'TCP',
      answersAt: [{ address: 'fd00::1', port: 80 }],
    },
    {
      message:
        'default/web had the node port 30080/TCP, but it is of type ClusterIP now: node-1 does not answer for it',
      details: ['it answers at [fd00::1]:80 alone'],
    },
  ],
  [
    {
      reason: 'not-a-node',
      address: '10.244.1.9',
      port: 30080,
      service,
      nodes: [{ name: 'node-1', address: '172.30.0.2' }],
    },
    {
      message:
        '30080 is the node port of default/web, and 10.244.1.9 is no node: node ports answer at the nodes’ own addresses',
      details: ['node-1 is 172.30.0.2'],
    },
  ],
  [
    { reason: 'cluster-ip-unassigned', address: '10.96.0.9', headless: [] },
    {
      message: 'no Service has 10.96.0.9: a ClusterIP goes when its Service is deleted, and a new one gets another',
      details: ['ask a Service by its name, which stays'],
    },
  ],
  [
    { reason: 'cluster-ip-unassigned', address: '10.96.0.9', headless: [service] },
    {
      message: 'no Service has 10.96.0.9: a ClusterIP goes when its Service is deleted, and a new one gets another',
      details: ['ask a Service by its name, which stays', 'default/web is headless and never had one'],
    },
  ],
  [
    { reason: 'cluster-ip-unassigned', address: '10.96.0.9', headless: [service, api] },
    {
      message: 'no Service has 10.96.0.9: a ClusterIP goes when its Service is deleted, and a new one gets another',
      details: ['ask a Service by its name, which stays', 'default/web and default/api are headless and never had one'],
    },
  ],
  [
    { reason: 'external-ip-not-routed', address: '203.0.113.5', service },
    {
      message:
        '203.0.113.5 is an external IP of default/web, but no route leads it to a node: that is up to the network outside',
      details: ['every node answers for it, once a packet with that address reaches one'],
    },
  ],
  [
    { reason: 'cluster-ip-outside', address: '10.96.0.1', service, from: '203.0.113.9' },
    {
      message:
        '10.96.0.1 is the ClusterIP of default/web: pods and nodes reach it, 203.0.113.9 is outside of the cluster',
      details: ['kubectl port-forward reaches it by way of the API server, for a person who looks'],
    },
  ],
  [
    { reason: 'asks-itself', address: '127.0.0.1', port: 80, protocol: 'TCP' },
    {
      message: '127.0.0.1 means the sender itself, and nothing listens there on 80/TCP',
      details: [
        'Services and node ports do not answer at a loopback address: each pod, each node and the host has its own',
      ],
    },
  ],
  [
    { reason: 'nobody-there', address: '10.244.1.77', range: 'pods' },
    {
      message: 'no pod has the address 10.244.1.77: an address goes with its pod, and a new pod gets another',
      details: ['ask a Service by its name, which stays'],
    },
  ],
  [
    { reason: 'nobody-there', address: '10.244.1.77', range: 'pods', node: 'node-1' },
    {
      message:
        'no pod has the address 10.244.1.77, which is of the range of node-1: an address goes with its pod, and a new pod gets another',
      details: ['ask a Service by its name, which stays'],
    },
  ],
  [
    {
      reason: 'nobody-there',
      address: '172.30.255.9',
      range: 'load-balancer',
      known: [{ service, addresses: ['172.30.255.1', '172.30.255.2'] }],
    },
    {
      message: 'no Service has the address 172.30.255.9 of the load balancer’s pool',
      details: ['default/web has 172.30.255.1 and 172.30.255.2'],
    },
  ],
  [
    { reason: 'nobody-there', address: '172.30.0.1', range: 'host', port: 22, protocol: 'TCP' },
    {
      message: '172.30.0.1 is the host, and nothing of it listens on 22/TCP',
      details: ['Services and node ports do not answer at the host’s own address'],
    },
  ],
  [
    { reason: 'nobody-there', address: '198.51.100.7', range: 'outside', letOut: true },
    {
      message: '198.51.100.7 lies outside of the cluster, and no Service has it',
      details: ['no route of the cluster leads there'],
    },
  ],
  [
    { reason: 'nobody-there', address: '198.51.100.7', range: 'outside', letOut: false },
    {
      message: '198.51.100.7 lies outside of the cluster, and no Service has it',
      details: [
        'the cluster was started without --egress: nothing is let out. To let pods out, start it anew with that flag',
      ],
    },
  ],
  [
    {
      reason: 'listener-unknown',
      address: '10.244.1.1',
      port: 81,
      protocol: 'TCP',
      of: 'pod',
      pod,
      declared: [
        { port: 80, protocol: 'TCP', name: 'http' },
        { port: 90, protocol: 'TCP' },
      ],
    },
    {
      message:
        'no container of pod default/web-1 declares 81/TCP, and nobody could look whether a program listens there',
      details: [
        'its containers declare 80 (http) and 90; a declaration opens nothing, and a port may be open without one',
      ],
    },
  ],
  [
    {
      reason: 'listener-unknown',
      address: '172.30.0.2',
      port: 81,
      protocol: 'UDP',
      of: 'node',
      node: 'node-1',
      range: { from: 30000, to: 32767 },
      nodePorts: [{ port: 30080, protocol: 'TCP', service }],
    },
    {
      message: 'nobody could look whether a program listens at 172.30.0.2:81 (UDP), a port of node-1 itself',
      details: ['no Service has it as its node port; as a rule those are 30000 to 32767', '30080/TCP is default/web'],
    },
  ],
  [
    { reason: 'listener-unknown', address: 'fd00::9', port: 81, protocol: 'UDP', of: 'outside' },
    { message: 'nobody could look whether a program listens at [fd00::9]:81 (UDP)', details: [] },
  ],
]

test('why an address and a port are nobody’s', () => {
  for (const [finding, words] of TABLE) assert.deepEqual(findingWords(finding), words)
})
