import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { declaredPorts, policyNode, policyPod } from './policy-objects.ts'
import { portsOf } from './traffic.ts'

const pod = (spec: object = {}, status: object = {}): Pod =>
  ({
    metadata: {
      namespace: 'shop',
      name: 'web',
      uid: 'u1',
      labels: { app: 'web' },
      creationTimestamp: '2026-01-01T00:00:01Z',
    },
    spec: { nodeName: 'node-1', containers: [], ...spec },
    status: { phase: 'Running', podIP: '10.244.1.2', podIPs: [{ ip: '10.244.1.2' }, { ip: 'FD00::2' }], ...status },
  }) as unknown as Pod

test('a pod is its namespace, name and labels, its addresses in their one form, its node, and when it was made', () => {
  const { addresses, ...rest } = policyPod(pod())!
  assert.deepEqual(rest, {
    namespace: 'shop',
    name: 'web',
    uid: 'u1',
    labels: { app: 'web' },
    ports: [],
    node: 'node-1',
    since: Date.parse('2026-01-01T00:00:01Z'),
  })
  assert.deepEqual(
    addresses.map(({ text }) => text),
    ['10.244.1.2', 'fd00::2'],
  )
})

test('one that has not begun has no address or node yet, and one that was never made no time', () => {
  const early = policyPod({ metadata: { uid: 'u1' }, spec: {}, status: { phase: 'Pending' } } as unknown as Pod)
  assert.deepEqual(early, {
    namespace: '',
    name: '',
    uid: 'u1',
    labels: {},
    addresses: [],
    ports: [],
    node: '',
    since: 0,
  })
  assert.deepEqual(policyPod({} as Pod)?.addresses, [])
})

test('one that has ended, or lives in its node’s own network, is none for policies', () => {
  assert.equal(policyPod(pod({ hostNetwork: true })), undefined)
  for (const phase of ['Succeeded', 'Failed']) assert.equal(policyPod(pod({}, { phase })), undefined, phase)
  assert.ok(policyPod(pod({ hostNetwork: false }, { phase: 'Pending' })))
})

test('named ports are those of containers and of those that run beside them, of TCP where nothing is said', () => {
  const spec = {
    containers: [
      { ports: [{ name: 'web', containerPort: 80 }, { containerPort: 81 }] },
      { ports: [{ name: 'web', containerPort: 8080, protocol: 'UDP' }] },
      {},
    ],
    initContainers: [
      { ports: [{ name: 'set-up', containerPort: 1 }] },
      {
        restartPolicy: 'Always',
        ports: [
          { name: 'beside', containerPort: 2, protocol: 'SCTP' },
          { name: '', containerPort: 3 },
        ],
      },
    ],
  }
  const named = [
    { name: 'web', protocol: 'TCP', port: 80 },
    { name: 'web', protocol: 'UDP', port: 8080 },
    { name: 'beside', protocol: 'SCTP', port: 2 },
  ]
  assert.deepEqual(policyPod(pod(spec))?.ports, named)
  const unnamed = (port: number) => ({ name: undefined, protocol: 'TCP', port })
  assert.deepEqual(declaredPorts(pod(spec)), [named[0], unnamed(81), named[1], named[2], unnamed(3)])
  assert.deepEqual(declaredPorts({} as Pod), [])
})

test('a node is its labels and all its addresses but its name; each once', () => {
  const node = {
    metadata: { name: 'node-1', labels: { disk: 'ssd' } },
    status: {
      addresses: [
        { type: 'InternalIP', address: '172.30.0.1' },
        { type: 'ExternalIP', address: '203.0.113.1' },
        { type: 'ExternalIP', address: '172.30.0.1' },
        { type: 'InternalIP', address: 'FD00::1' },
        { type: 'Hostname', address: '10.9.9.9' },
        { type: 'ExternalDNS', address: 'node-1.example.com' },
      ],
    },
  } as unknown as Node
  const serves = { namespace: 'kube-system', labels: {}, traffic: portsOf('UDP', 53, 53), ports: [] }
  const { addresses, ...rest } = policyNode(node, serves)
  assert.deepEqual(rest, { name: 'node-1', labels: { disk: 'ssd' }, serves })
  assert.deepEqual(
    addresses.map(({ text }) => text),
    ['172.30.0.1', '203.0.113.1', 'fd00::1'],
  )
  assert.deepEqual(policyNode({} as Node), { name: '', labels: {}, addresses: [], serves: undefined })
})
