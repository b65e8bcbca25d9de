import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import { facts, service } from '../../testing/cluster.ts'
import { type DiagnosisCase, diagnosed } from '../../testing/diagnosed.ts'

const balanced = (): Service => ({
  ...service('web', '10.96.0.1', { type: 'LoadBalancer' }),
  status: { loadBalancer: { ingress: [{ ip: '172.30.255.1' }] } },
})

const TABLE: readonly DiagnosisCase[] = [
  {
    name: 'a ClusterIP that no Service has',
    cluster: {},
    question: { to: '10.96.0.200:80' },
    facts: { reason: 'cluster-ip-unassigned', address: '10.96.0.200', headless: [] },
    effects: [
      { code: 'if-service-is-meant', service: { kind: 'Service', namespace: 'default', name: 'web' } },
      { code: 'if-service-is-meant', service: { kind: 'Service', namespace: 'default', name: 'local' } },
    ],
    commands: [
      'fairlead explain --from pod/client --to svc/default/web:80',
      'fairlead explain --from pod/client --to svc/default/local:80',
    ],
  },
  {
    name: 'a node port at what is no node',
    cluster: {},
    question: { to: '10.244.1.9:30080' },
    facts: {
      reason: 'not-a-node',
      address: '10.244.1.9',
      port: 30080,
      service: { kind: 'Service', namespace: 'default', name: 'local' },
      nodes: [
        { name: 'node-2', address: '172.30.0.3' },
        { name: 'node-1', address: '172.30.0.2' },
      ],
    },
    effects: [{ code: 'ask-node', node: 'node-2' }],
    commands: ['fairlead explain --from pod/client --to 172.30.0.3:30080'],
  },
  {
    name: 'a node port that no Service has',
    cluster: {},
    question: { from: 'host', to: '172.30.0.3:30099' },
    facts: {
      reason: 'node-port-unknown',
      node: 'node-2',
      port: 30099,
      protocol: 'TCP',
      known: [{ port: 30080, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'local' } }],
    },
    effects: [{ code: 'ask-node-port-of', service: { kind: 'Service', namespace: 'default', name: 'local' } }],
    commands: ['fairlead explain --from host --to 172.30.0.3:30080'],
  },
  {
    name: 'a node port that went with the type',
    cluster: {
      services: [
        service(
          'web',
          '10.96.0.1',
          {},
          {
            annotations: {
              'kubectl.kubernetes.io/last-applied-configuration': '{"spec":{"ports":[{"port":80,"nodePort":30099}]}}',
            },
          },
        ),
      ],
    },
    question: { from: 'host', to: '172.30.0.3:30099' },
    facts: {
      reason: 'type-changed',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      type: 'ClusterIP',
      node: 'node-2',
      nodePort: 30099,
      protocol: 'TCP',
      answersAt: [{ address: '10.96.0.1', port: 80 }],
    },
    effects: [{ code: 'restore-node-port' }],
    commands: [
      'kubectl patch service web -n default --type json -p [{"op":"replace","path":"/spec/type","value":"NodePort"},{"op":"add","path":"/spec/ports/0/nodePort","value":30099}]',
    ],
  },
  {
    name: 'a loopback address',
    cluster: {},
    question: { to: '127.0.0.1:80' },
    facts: { reason: 'asks-itself', address: '127.0.0.1', port: 80, protocol: 'TCP' },
    effects: [
      { code: 'ask-service', service: { kind: 'Service', namespace: 'default', name: 'web' } },
      { code: 'ask-service', service: { kind: 'Service', namespace: 'default', name: 'local' } },
    ],
    commands: [
      'fairlead explain --from pod/client --to svc/default/web:80',
      'fairlead explain --from pod/client --to svc/default/local:80',
    ],
  },
  {
    name: 'an external IP that nobody leads to a node',
    cluster: { services: [service('web', '10.96.0.1', { externalIPs: ['203.0.113.5'] })] },
    question: { from: 'host', to: '203.0.113.5:80' },
    facts: {
      reason: 'external-ip-not-routed',
      address: '203.0.113.5',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
    },
    effects: [{ code: 'ask-cluster-ip' }],
    commands: ['fairlead explain --from host --to 10.96.0.1:80'],
  },
  {
    name: 'an address of the range of pods',
    cluster: {},
    question: { to: '10.244.2.200:80' },
    facts: { reason: 'nobody-there', address: '10.244.2.200', range: 'pods', node: 'node-2' },
    effects: [
      { code: 'if-service-is-meant', service: { kind: 'Service', namespace: 'default', name: 'web' } },
      { code: 'if-service-is-meant', service: { kind: 'Service', namespace: 'default', name: 'local' } },
      { code: 'show-pod-addresses' },
    ],
    commands: [
      'fairlead explain --from pod/client --to svc/default/web:80',
      'fairlead explain --from pod/client --to svc/default/local:80',
      'kubectl get pods -A -o wide',
    ],
  },
  {
    name: 'an address of the load balancer’s pool',
    cluster: { services: [balanced()] },
    question: { to: '172.30.255.9:80' },
    facts: {
      reason: 'nobody-there',
      address: '172.30.255.9',
      range: 'load-balancer',
      known: [{ service: { kind: 'Service', namespace: 'default', name: 'web' }, addresses: ['172.30.255.1'] }],
    },
    effects: [
      { code: 'if-service-is-meant', service: { kind: 'Service', namespace: 'default', name: 'web' } },
      { code: 'show-services' },
    ],
    commands: ['fairlead explain --from pod/client --to svc/default/web:80', 'kubectl get services -A'],
  },
  {
    name: 'an address outside',
    cluster: {},
    question: { to: '198.51.100.7:80' },
    facts: { reason: 'nobody-there', address: '198.51.100.7', range: 'outside', letOut: false },
    effects: [],
    commands: [],
  },
  {
    name: 'a port of a pod that nobody could look at',
    cluster: { listening: {} },
    question: { to: 'pod/web-2:9999' },
    facts: {
      reason: 'listener-unknown',
      address: '10.244.2.11',
      port: 9999,
      protocol: 'TCP',
      doubt: true,
      of: 'pod',
      pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
      declared: [{ port: 8080, protocol: 'TCP', name: 'http' }],
    },
    effects: [{ code: 'ask-declared-port' }, { code: 'show-sockets' }],
    commands: [
      'fairlead explain --from pod/client --to pod/default/web-2:8080',
      'kubectl exec web-2 -n default -- cat /proc/net/tcp /proc/net/tcp6',
    ],
  },
  {
    name: 'a port of a node that nobody could look at',
    cluster: { listening: {} },
    question: { to: '172.30.0.3:8080' },
    facts: {
      reason: 'listener-unknown',
      address: '172.30.0.3',
      port: 8080,
      protocol: 'TCP',
      doubt: true,
      of: 'node',
      node: 'node-2',
      range: { from: 30000, to: 32767 },
      nodePorts: [{ port: 30080, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'local' } }],
    },
    effects: [],
    commands: [],
  },
  {
    name: 'a ClusterIP asked from outside of a cluster of others',
    cluster: { network: { ...facts().network, foreign: true } },
    question: { from: '203.0.113.9', to: '10.96.0.1:80' },
    facts: {
      reason: 'cluster-ip-outside',
      address: '10.96.0.1',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      from: '203.0.113.9',
    },
    effects: [{ code: 'give-node-port' }],
    commands: ['kubectl patch service web -n default --type merge -p {"spec":{"type":"NodePort"}}'],
  },
]

for (const { name, cluster, question, ...expected } of TABLE)
  test(`what an address is that is nobody’s: ${name}`, () => assert.deepEqual(diagnosed(cluster, question), expected))
