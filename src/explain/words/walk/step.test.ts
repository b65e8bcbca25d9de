import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Step } from '../../trace/walk/step.ts'
import { stepText } from './step.ts'

const [service, pod] = [
  { kind: 'Service', namespace: 'default', name: 'web' },
  { kind: 'Pod', namespace: 'default', name: 'web-1' },
]
const sender = { kind: 'pod', namespace: 'default', name: 'client' } as const
const [to, protocol] = [{ address: '10.96.0.1', port: 80 }, 'TCP'] as const
const http = { port: 80, protocol: 'TCP', name: 'http' } as const
const dns = { port: 53, protocol: 'UDP' } as const
const nodes = ['node-1']
const two = ['node-1', 'node-2']

const TABLE: readonly (readonly [step: Step, text: object])[] = [
  [
    { code: 'sender-chosen', workload: { ...service, kind: 'Deployment' }, pod, of: 1 },
    { at: 'Deployment default/web', text: 'the only pod of it, default/web-1, sends' },
  ],
  [
    { code: 'sender-chosen', workload: service, pod, of: 3 },
    { at: 'Service default/web', text: 'default/web-1 sends, one of the 3 pods behind it; --from pod/… names another' },
  ],
  [{ code: 'localhost' }, { at: 'pod default/client', text: 'localhost is the sender itself' }],
  [
    { code: 'name-of-service', name: 'web', fullName: 'web.default.svc.cluster.local', service },
    { at: 'pod default/client, DNS', text: 'web is web.default.svc.cluster.local: Service default/web' },
  ],
  [
    { code: 'name-of-service', name: 'web.default', fullName: 'web.default', service },
    { at: 'pod default/client, DNS', text: 'web.default: Service default/web' },
  ],
  [
    { code: 'name-of-addresses', name: 'db', fullName: 'db.shop', addresses: ['10.244.1.1', '10.244.1.2'] },
    { at: 'pod default/client, DNS', text: 'db is db.shop: 10.244.1.1 and 10.244.1.2' },
  ],
  [
    { code: 'external-name', service, target: 'example.com' },
    {
      at: 'pod default/client, DNS',
      text: 'Service default/web is an ExternalName: another name for example.com, and no address of its own',
    },
  ],
  [
    { code: 'headless', service, addresses: ['10.244.1.1', '10.244.1.2'] },
    {
      at: 'pod default/client',
      text: 'default/web is headless: its name gives the addresses of its pods, 10.244.1.1 and 10.244.1.2',
    },
  ],
  [
    { code: 'service-address', service, role: 'cluster-ip', addresses: ['10.96.0.1'] },
    { at: 'pod default/client', text: 'Service default/web has the ClusterIP 10.96.0.1' },
  ],
  [
    {
      code: 'service-address',
      service,
      role: 'load-balancer',
      addresses: ['172.30.255.1'],
      port: { chosen: http, of: [http, dns] },
    },
    {
      at: 'pod default/client',
      text: 'Service default/web has the load balancer address 172.30.255.1; no port was asked for: 80/TCP (http), the first of 80/TCP (http) and 53/UDP',
    },
  ],
  [
    { code: 'service-node-port', service, node: 'node-1', port: 30080 },
    { at: 'pod default/client', text: 'Service default/web has the node port 30080, asked of node-1' },
  ],
  [
    { code: 'node-address-outside', address: '203.0.113.7', node: 'node-1', inner: '172.30.0.2' },
    { at: 'outside', text: '203.0.113.7 is the external address of node-1, which the network turns to 172.30.0.2' },
  ],
  [
    { code: 'port-chosen', address: '10.96.0.1', port: { chosen: dns, of: [dns] } },
    { at: '10.96.0.1', text: 'no port was asked for: 53/UDP, its only one' },
  ],
  [
    { code: 'sent', from: '10.244.1.9', to, protocol, entry: { way: 'any-node' } },
    {
      at: 'pod default/client',
      text: 'sends from 10.244.1.9 to 10.96.0.1:80/TCP; Service addresses lead to any node, one client to the same for each address',
    },
  ],
  [
    { code: 'itself', to, protocol, listens: 'yes' },
    {
      at: 'pod default/client',
      text: '10.96.0.1:80/TCP is the sender itself, no Service has a part in it; it listens there',
    },
  ],
  [
    { code: 'itself', to, protocol, listens: 'no' },
    {
      at: 'pod default/client',
      text: '10.96.0.1:80/TCP is the sender itself, no Service has a part in it; nothing listens there: refused',
    },
  ],
  [
    { code: 'itself', to, protocol, listens: 'unknown' },
    {
      at: 'pod default/client',
      text: '10.96.0.1:80/TCP is the sender itself, no Service has a part in it; whether it listens is not known',
    },
  ],
  [
    { code: 'itself', to, protocol, listens: 'loopback-only' },
    {
      at: 'pod default/client',
      text: '10.96.0.1:80/TCP is the sender itself, no Service has a part in it; it listens there at its loopback address only: refused',
    },
  ],
  [
    { code: 'balanced', entry: { way: 'balanced', to, protocol, nodes, refused: false } },
    { at: 'fabric', text: 'the load balancer leads 10.96.0.1:80/TCP to node-1' },
  ],
  [
    { code: 'load-balancer-outside', address: '203.0.113.7' },
    {
      at: 'outside',
      text: '203.0.113.7 is a load balancer’s, which takes it itself (ipMode Proxy) and sends it on as it is set up',
    },
  ],
  [
    { code: 'leaves', address: '198.51.100.7', by: 'routes' },
    { at: 'outside', text: '198.51.100.7 is no pod and no node: it goes the way that the node’s own routes lead' },
  ],
  [
    { code: 'leaves', address: '198.51.100.7', by: 'host' },
    { at: 'fabric', text: '198.51.100.7 lies outside of the cluster: it leaves by way of the host' },
  ],
  [
    { code: 'reply-astray', nodes: two, source: '10.244.1.9', backends: ['a', 'b', 'c', 'd', 'e', 'f'] },
    {
      at: 'the reply',
      text: 'a, b, c, d and e answer 10.244.1.9 directly, past node-1 or node-2, which alone could turn the reply back: the sender takes it for a stranger’s, and waits',
    },
  ],
  [
    { code: 'more-alike', addresses: 1 },
    { at: 'pod default/client', text: 'and so to 1 more address' },
  ],
  [
    { code: 'more-alike', addresses: 4 },
    { at: 'pod default/client', text: 'and so to 4 more addresses' },
  ],
  [
    { code: 'frontend', nodes: two, hook: 'prerouting', to, protocol, kind: 'cluster-ip', service, lost: [] },
    { at: 'node-1 or node-2, prerouting', text: '10.96.0.1:80/TCP is the ClusterIP of default/web, its only port' },
  ],
  [
    {
      code: 'frontend',
      nodes,
      hook: 'prerouting',
      to,
      protocol,
      kind: 'host-port',
      service: { ...service, kind: 'Pod' },
      lost: [],
    },
    { at: 'node-1, prerouting', text: '10.96.0.1:80/TCP is a host port of pod default/web' },
  ],
  [
    {
      code: 'frontend',
      nodes,
      hook: 'output',
      to,
      protocol,
      kind: 'external-ip',
      service,
      portName: 'http',
      lost: [{ ...service, name: 'young' }],
    },
    {
      at: 'node-1, output',
      text: '10.96.0.1:80/TCP is an external IP of default/web, port http',
      details: ['default/young claims it too, and does not get it: the older Service has it'],
    },
  ],
  [
    {
      code: 'frontend',
      nodes,
      hook: 'prerouting',
      to,
      protocol,
      kind: 'load-balancer',
      service,
      lost: [
        { ...service, name: 'young' },
        { ...service, name: 'younger' },
      ],
    },
    {
      at: 'node-1, prerouting',
      text: '10.96.0.1:80/TCP is the load balancer address of default/web, its only port',
      details: ['default/young and default/younger claim it too, and do not get it: the older Service has it'],
    },
  ],
  [
    { code: 'frontend', nodes, hook: 'prerouting', to, protocol, kind: 'node-port', service, lost: [] },
    { at: 'node-1, prerouting', text: '10.96.0.1:80/TCP is the node port of default/web, its only port' },
  ],
  [
    { code: 'no-frontend', nodes, hook: 'prerouting', to, protocol, does: 'refuse' },
    { at: 'node-1, prerouting', text: '10.96.0.1 is a ClusterIP, but 10.96.0.1:80/TCP is no port of it: refused' },
  ],
  [
    { code: 'no-frontend', nodes, hook: 'prerouting', to, protocol, does: 'drop' },
    { at: 'node-1, prerouting', text: 'no Service has 10.96.0.1, and it lies in the range of Services: dropped' },
  ],
  [
    { code: 'no-frontend', nodes, hook: 'output', to, protocol, does: 'pass-on' },
    { at: 'node-1, output', text: '10.96.0.1:80/TCP is no Service’s here: it goes on as it was addressed' },
  ],
  [
    { code: 'guard', nodes, source: '203.0.113.9', ranges: ['10.0.0.0/8', '192.0.2.0/24'] },
    { at: 'node-1, guard', text: '203.0.113.9 is not in the source ranges 10.0.0.0/8 and 192.0.2.0/24: dropped' },
  ],
  [
    { code: 'endpoints', nodes, policy: 'externalTrafficPolicy', value: 'Local', spared: false, candidates: [] },
    { at: 'node-1, endpoints', text: 'none, externalTrafficPolicy Local', details: [] },
  ],
  [
    {
      code: 'endpoints',
      nodes,
      policy: 'internalTrafficPolicy',
      value: 'Cluster',
      spared: true,
      candidates: [{ chosen: true, why: { code: 'ready' }, address: '10.244.1.1', port: 80 }],
    },
    {
      at: 'node-1, endpoints',
      text: '1 candidate, internalTrafficPolicy Cluster (spares pods and the node itself: all endpoints)',
      details: ['in   10.244.1.1:80  no pod: ready'],
    },
  ],
  [
    { code: 'choice', nodes, protocol, choice: { kind: 'drop' } },
    { at: 'node-1, choice', text: 'there are endpoints, but none on this node: dropped without a word' },
  ],
  [
    { code: 'choice', nodes, protocol, choice: { kind: 'refuse' } },
    { at: 'node-1, choice', text: 'there is no endpoint at all: refused with a TCP reset' },
  ],
  [
    { code: 'choice', nodes, protocol: 'UDP', choice: { kind: 'refuse' } },
    { at: 'node-1, choice', text: 'there is no endpoint at all: refused with ICMP port unreachable' },
  ],
  [
    { code: 'choice', nodes, protocol, choice: { kind: 'pick', of: 1 } },
    { at: 'node-1, choice', text: 'a new connection gets the only one' },
  ],
  [
    { code: 'choice', nodes, protocol, choice: { kind: 'pick', of: 3, affinity: { seconds: 60, held: true } } },
    {
      at: 'node-1, choice',
      text: 'a new connection gets one of 3, by chance, each as likely; then the client stays with it for 60 seconds (ClientIP)',
    },
  ],
  [
    { code: 'choice', nodes, protocol, choice: { kind: 'pick', of: 3, affinity: { seconds: 60, held: false } } },
    {
      at: 'node-1, choice',
      text: 'a new connection gets one of 3, by chance, each as likely; the node then gives the same client the same for 60 seconds (ClientIP), but another node may give it another, and which node a connection passes is not the node’s choice: it is not held',
    },
  ],
  [
    { code: 'translation', nodes, from: to, protocol, to: [{ address: '10.244.1.1', port: 80 }, to] },
    { at: 'node-1, translation', text: '10.96.0.1:80/TCP becomes 10.244.1.1:80 or 10.96.0.1:80' },
  ],
  [
    { code: 'postrouting', nodes, source: '172.30.0.2', does: 'own' },
    { at: 'node-1, postrouting', text: 'the source stays 172.30.0.2, the node’s own' },
  ],
  [
    { code: 'postrouting', nodes, source: '10.244.1.9', does: 'keep' },
    { at: 'node-1, postrouting', text: 'the source stays 10.244.1.9' },
  ],
  [
    { code: 'postrouting', nodes, source: '10.244.1.9', does: 'masquerade' },
    {
      at: 'node-1, postrouting',
      text: 'masquerade: the backend sees the node’s address instead of 10.244.1.9, and answers by way of it',
    },
  ],
  [
    { code: 'postrouting', nodes, source: '10.244.1.9', does: 'masquerade-to-itself' },
    {
      at: 'node-1, postrouting',
      text: 'masquerade where the sender meets itself: 10.244.1.9 sees the node’s address, or it would answer itself directly',
    },
  ],
  [
    { code: 'postrouting', nodes, source: '10.244.1.9', does: 'keep-or-itself' },
    {
      at: 'node-1, postrouting',
      text: 'the source stays 10.244.1.9; masquerade where the sender meets itself: 10.244.1.9 sees the node’s address, or it would answer itself directly',
    },
  ],
  [
    { code: 'input', nodes, source: '172.30.0.1' },
    {
      at: 'node-1, input',
      text: 'what the node delivers to itself does not meet postrouting: the source stays 172.30.0.1',
    },
  ],
  [
    { code: 'route', nodes, arrivals: [{ ...to, protocol, end: { code: 'no-pod' } }] },
    { at: 'node-1, route', text: 'to the backend', details: ['10.96.0.1; no pod has that address: unreachable'] },
  ],
  [
    {
      code: 'route',
      nodes,
      arrivals: [
        { ...to, protocol, end: { code: 'no-pod' } },
        { ...to, protocol, end: { code: 'leaves', by: 'nothing' } },
      ],
    },
    {
      at: 'node-1, route',
      text: 'to the backends',
      details: [
        '10.96.0.1; no pod has that address: unreachable',
        '10.96.0.1 lies outside of the cluster, and nothing is let out: unreachable',
      ],
    },
  ],
  [
    { code: 'arrival', nodes, arrival: { ...to, protocol, end: { code: 'no-pod' } } },
    { at: 'node-1, route', text: '10.96.0.1; no pod has that address: unreachable' },
  ],
  [
    { code: 'next-node', nodes, address: '172.30.0.3', node: 'node-2' },
    { at: 'node-1, route', text: '172.30.0.3 is node-2' },
  ],
]

test('each step of the walk is one line, with its details below it', () => {
  for (const [step, text] of TABLE) assert.deepEqual(stepText(step, sender), text)
})
