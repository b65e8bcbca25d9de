import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ExplainError } from '../ask/explain-error.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { facts, node, pod, service } from '../testing/cluster.ts'
import { namespaceOf, resolveSource, sourceAddress } from './source.ts'

const shop = { namespace: 'shop' }
const { network } = facts()
const given = (more: Partial<ClusterFacts> = {}): ClusterFacts =>
  facts({
    pods: [
      pod('client', 1, 9),
      pod('client', 1, 10, shop),
      pod('web-1', 2, 11),
      pod('hostnet', 2, 0, { spec: { hostNetwork: true }, status: { podIPs: [{ ip: '172.30.0.3' }] } }),
      pod('lost', 9, 0, { spec: { hostNetwork: true }, status: { podIPs: [{ ip: '172.30.0.99' }] } }),
      pod('ended', 1, 30, { status: { phase: 'Failed' } }),
      pod('placeless', 1, 31, { spec: { nodeName: '' }, status: { phase: 'Pending' } }),
      pod('bare', 1, 0, { status: { podIPs: [], phase: undefined } }),
    ],
    services: [
      ...facts().services,
      {
        ...service('lb', '10.96.0.9', { type: 'LoadBalancer' }),
        status: { loadBalancer: { ingress: [{ ip: '172.30.255.1' }] } },
      },
    ],
    ...more,
  })
/** Who sends, the pod by its name; or why nobody does. */
const sent = (from: string, more: Partial<ClusterFacts> = {}, namespace?: string): unknown => {
  try {
    const { pod: by, ...source } = resolveSource(given(more), { from, to: '', ...(namespace && { namespace }) })
    return { ...source, pod: by && `${by.metadata?.namespace}/${by.metadata?.name}` }
  } catch (error) {
    return error instanceof ExplainError ? error.refusal : error
  }
}

const TABLE: readonly (readonly [from: string, source: unknown])[] = [
  [
    'host',
    {
      sender: { kind: 'host' },
      addresses: ['172.30.0.1', 'fd00:172:30::1'],
      node: undefined,
      onNode: false,
      pod: undefined,
    },
  ],
  [
    'pod/client',
    {
      sender: { kind: 'pod', namespace: 'default', name: 'client' },
      addresses: ['10.244.1.9', 'fd00:10:244:1::9'],
      node: 'node-1',
      onNode: false,
      pod: 'default/client',
    },
  ],
  [
    'pod/shop/client',
    {
      sender: { kind: 'pod', namespace: 'shop', name: 'client' },
      addresses: ['10.244.1.10', 'fd00:10:244:1::10'],
      node: 'node-1',
      onNode: false,
      pod: 'shop/client',
    },
  ],
  [
    'pod/hostnet',
    {
      sender: { kind: 'pod', namespace: 'default', name: 'hostnet' },
      addresses: ['172.30.0.3', 'fd00:172:30::3'],
      node: 'node-2',
      onNode: true,
      pod: 'default/hostnet',
    },
  ],
  [
    'pod/lost',
    {
      sender: { kind: 'pod', namespace: 'default', name: 'lost' },
      addresses: ['172.30.0.99'],
      node: 'node-9',
      onNode: true,
      pod: 'default/lost',
    },
  ],
  [
    'node/node-1',
    {
      sender: { kind: 'node', name: 'node-1' },
      addresses: ['172.30.0.2', 'fd00:172:30::2'],
      node: 'node-1',
      onNode: true,
      pod: undefined,
    },
  ],
  [
    '10.244.1.9',
    {
      sender: { kind: 'pod', namespace: 'default', name: 'client' },
      addresses: ['10.244.1.9'],
      node: 'node-1',
      onNode: false,
      pod: 'default/client',
    },
  ],
  [
    'fd00:10:244:1::9',
    {
      sender: { kind: 'pod', namespace: 'default', name: 'client' },
      addresses: ['fd00:10:244:1::9'],
      node: 'node-1',
      onNode: false,
      pod: 'default/client',
    },
  ],
  [
    '172.30.0.3',
    {
      sender: { kind: 'node', name: 'node-2' },
      addresses: ['172.30.0.3'],
      node: 'node-2',
      onNode: true,
      pod: undefined,
    },
  ],
  [
    'fd00:172:30::1',
    { sender: { kind: 'host' }, addresses: ['fd00:172:30::1'], node: undefined, onNode: false, pod: undefined },
  ],
  [
    '203.0.113.9',
    {
      sender: { kind: 'outside', address: '203.0.113.9' },
      addresses: ['203.0.113.9'],
      node: undefined,
      onNode: false,
      pod: undefined,
    },
  ],
]

test('who sends, from which addresses, and which node meets it first', () => {
  for (const [from, source] of TABLE) assert.deepEqual(sent(from), source)
})

const REFUSALS: readonly (readonly [from: string, refusal: unknown])[] = [
  [
    'pod/ended',
    {
      code: 'SOURCE_UNKNOWN',
      why: 'pod-ended',
      pod: { kind: 'Pod', namespace: 'default', name: 'ended' },
      phase: 'Failed',
      onNode: true,
    },
  ],
  [
    'pod/placeless',
    {
      code: 'SOURCE_UNKNOWN',
      why: 'pod-without-address',
      pod: { kind: 'Pod', namespace: 'default', name: 'placeless' },
      phase: 'Pending',
      onNode: false,
    },
  ],
  [
    'pod/bare',
    {
      code: 'SOURCE_UNKNOWN',
      why: 'pod-without-address',
      pod: { kind: 'Pod', namespace: 'default', name: 'bare' },
      phase: 'Pending',
      onNode: true,
    },
  ],
  [
    'pod/clinet',
    {
      code: 'SOURCE_UNKNOWN',
      why: 'pod-unknown',
      pod: { kind: 'Pod', namespace: 'default', name: 'clinet' },
      near: [
        { kind: 'Pod', namespace: 'default', name: 'client' },
        { kind: 'Pod', namespace: 'default', name: 'hostnet' },
      ],
    },
  ],
  [
    'pod/web-1.default',
    {
      code: 'SOURCE_UNKNOWN',
      why: 'pod-unknown',
      pod: { kind: 'Pod', namespace: 'default', name: 'web-1.default' },
      elsewhere: { kind: 'Pod', namespace: 'default', name: 'web-1' },
      near: [{ kind: 'Pod', namespace: 'default', name: 'web-1' }],
    },
  ],
  [
    'pod/shop/web-1',
    {
      code: 'SOURCE_UNKNOWN',
      why: 'pod-unknown',
      pod: { kind: 'Pod', namespace: 'shop', name: 'web-1' },
      elsewhere: { kind: 'Pod', namespace: 'default', name: 'web-1' },
      near: [],
    },
  ],
  [
    'pod/client.shop',
    {
      code: 'SOURCE_UNKNOWN',
      why: 'pod-unknown',
      pod: { kind: 'Pod', namespace: 'default', name: 'client.shop' },
      elsewhere: { kind: 'Pod', namespace: 'shop', name: 'client' },
      near: [{ kind: 'Pod', namespace: 'default', name: 'client' }],
    },
  ],
  [
    'pod/web-1.',
    {
      code: 'SOURCE_UNKNOWN',
      why: 'pod-unknown',
      pod: { kind: 'Pod', namespace: 'default', name: 'web-1.' },
      elsewhere: { kind: 'Pod', namespace: 'default', name: 'web-1' },
      near: [{ kind: 'Pod', namespace: 'default', name: 'web-1' }],
    },
  ],
  ['node/node-9', { code: 'SOURCE_UNKNOWN', why: 'node-unknown', node: 'node-9', nodes: ['node-1', 'node-2'] }],
  ['10.244.1.77', { code: 'SOURCE_UNKNOWN', why: 'no-pod-at', address: '10.244.1.77', node: 'node-1' }],
  ['10.244.77.1', { code: 'SOURCE_UNKNOWN', why: 'no-pod-at', address: '10.244.77.1' }],
  [
    '10.96.0.1',
    {
      code: 'SOURCE_UNKNOWN',
      why: 'service-address',
      address: '10.96.0.1',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
    },
  ],
  [
    '172.30.255.1',
    {
      code: 'SOURCE_UNKNOWN',
      why: 'service-address',
      address: '172.30.255.1',
      service: { kind: 'Service', namespace: 'default', name: 'lb' },
    },
  ],
  ['10.96.9.9', { code: 'SOURCE_UNKNOWN', why: 'service-address', address: '10.96.9.9' }],
  ['127.0.0.1', { code: 'SOURCE_UNKNOWN', why: 'sends-nothing', address: '127.0.0.1' }],
  ['0.1.2.3', { code: 'SOURCE_UNKNOWN', why: 'sends-nothing', address: '0.1.2.3' }],
  ['224.0.0.1', { code: 'SOURCE_UNKNOWN', why: 'sends-nothing', address: '224.0.0.1' }],
  ['239.1.1.1', { code: 'SOURCE_UNKNOWN', why: 'sends-nothing', address: '239.1.1.1' }],
  ['255.255.255.255', { code: 'SOURCE_UNKNOWN', why: 'sends-nothing', address: '255.255.255.255' }],
  ['ff02::1', { code: 'SOURCE_UNKNOWN', why: 'sends-nothing', address: 'ff02::1' }],
  ['::', { code: 'SOURCE_UNKNOWN', why: 'sends-nothing', address: '::' }],
  ['::1', { code: 'SOURCE_UNKNOWN', why: 'sends-nothing', address: '::1' }],
  ['', { code: 'SOURCE_MALFORMED', why: 'no-source', from: '', meant: [] }],
  ['web', { code: 'SOURCE_MALFORMED', why: 'no-source', from: 'web', meant: [] }],
  [
    'client',
    {
      code: 'SOURCE_MALFORMED',
      why: 'no-source',
      from: 'client',
      meant: [
        { kind: 'Pod', namespace: 'default', name: 'client' },
        { kind: 'Pod', namespace: 'shop', name: 'client' },
      ],
    },
  ],
  [
    'shop/client',
    {
      code: 'SOURCE_MALFORMED',
      why: 'no-source',
      from: 'shop/client',
      meant: [{ kind: 'Pod', namespace: 'shop', name: 'client' }],
    },
  ],
  ['node-1', { code: 'SOURCE_MALFORMED', why: 'no-source', from: 'node-1', meant: [{ kind: 'Node', name: 'node-1' }] }],
]

test('what sends nothing is refused, with what may have been meant', () => {
  for (const [from, refusal] of REFUSALS) assert.deepEqual(sent(from), refusal)
  assert.deepEqual(sent('host', { network: { ...network, hostAddresses: [] } }), {
    code: 'SOURCE_UNKNOWN',
    why: 'no-host',
  })
})

test('the namespace of a source is that which is asked for, where it names none', () => {
  assert.deepEqual(sent('pod/client', {}, 'shop'), sent('pod/shop/client'))
  assert.equal(namespaceOf({ from: '', to: '', namespace: 'team' }, { pod: pod('web', 1, 1, shop) }), 'team')
  assert.equal(namespaceOf({ from: '', to: '' }, { pod: pod('web', 1, 1, shop) }), 'shop')
  assert.equal(namespaceOf({ from: '', to: '' }, { pod: undefined }), 'default')
})

test('the address of a source is the first of a family, where it has one', () => {
  const source = resolveSource(given({ nodes: [node(1)] }), { from: '10.244.1.9', to: '' })
  assert.equal(sourceAddress(source, 'IPv4'), '10.244.1.9')
  assert.equal(sourceAddress(source, 'IPv6'), undefined)
})
