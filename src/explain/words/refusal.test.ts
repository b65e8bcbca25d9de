import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Flaw, Refusal } from '../trace/refusal.ts'
import { refusalText } from './refusal.ts'

const pod = { kind: 'Pod', namespace: 'default', name: 'web' }
const malformed = { code: 'DESTINATION_MALFORMED' } as const
const TABLE: readonly (readonly [refusal: Refusal, message: string, hint: string])[] = [
  [
    { code: 'SOURCE_UNKNOWN', why: 'pod-ended', pod, phase: 'Failed', onNode: true },
    'pod default/web has ended (Failed): it sends nothing',
    'kubectl describe pod web -n default',
  ],
  [
    { code: 'SOURCE_UNKNOWN', why: 'pod-without-address', pod, phase: 'Pending', onNode: false },
    'pod default/web has no address yet: it is Pending and on no node',
    'kubectl describe pod web -n default',
  ],
  [
    { code: 'SOURCE_UNKNOWN', why: 'pod-unknown', pod, near: [] },
    'there is no pod web in namespace default',
    'kubectl get pods -n default',
  ],
  [
    { ...malformed, why: 'pod-unknown', pod, elsewhere: { ...pod, namespace: 'shop' }, near: [] },
    'there is no pod web in namespace default',
    'there is pod/shop/web',
  ],
  [
    { ...malformed, why: 'no-address-yet', object: { kind: 'Node', name: 'node-1' } },
    'node node-1 has no address (yet)',
    'kubectl describe node node-1',
  ],
  [
    { code: 'FAMILY_MISMATCH', why: 'object-of-other-family', object: pod, addresses: ['10.244.1.9'] },
    'pod default/web has no address of that family: it has 10.244.1.9',
    'leave --family out, or ask from a sender that has that family',
  ],
  [
    { code: 'FAMILY_MISMATCH', why: 'address-of-other-family', to: '10.96.0.1:80', family: 'IPv6' },
    '10.96.0.1:80 is no IPv6 address, and --family asks for one',
    'leave --family out: an address has its own',
  ],
  [{ ...malformed, why: 'name-without-port', to: 'a.web' }, '--to a.web has no port', 'write it as a.web:80'],
  [
    { ...malformed, why: 'name-without-address', to: 'a.web:80' },
    '--to a.web:80 has no address of a family that the sender has',
    'leave --family out, or ask another name',
  ],
  [
    { ...malformed, why: 'no-port', to: 'fd00::1:80', address: 'fd00::1:80', meant: { address: 'fd00::1', port: 80 } },
    '--to fd00::1:80 has no port',
    'an address of IPv6 with a port has brackets: [fd00::1]:80',
  ],
  [
    { ...malformed, why: 'no-port', to: '10.1.1.1', address: '10.1.1.1' },
    '--to 10.1.1.1 has no port',
    'write it as 10.1.1.1:80',
  ],
  [
    {
      ...malformed,
      why: 'named-port-of-node',
      to: 'node/node-1:http',
      address: '172.30.0.2',
      nodePorts: [{ port: 30080, protocol: 'TCP', service: { kind: 'Service', namespace: 'shop', name: 'cart' } }],
    },
    '--to node/node-1:http: a port of a node has no name',
    'write it as 172.30.0.2:30080; node ports: 30080 of shop/cart',
  ],
  [
    { ...malformed, why: 'port-not-declared', to: 'pod/web:x', pod, port: 'x', declared: [], open: [8080, 9090] },
    'no container of pod default/web declares a port x',
    'its containers declare none; it listens on 8080 and 9090: write it as pod/web:8080',
  ],
  [
    { ...malformed, why: 'no-destination', to: '', flaw: { kind: 'no-address', text: 'fd00::z' } },
    "--to '' is no destination",
    'fd00::z is no address',
  ],
  [
    {
      ...malformed,
      why: 'no-destination',
      to: 'shop/web',
      flaw: { kind: 'kind', meant: { ...pod, namespace: 'shop' } },
    },
    '--to shop/web is no destination',
    'shop/web is a pod: write pod/shop/web and a port',
  ],
  [
    {
      code: 'SOURCE_UNKNOWN',
      why: 'workload-without-pods',
      workload: { kind: 'Deployment', namespace: 'shop', name: 'cart' },
      scaledToZero: true,
    },
    'Deployment shop/cart has no pod that could send: it is scaled to 0',
    'kubectl scale deploy/cart -n shop --replicas=1',
  ],
]

test('a question that cannot be walked is told with its object and a way out', () => {
  for (const [refusal, message, hint] of TABLE) assert.deepEqual(refusalText(refusal), { message, hint })
})

const service = { kind: 'Service', namespace: 'shop', name: 'cart' }
const source = { code: 'SOURCE_UNKNOWN' } as const
const [client, other] = [
  { ...pod, name: 'client' },
  { kind: 'Pod', namespace: 'shop', name: 'client' },
]
const node = { kind: 'Node', name: 'node-1' }
const kinds = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'Service']
const nodePorts = [1, 2, 3, 4, 5, 6].map((port) => ({ port, protocol: 'TCP', service }) as const)
const unknown = (kind: string, more: object): Refusal =>
  ({ ...source, why: 'workload-unknown', workload: { ...service, kind }, known: true, near: [], ...more }) as Refusal
const flawed = (to: string, flaw: Flaw): Refusal => ({ ...malformed, why: 'no-destination', to, flaw })

const FORMS: readonly (readonly [refusal: Refusal, text: object])[] = [
  [
    { code: 'SOURCE_MALFORMED', why: 'no-source', from: '', meant: [] },
    {
      message: "--from '' is no source",
      hint: 'write pod/NAME, pod/NAMESPACE/NAME, deploy/NAME or svc/NAME for one of its pods, node/NAME, host, or an IP address',
    },
  ],
  [
    { code: 'SOURCE_MALFORMED', why: 'no-source', from: 'client', meant: [client, other, pod, pod] },
    { message: '--from client is no source', hint: 'client is a pod: write pod/client or pod/shop/client or pod/web' },
  ],
  [
    { code: 'SOURCE_MALFORMED', why: 'no-source', from: 'node-1', meant: [node] },
    { message: '--from node-1 is no source', hint: 'node-1 is a node: write node/node-1' },
  ],
  [
    { ...source, why: 'no-pod-at', address: '10.244.1.7' },
    { message: 'no pod has the address 10.244.1.7', hint: 'kubectl get pods -A -o wide shows those that have one' },
  ],
  [
    { ...source, why: 'no-pod-at', address: '10.244.1.7', node: 'node-1' },
    {
      message: 'no pod has the address 10.244.1.7, which is of the range of node-1',
      hint: 'kubectl get pods -A -o wide shows those that have one',
    },
  ],
  [
    { ...source, why: 'service-address', address: '10.96.0.1' },
    {
      message: '10.96.0.1 is of the range of Services, and a Service sends nothing',
      hint: 'write pod/NAME, pod/NAMESPACE/NAME, deploy/NAME or svc/NAME for one of its pods, node/NAME, host, or an IP address',
    },
  ],
  [
    { ...source, why: 'service-address', address: '10.96.0.1', service },
    {
      message: '10.96.0.1 is an address of Service shop/cart, and a Service sends nothing',
      hint: 'write pod/NAME, pod/NAMESPACE/NAME, deploy/NAME or svc/NAME for one of its pods, node/NAME, host, or an IP address',
    },
  ],
  [
    { ...source, why: 'sends-nothing', address: '127.0.0.1' },
    {
      message: 'nothing sends from 127.0.0.1 over a network',
      hint: 'write pod/NAME, pod/NAMESPACE/NAME, deploy/NAME or svc/NAME for one of its pods, node/NAME, host, or an IP address',
    },
  ],
  [
    { ...source, why: 'no-host' },
    {
      message: 'this cluster has no host that stands beside its nodes',
      hint: 'say who sends: --from pod/NAME, node/NAME, or the address of a client outside',
    },
  ],
  [
    { ...source, why: 'pod-without-address', pod, phase: 'Pending', onNode: true },
    { message: 'pod default/web has no address yet: it is Pending', hint: 'kubectl describe pod web -n default' },
  ],
  [
    { ...source, why: 'service-without-pods', service },
    {
      message: 'a Service sends nothing by itself, and no pod is behind shop/cart',
      hint: '--to svc/cart says why; as --from write a pod, a node or an address',
    },
  ],
  [
    { ...source, why: 'workload-without-pods', workload: { ...service, kind: 'StatefulSet' }, scaledToZero: false },
    { message: 'StatefulSet shop/cart has no pod that could send', hint: 'kubectl describe sts/cart -n shop' },
  ],
  [
    unknown('DaemonSet', { known: false }),
    {
      message: 'no pod belongs to a DaemonSet cart in namespace shop',
      hint: 'kubectl get pods -n shop shows those that are there: write pod/NAME',
    },
  ],
  [
    unknown('Deployment', { elsewhere: { ...service, kind: 'Deployment', namespace: 'team' } }),
    { message: 'there is no Deployment cart in namespace shop', hint: 'there is deploy/team/cart' },
  ],
  [
    unknown('Job', { near: ['a', 'b', 'c'] }),
    { message: 'there is no Job cart in namespace shop', hint: 'the nearest: job/a, job/b or job/c' },
  ],
  [
    { ...source, why: 'pod-unknown', pod, near: [client, other] },
    { message: 'there is no pod web in namespace default', hint: 'the nearest: pod/client, pod/shop/client' },
  ],
  [
    { ...source, why: 'node-unknown', node: 'node-9', nodes: ['node-1', 'node-2'] },
    { message: 'there is no node node-9', hint: 'the nodes: node-1, node-2' },
  ],
  [
    { ...malformed, why: 'no-port', to: '10.96.0.1', address: 'fd00::1' },
    { message: '--to 10.96.0.1 has no port', hint: 'write it as [fd00::1]:80' },
  ],
  [
    { ...malformed, why: 'no-port', to: '172.30.0.2', address: '172.30.0.2', nodePorts: [] },
    { message: '--to 172.30.0.2 has no port', hint: 'write it as 172.30.0.2:80' },
  ],
  [
    { ...malformed, why: 'no-port', to: '172.30.0.2', address: '172.30.0.2', nodePorts },
    {
      message: '--to 172.30.0.2 has no port',
      hint: 'write it as 172.30.0.2:1; node ports: 1 of shop/cart, 2 of shop/cart, 3 of shop/cart, 4 of shop/cart and 5 of shop/cart',
    },
  ],
  [
    {
      ...malformed,
      why: 'port-not-declared',
      to: 'pod/web',
      pod,
      declared: [
        { port: 80, protocol: 'TCP', name: 'http' },
        { port: 53, protocol: 'UDP' },
      ],
      open: [],
    },
    {
      message: '--to pod/web has no port',
      hint: 'its containers declare 80/TCP (http) and 53/UDP: write it as pod/web:80',
    },
  ],
  [
    { ...malformed, why: 'port-not-declared', to: 'pod/web:x', pod, port: 'x', declared: [], open: [] },
    {
      message: 'no container of pod default/web declares a port x',
      hint: 'its containers declare none: write it as pod/web:80',
    },
  ],
  [
    { ...malformed, why: 'no-address-yet', object: pod },
    { message: 'pod default/web has no address (yet)', hint: 'kubectl describe pod web -n default' },
  ],
  [
    { ...malformed, why: 'named-port-of-name', to: 'a.web:http' },
    {
      message: '--to a.web:http: the port of a pod’s name is a number',
      hint: 'write svc/NAME[:PORT], svc/NAMESPACE/NAME[:PORT], pod/NAME:PORT, node/NAME:PORT, IP:PORT, [IPV6]:PORT, or a DNS name[:PORT]',
    },
  ],
  [
    { code: 'FAMILY_MISMATCH', why: 'object-of-other-family', object: node, addresses: ['10.0.0.1', '10.0.0.2'] },
    {
      message: 'node node-1 has no address of that family: it has 10.0.0.1 and 10.0.0.2',
      hint: 'leave --family out, or ask from a sender that has that family',
    },
  ],
  [
    flawed('a b', { kind: 'form' }),
    {
      message: '--to a b is no destination',
      hint: 'write svc/NAME[:PORT], svc/NAMESPACE/NAME[:PORT], pod/NAME:PORT, node/NAME:PORT, IP:PORT, [IPV6]:PORT, or a DNS name[:PORT]',
    },
  ],
  [
    flawed('deploy/web', { kind: 'workload' }),
    {
      message: '--to deploy/web is no destination',
      hint: 'ask its Service, svc/NAME, or one of its pods, pod/NAME:PORT',
    },
  ],
  [
    flawed('web:0', { kind: 'port', port: '0', mayBeName: true }),
    {
      message: '--to web:0 is no destination',
      hint: "'0' is no port: a number from 1 to 65535, or the name of a port",
    },
  ],
  [
    flawed('10.0.0.1:x', { kind: 'port', port: 'x', mayBeName: false }),
    { message: '--to 10.0.0.1:x is no destination', hint: "'x' is no port: a number from 1 to 65535" },
  ],
  [
    flawed('shop/cart', { kind: 'kind', meant: service }),
    { message: '--to shop/cart is no destination', hint: 'shop/cart is a Service: write svc/shop/cart' },
  ],
]

test('each refusal says what is wrong, and how it is asked instead', () => {
  for (const [refusal, text] of FORMS) assert.deepEqual(refusalText(refusal), text)
})

test('a kind is written on the command line as kubectl writes it', () => {
  assert.deepEqual(
    kinds.map((kind) => refusalText(unknown(kind, {})).hint),
    [
      'kubectl get deployments -n shop',
      'kubectl get replicasets -n shop',
      'kubectl get statefulsets -n shop',
      'kubectl get daemonsets -n shop',
      'kubectl get jobs -n shop',
      'kubectl get services -n shop',
    ],
  )
  assert.deepEqual(
    kinds.map((kind) => refusalText(unknown(kind, { near: ['cart'] })).hint),
    [
      'the nearest: deploy/cart',
      'the nearest: rs/cart',
      'the nearest: sts/cart',
      'the nearest: ds/cart',
      'the nearest: job/cart',
      'the nearest: svc/cart',
    ],
  )
})
