import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import { facts, pod, service } from '../testing/cluster.ts'
import { clusterDnsOf, resolverOf } from './resolver.ts'

const udp = { ports: [{ name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 }] }
const labels = { 'k8s-app': 'kube-dns' }
const coredns = (spec: object = {}, more: object = { labels }): Service =>
  service('coredns', '10.96.0.99', { ...udp, ...spec }, more)
const elsewhere = (one: Service): Service => ({ ...one, metadata: { ...one.metadata, namespace: 'dns' } })

test('the cluster’s DNS is kube-system/kube-dns, or what bears its label and answers at port 53 by UDP', () => {
  const known = { ...coredns(), metadata: { name: 'kube-dns', namespace: 'kube-system' } }
  const found = (...services: readonly Service[]) => clusterDnsOf({ ...facts(), services })
  assert.equal(found(coredns(), known), known)
  const labelled = elsewhere(coredns())
  assert.equal(found(labelled), labelled)
  for (const other of [
    coredns({}, {}),
    coredns({ clusterIP: 'None' }),
    coredns({ ports: [{ port: 53, protocol: 'TCP' }] }),
    coredns({ ports: [{ port: 5353, protocol: 'UDP' }] }),
    coredns({ ports: undefined }),
  ])
    assert.equal(found(other), undefined, JSON.stringify(other))
})

test('whom a sender asks goes by its dnsPolicy, its network and what its node has', () => {
  const conf = { nameservers: ['192.0.2.53'], searches: ['lab.example'], options: [] }
  const cluster = { ...facts(), services: [coredns()] }
  const there = { ...cluster, network: { ...cluster.network, resolvConf: conf, dnsOnNodes: false } }
  const asks = (spec: object) => {
    const one = pod('client', 1, 9, { spec })
    const { conf: used, ...rest } = resolverOf(there, {
      sender: { kind: 'pod', namespace: 'default', name: 'client' },
      pod: one,
    } as never)
    return { ...rest, nameservers: used.nameservers }
  }
  const cluster53 = { asksCluster: true, servers: ['10.96.0.99'], nameservers: ['10.96.0.99'] }
  const machine53 = { asksCluster: false, servers: [], nameservers: ['192.0.2.53'] }
  const policy = (name: string, servers: readonly string[]) => ({ kind: 'policy', policy: name, servers })
  assert.deepEqual(asks({}), { ...cluster53, other: policy('ClusterFirst', ['10.96.0.99']) })
  assert.deepEqual(asks({ hostNetwork: true }), { ...machine53, other: { kind: 'host-network' } })
  assert.deepEqual(asks({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }), {
    ...cluster53,
    other: policy('ClusterFirstWithHostNet', ['10.96.0.99']),
  })
  assert.deepEqual(asks({ dnsPolicy: 'Default' }), { ...machine53, other: policy('Default', ['192.0.2.53']) })
  assert.deepEqual(asks({ dnsPolicy: 'None', dnsConfig: { nameservers: ['10.96.0.99', '192.0.2.7'] } }), {
    asksCluster: true,
    servers: ['10.96.0.99'],
    nameservers: ['10.96.0.99', '192.0.2.7'],
    other: policy('None', ['10.96.0.99', '192.0.2.7']),
  })
})
