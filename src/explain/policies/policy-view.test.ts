import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heldAddress } from '#policy/peer.ts'
import { PolicyView } from './policy-view.ts'

type Facts = ConstructorParameters<typeof PolicyView>[0]
const pod = (
  name: string,
  address: string,
  more: { made?: string; spec?: object; namespace?: string; phase?: string } = {},
) => ({
  metadata: {
    namespace: more.namespace ?? 'x',
    name,
    labels: { app: name },
    creationTimestamp: more.made ?? '2026-01-01T00:00:00Z',
  },
  spec: { nodeName: 'node-1', containers: [], ...more.spec },
  status: { phase: more.phase ?? 'Running', podIPs: [{ ip: address }] },
})
const policy = (name: string, spec: object) => ({ metadata: { namespace: 'x', name }, spec })
const node = (name: string, address: string) => ({
  metadata: { name },
  status: { addresses: [{ type: 'InternalIP', address }] },
})
const view = (given: Partial<Record<keyof Facts, unknown>>) =>
  new PolicyView({
    namespaces: [{ metadata: { name: 'x', labels: { team: 't' } } }, { metadata: { name: 'kube-system' } }],
    nodes: [node('node-1', '172.30.0.1'), node('node-2', '172.30.0.2')],
    pods: [],
    policies: [],
    clusterPolicies: [],
    dnsOnNodes: false,
    ...given,
  } as unknown as Facts)
const asked = { protocol: 'TCP', port: 80 } as const
const all = { podSelector: {} }

test('both ends have a word, the sender first, of the policies that select them', () => {
  const seen = view({
    pods: [pod('a', '10.0.0.1'), pod('b', '10.0.0.2')],
    policies: [policy('in', { podSelector: { matchLabels: { app: 'b' } } })],
  })
  const words = seen.words('10.0.0.1', '10.0.0.2', asked)
  assert.deepEqual(
    words.map(({ pod, direction, passes, isolatedBy }) => [
      pod.name,
      direction,
      passes,
      isolatedBy.map(({ name }) => name),
    ]),
    [
      ['a', 'egress', true, []],
      ['b', 'ingress', false, ['x/in']],
    ],
  )
  assert.deepEqual(
    seen.words('192.0.2.1', '10.0.0.2', asked).map(({ direction }) => direction),
    ['ingress'],
    'somebody outside says nothing',
  )
  assert.deepEqual(seen.policiesOf(seen.pod('x', 'a')!), [])
  assert.equal(seen.policiesOf(seen.pod('x', 'b')!), seen.policiesOf(seen.pod('x', 'b')!))
  assert.equal(seen.pod('y', 'a'), undefined)
})

test('nobody asks about what a pod sends to itself, a node to its own pods, or of what is no address', () => {
  const seen = view({
    pods: [pod('a', '10.0.0.1'), pod('host', '172.30.0.1', { spec: { hostNetwork: true } })],
    policies: [policy('none', { ...all, policyTypes: ['Ingress', 'Egress'] })],
  })
  const directions = (source: string, destination: string) =>
    seen.words(source, destination, asked).map(({ direction }) => direction)
  assert.deepEqual(directions('10.0.0.1', '10.0.0.1'), [])
  assert.deepEqual(directions('172.30.0.1', '10.0.0.1'), [])
  assert.deepEqual(directions('172.30.0.2', '10.0.0.1'), ['ingress'], 'another node')
  assert.deepEqual(directions('10.0.0.1', '172.30.0.1'), ['egress'], 'what a pod sends to its node is asked')
  assert.deepEqual([directions('nonsense', '10.0.0.1'), directions('10.0.0.1', 'nonsense')], [[], []])
})

test('an address is the pod’s that was made last of those that have not ended', () => {
  const old = pod('old', '10.0.0.1', { made: '2026-01-01T00:00:00Z' })
  const young = pod('young', '10.0.0.1', { made: '2026-01-02T00:00:00Z' })
  assert.equal(view({ pods: [young, old] }).podAt('10.0.0.1')?.name, 'young')
  const ended = { ...young, status: { ...young.status, phase: 'Succeeded' } }
  assert.equal(view({ pods: [ended, old] }).podAt('10.0.0.1')?.name, 'old')
  assert.equal(view({}).podAt('10.0.0.1'), undefined)
})

test('a node stands for the cluster’s DNS where the nodes answer for it', () => {
  const egress = [
    {
      to: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
          podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
        },
      ],
    },
  ]
  const given = {
    namespaces: [{ metadata: { name: 'kube-system', labels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
    pods: [pod('a', '10.0.0.1')],
    policies: [policy('dns', { ...all, policyTypes: ['Egress'], egress })],
  }
  const passes = (dnsOnNodes: boolean, protocol: 'TCP' | 'UDP', port: number) =>
    view({ ...given, dnsOnNodes })
      .words('10.0.0.1', '172.30.0.2', { protocol, port })
      .every((one) => one.passes)
  assert.deepEqual(
    [passes(true, 'UDP', 53), passes(true, 'TCP', 53), passes(true, 'UDP', 54), passes(false, 'UDP', 53)],
    [true, true, false, false],
  )
})

test('who has an address is told with what policies see of it', () => {
  const seen = view({ pods: [pod('a', '10.0.0.1')] })
  const party = (text: string) => seen.partyAt(heldAddress(text)!)
  assert.deepEqual([party('10.0.0.1').pod?.name, party('10.0.0.1').namespaceLabels], ['a', { team: 't' }])
  assert.deepEqual([party('172.30.0.2').node?.name, party('172.30.0.2').pod], ['node-2', undefined])
  assert.deepEqual([party('192.0.2.1').node, party('192.0.2.1').pod], [undefined, undefined])
})

test('ports by name are those of the pod that is asked, in both directions', () => {
  const spec = { containers: [{ ports: [{ name: 'web', containerPort: 80 }] }] }
  const passes = (policies: readonly object[], from: string, to: string) =>
    view({ pods: [pod('a', '10.0.0.1'), pod('b', '10.0.0.2', { spec })], policies })
      .words(from, to, asked)
      .every((one) => one.passes)
  const ports = [{ port: 'web' }]
  const egress = [policy('out', { ...all, policyTypes: ['Egress'], egress: [{ ports }] })]
  const ingress = [policy('in', { ...all, ingress: [{ ports }] })]
  for (const policies of [egress, ingress])
    assert.deepEqual(
      [passes(policies, '10.0.0.1', '10.0.0.2'), passes(policies, '10.0.0.2', '10.0.0.1')],
      [true, false],
    )
})

test('nodes that stand for the cluster’s DNS have the names that its pods have for its ports', () => {
  const rule = {
    to: [{ namespaceSelector: {}, podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }],
    ports: [
      { protocol: 'UDP', port: 'dns' },
      { protocol: 'TCP', port: 'dns-tcp' },
    ],
  }
  const passes = (dnsOnNodes: boolean, protocol: 'TCP' | 'UDP', port: number) =>
    view({
      namespaces: [{ metadata: { name: 'kube-system' } }],
      pods: [pod('a', '10.0.0.1')],
      policies: [policy('dns', { ...all, policyTypes: ['Egress'], egress: [rule] })],
      dnsOnNodes,
    })
      .words('10.0.0.1', '172.30.0.2', { protocol, port })
      .every((one) => one.passes)
  assert.deepEqual(
    [passes(true, 'UDP', 53), passes(true, 'TCP', 53), passes(true, 'UDP', 54), passes(false, 'UDP', 53)],
    [true, true, false, false],
  )
})

test('the cluster’s DNS is who has its labels in its namespace, and no other pod there or that is labelled so', () => {
  const labelled = (name: string, address: string, namespace: string, labels: object) => {
    const one = pod(name, address, { namespace })
    return { ...one, metadata: { ...one.metadata, labels } }
  }
  const dns = { 'k8s-app': 'kube-dns' }
  const seen = view({
    pods: [
      labelled('coredns', '10.0.0.1', 'kube-system', { ...dns, 'pod-template-hash': '5c8' }),
      labelled('metrics', '10.0.0.2', 'kube-system', { 'k8s-app': 'metrics-server' }),
      labelled('mine', '10.0.0.3', 'x', dns),
    ],
  })
  const isDns = (text: string) => seen.isDns(seen.partyAt(heldAddress(text)!))
  assert.deepEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3', '172.30.0.1', '192.0.2.1'].map(isDns), [
    true,
    false,
    false,
    false,
    false,
  ])
  const onNodes = view({ dnsOnNodes: true })
  assert.ok(onNodes.isDns(onNodes.partyAt(heldAddress('172.30.0.1')!)))
})
