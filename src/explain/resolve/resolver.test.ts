import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import { ndotsOf, parseResolvConf } from '#names/resolv-conf.ts'
import { facts, pod } from '../testing/cluster.ts'
import { resolverOf } from './resolver.ts'
import { resolveSource } from './source.ts'

const resolvConf = parseResolvConf('search corp.example .\nnameserver 192.0.2.1\n')
const dnsConfig = {
  nameservers: ['192.0.2.9', '10.96.0.10'],
  searches: ['corp.example', 'x.y'],
  options: [{ name: 'ndots', value: '2' }, { name: 'rotate' }],
}
const OURS = ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'corp.example']
const THEIRS = ['corp.example', '.']
const TABLE: readonly (readonly [
  Partial<PodSpec>,
  { asksCluster: boolean; asked: readonly string[]; searches: readonly string[]; ndots: number },
])[] = [
  [{}, { asksCluster: true, asked: ['10.96.0.10'], searches: OURS, ndots: 5 }],
  [{ dnsPolicy: '' as never }, { asksCluster: true, asked: ['10.96.0.10'], searches: OURS, ndots: 5 }],
  [{ dnsConfig }, { asksCluster: true, asked: ['10.96.0.10', '192.0.2.9'], searches: [...OURS, 'x.y'], ndots: 2 }],
  [{ hostNetwork: true }, { asksCluster: false, asked: ['192.0.2.1'], searches: THEIRS, ndots: 1 }],
  [
    { hostNetwork: true, dnsConfig },
    { asksCluster: true, asked: ['192.0.2.1', '192.0.2.9', '10.96.0.10'], searches: [...THEIRS, 'x.y'], ndots: 2 },
  ],
  [
    { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
    { asksCluster: true, asked: ['10.96.0.10'], searches: OURS, ndots: 5 },
  ],
  [{ dnsPolicy: 'Default' }, { asksCluster: false, asked: ['192.0.2.1'], searches: THEIRS, ndots: 1 }],
  [
    { dnsPolicy: 'None', dnsConfig },
    { asksCluster: true, asked: ['192.0.2.9', '10.96.0.10'], searches: ['corp.example', 'x.y'], ndots: 2 },
  ],
  [
    { dnsPolicy: 'None', dnsConfig: { nameservers: ['192.0.2.9'] } },
    { asksCluster: false, asked: ['192.0.2.9'], searches: [], ndots: 1 },
  ],
]

for (const [spec, expected] of TABLE)
  test(`whom a sender asks, and what it puts behind a name: ${JSON.stringify(spec)}`, () => {
    const { network } = facts()
    const sender = pod('sender', 1, 30, {
      spec,
      ...(spec.hostNetwork && { status: { podIPs: [{ ip: '172.30.0.2' }] } }),
    })
    const given = facts({ network: { ...network, resolvConf }, pods: [sender] })
    const { asksCluster, servers, conf } = resolverOf(given, resolveSource(given, { from: 'pod/sender', to: '' }))
    const { nameservers: asked, searches } = conf
    assert.deepEqual({ asksCluster, asked, searches, ndots: ndotsOf(conf) }, expected)
    assert.deepEqual(servers, expected.asksCluster ? ['10.96.0.10'] : [])
  })
