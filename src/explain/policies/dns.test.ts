import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterFacts } from '../cluster/facts.ts'
import { at, facts, pod, service, slice } from '../testing/cluster.ts'
import { policy, withPolicies } from '../testing/policies.ts'
import { closedDns, dnsEndpoints } from './dns.ts'

const namespace = 'kube-system'
const ports = [
  { name: 'dns', port: 53, protocol: 'UDP' },
  { name: 'dns-tcp', port: 53, protocol: 'TCP' },
  { name: 'metrics', port: 9153, protocol: 'TCP' },
]
/** A DNS of two pods, one of which is not ready, beside the metrics that it tells. */
const ofPods = (more: Partial<ClusterFacts> = {}): ClusterFacts => {
  const endpoints = slice('kube-dns', [at('10.244.1.53', 1), at('10.244.2.53', 2, { ready: false })])
  return facts({
    ...more,
    services: [service('kube-dns', '10.96.0.10', { ports }, { namespace })],
    slices: [
      {
        ...endpoints,
        metadata: { namespace, labels: { 'kubernetes.io/service-name': 'kube-dns' } },
        ports: ports.map((one) => (one.port === 53 ? { ...one, port: 5353 } : one)),
      } as unknown as typeof endpoints,
    ],
  })
}

test('the DNS answers where its Service’s port 53 leads, at pods that are ready', () => {
  assert.deepEqual(
    dnsEndpoints(ofPods()).filter(({ port }) => port !== 53),
    [
      { address: '10.244.1.53', port: 5353, protocol: 'UDP' },
      { address: '10.244.1.53', port: 5353, protocol: 'TCP' },
    ],
  )
})

test('a pod that is not set up to ask the cluster’s DNS misses nothing', () => {
  const closed = policy('out', { policyTypes: ['Egress'], egress: [] })
  const given = (spec: object) => withPolicies([closed], [], { pods: [pod('client', 1, 9, { spec })] })
  const client = { kind: 'Pod', namespace: 'default', name: 'client' }
  assert.deepEqual(closedDns(given({}), client), ['UDP'])
  assert.deepEqual(closedDns(given({ dnsPolicy: 'Default' }), client), [])
  const open = policy('dns', { policyTypes: ['Egress'], egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }] })
  assert.deepEqual(closedDns(withPolicies([closed, open]), client), [])
})
