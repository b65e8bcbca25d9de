import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Refusal } from '../trace/refusal.ts'
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
