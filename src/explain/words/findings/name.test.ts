import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FactsOfFinding, findingWords } from '../../testing/finding-words.ts'

const service = { kind: 'Service', namespace: 'default', name: 'web' }

const TABLE: readonly (readonly [finding: FactsOfFinding, words: object])[] = [
  [
    {
      reason: 'dns-name-unknown',
      name: 'web.default',
      cause: 'search-list',
      fullName: 'web.default.svc.cluster.local',
      sender: { kind: 'host' },
      searches: ['a.b', 'c.d'],
    },
    {
      message:
        'DNS has no name web.default (NXDOMAIN); it has web.default.svc.cluster.local, and the host puts only a.b or c.d behind a name',
      details: ['a pod of dnsPolicy ClusterFirst has the search list of its namespace'],
    },
  ],
  [
    {
      reason: 'dns-name-unknown',
      name: 'web.default',
      cause: 'search-list',
      fullName: 'web.default.svc.cluster.local',
      sender: { kind: 'host' },
      searches: [],
    },
    {
      message:
        'DNS has no name web.default (NXDOMAIN); it has web.default.svc.cluster.local, and the host puts nothing behind a name',
      details: ['a pod of dnsPolicy ClusterFirst has the search list of its namespace'],
    },
  ],
  [
    { reason: 'dns-name-unknown', name: 'node-1', cause: 'node', addresses: ['172.30.0.2', 'fd00::2'] },
    {
      message: 'DNS has no name node-1 (NXDOMAIN): it is a node, and nodes have no names there',
      details: ['node-1 is 172.30.0.2 and fd00::2'],
    },
  ],
  [
    { reason: 'dns-name-unknown', name: 'wbe', cause: 'nothing', domain: 'cluster.local', near: [] },
    {
      message: 'DNS has no name wbe (NXDOMAIN)',
      details: ['the shape of a name: SERVICE, SERVICE.NAMESPACE, or SERVICE.NAMESPACE.svc.cluster.local'],
    },
  ],
  [
    {
      reason: 'dns-name-unknown',
      name: 'wbe',
      cause: 'nothing',
      domain: 'cluster.local',
      near: ['a', 'b'],
      letOut: true,
    },
    {
      message: 'DNS has no name wbe (NXDOMAIN); the nearest: a or b',
      details: [
        'the shape of a name: SERVICE, SERVICE.NAMESPACE, or SERVICE.NAMESPACE.svc.cluster.local',
        'a name outside of the cluster is asked of the machine’s own resolver; no Service has a part in it',
      ],
    },
  ],
  [
    {
      reason: 'dns-name-unknown',
      name: 'example.com',
      cause: 'nothing',
      domain: 'cluster.local',
      near: [],
      letOut: false,
    },
    {
      message: 'DNS has no name example.com (NXDOMAIN)',
      details: [
        'the shape of a name: SERVICE, SERVICE.NAMESPACE, or SERVICE.NAMESPACE.svc.cluster.local',
        'a name outside of the cluster is not resolved: the cluster was started without --egress',
      ],
    },
  ],
  [
    {
      reason: 'dns-not-asked',
      name: 'web',
      sender: { kind: 'outside', address: '203.0.113.9' },
      asks: { kind: 'outside' },
      servers: [],
      fixed: false,
      service,
    },
    {
      message: '203.0.113.9 knows no names of the cluster: web is Service default/web in the cluster’s DNS alone',
      details: [],
    },
  ],
  [
    {
      reason: 'dns-not-asked',
      name: 'web',
      sender: { kind: 'host' },
      asks: { kind: 'machine' },
      servers: ['10.96.0.10', 'fd00::a'],
      fixed: false,
      addresses: ['10.0.0.1', '10.0.0.2'],
    },
    {
      message:
        'the host asks the machine’s own resolver, which knows no names of the cluster: web is 10.0.0.1 and 10.0.0.2 in the cluster’s DNS alone',
      details: ['the cluster’s DNS is at 10.96.0.10 and fd00::a'],
    },
  ],
  [
    {
      reason: 'dns-not-asked',
      name: 'web',
      sender: { kind: 'pod', namespace: 'default', name: 'client' },
      asks: { kind: 'host-network' },
      servers: [],
      fixed: true,
      service,
    },
    {
      message:
        'pod default/client is on its node’s network, where dnsPolicy ClusterFirst means the node’s own resolver, which knows no names of the cluster: web is Service default/web in the cluster’s DNS alone',
      details: [
        'dnsPolicy cannot be changed in a pod that is there: make it anew with ClusterFirst, or ClusterFirstWithHostNet where it has hostNetwork',
      ],
    },
  ],
  [
    {
      reason: 'dns-not-asked',
      name: 'web',
      sender: { kind: 'pod', namespace: 'default', name: 'client' },
      asks: { kind: 'policy', policy: 'Default', servers: [] },
      servers: [],
      fixed: true,
      service,
    },
    {
      message:
        'pod default/client has dnsPolicy Default: it asks the node’s own resolver, which knows no names of the cluster: web is Service default/web in the cluster’s DNS alone',
      details: [
        'dnsPolicy cannot be changed in a pod that is there: make it anew with ClusterFirst, or ClusterFirstWithHostNet where it has hostNetwork',
      ],
    },
  ],
  [
    {
      reason: 'dns-not-asked',
      name: 'web',
      sender: { kind: 'pod', namespace: 'default', name: 'client' },
      asks: { kind: 'policy', policy: 'None', servers: ['9.9.9.9', '1.1.1.1'] },
      servers: [],
      fixed: false,
      service,
    },
    {
      message:
        'pod default/client has dnsPolicy None: it asks 9.9.9.9 and 1.1.1.1, which knows no names of the cluster: web is Service default/web in the cluster’s DNS alone',
      details: [],
    },
  ],
  [
    { reason: 'external-name', service, target: 'example.com', outside: true, letOut: true },
    {
      message:
        'Service default/web is an ExternalName: DNS answers with the name example.com, and no packet passes a Service',
      details: ['whether it answers depends on the machine’s resolver and on the way there'],
    },
  ],
  [
    { reason: 'external-name', service, target: 'example.com', outside: true, letOut: false },
    {
      message:
        'Service default/web is an ExternalName: DNS answers with the name example.com, and no packet passes a Service',
      details: ['the cluster was started without --egress, so that name is not resolved and nothing is let out'],
    },
  ],
  [
    { reason: 'external-name', service, target: 'gone.default.svc', outside: false, letOut: false },
    {
      message:
        'Service default/web is an ExternalName of gone.default.svc, which nothing in the cluster has (NXDOMAIN)',
      details: [],
    },
  ],
  [
    { reason: 'service-unknown', service },
    { message: 'there is no Service web in namespace default', details: [] },
  ],
  [
    { reason: 'service-unknown', service, namespaces: ['default', 'shop'] },
    {
      message: 'there is no Service web in namespace default',
      details: ['there is no namespace default either; there are default and shop'],
    },
  ],
  [
    { reason: 'service-unknown', service, others: ['api', 'db'] },
    { message: 'there is no Service web in namespace default', details: ['Services there: api and db'] },
  ],
  [
    { reason: 'other-namespace', service, namespaces: ['shop', 'team'] },
    {
      message:
        'Service web is not in namespace default, but in shop and team; a name without a namespace means the sender’s own, or --namespace',
      details: [],
    },
  ],
]

test('why a name leads nowhere', () => {
  for (const [finding, words] of TABLE) assert.deepEqual(findingWords(finding), words)
})
