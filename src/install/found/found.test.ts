import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterObjects } from './found.ts'
import { othersIn, workloadText } from './others.ts'
import { foundRanges } from './ranges.ts'

const NOTHING: ClusterObjects = {
  nodes: [],
  daemonSets: [],
  deployments: [],
  serviceCidrs: [],
  definitions: [],
  ingressClasses: [],
  dnsService: undefined,
  apiServerSlices: [],
  configMaps: new Map(),
}
const workload = (namespace: string, name: string, labels: Record<string, string> = {}): any => ({
  metadata: { namespace, name, labels },
})
const map = (name: string, file: string, text: string) => [name, { data: { [file]: text } } as any] as const
const nodesOf = (...ranges: readonly (readonly string[])[]): any => ranges.map((podCIDRs) => ({ spec: { podCIDRs } }))

test('others are known by the names of their manifests, or by their makers’ labels', () => {
  const found = othersIn({
    daemonSets: [
      workload('kube-system', 'kube-proxy'),
      workload('kube-system', 'proxy-of-nodes', { 'k8s-app': 'kube-proxy' }),
      workload('kube-flannel', 'kube-flannel-ds'),
      workload('metallb-system', 'speaker'),
      workload('default', 'loudspeaker'),
      workload('fairlead-system', 'fairlead-node'),
    ],
    deployments: [workload('kube-system', 'coredns'), workload('default', 'web', { 'k8s-app': 'web' })],
  })
  assert.deepEqual(
    found.map((one) => [one.name, workloadText(one), ...one.does]),
    [
      ['kube-proxy', 'DaemonSet kube-system/kube-proxy', 'proxy'],
      ['kube-proxy', 'DaemonSet kube-system/proxy-of-nodes', 'proxy'],
      ['flannel', 'DaemonSet kube-flannel/kube-flannel-ds', 'network'],
      ['MetalLB', 'DaemonSet metallb-system/speaker', 'balancer'],
      ['CoreDNS', 'Deployment kube-system/coredns', 'dns'],
    ],
  )
})

test('ranges are taken from who surely knows them, in that order', () => {
  const kubeadm = map(
    'kubeadm-config',
    'ClusterConfiguration',
    'networking:\n  podSubnet: 10.1.0.0/16,fd01::/48\n  serviceSubnet: 10.2.0.0/16\n  dnsDomain: of.kubeadm\n',
  )
  const proxy = map(
    'kube-proxy',
    'config.conf',
    'clusterCIDR: 10.3.0.0/16\nnodePortAddresses: [192.0.2.0/24, primary]\n',
  )
  const coredns = map(
    'coredns',
    'Corefile',
    '.:53 {\n  errors\n  kubernetes of.coredns in-addr.arpa ip6.arpa {\n  }\n}\n',
  )
  const of = (objects: Partial<ClusterObjects>) => foundRanges({ ...NOTHING, ...objects })
  const all = of({
    configMaps: new Map([kubeadm, proxy, coredns]),
    serviceCidrs: [{ spec: { cidrs: ['10.4.0.0/16'] } }, { spec: { cidrs: ['10.5.0.0/16', '10.4.0.0/16'] } }] as any,
    nodes: nodesOf(['10.9.1.0/24']),
  })
  assert.deepEqual(all.clusterCidrs, ['10.3.0.0/16'])
  assert.deepEqual(all.serviceCidrs, ['10.4.0.0/16', '10.5.0.0/16'])
  assert.deepEqual(all.nodePortAddresses, ['192.0.2.0/24'])
  assert.equal(all.clusterDomain, 'of.kubeadm')
  const less = of({ configMaps: new Map([kubeadm]) })
  assert.deepEqual([less.clusterCidrs, less.serviceCidrs], [['10.1.0.0/16', 'fd01::/48'], ['10.2.0.0/16']])
  assert.equal(of({ configMaps: new Map([coredns]) }).clusterDomain, 'of.coredns')
  const broken = of({
    configMaps: new Map([map('kube-proxy', 'config.conf', 'a: [')]),
    nodes: nodesOf(['10.9.1.0/24']),
  })
  assert.deepEqual(
    [broken.clusterCidrs, broken.clusterDomain, broken.nodePortAddresses],
    [['10.9.0.0/16'], undefined, []],
  )
})

test('where nobody tells of pods’ range it is as wide as nodes’ ranges, and has room for more of them', () => {
  const of = (...ranges: readonly (readonly string[])[]) =>
    foundRanges({ ...NOTHING, nodes: nodesOf(...ranges) }).clusterCidrs
  assert.deepEqual(of(), [])
  assert.deepEqual(of(['10.244.1.0/24', 'fd00:10:244:1::/64'], ['10.244.2.0/24', 'fd00:10:244:2::/64']), [
    '10.244.0.0/16',
    'fd00:10:244::/56',
  ])
  assert.deepEqual(of(['10.244.1.0/24'], ['10.245.2.0/24']), ['10.244.0.0/15'])
})

test('API servers are the ready endpoints of default/kubernetes, and DNS is where kube-dns is', () => {
  const found = foundRanges({
    ...NOTHING,
    dnsService: { spec: { clusterIPs: ['10.96.0.10', 'fd00:96::a'] } } as any,
    apiServerSlices: [
      {
        ports: [{ name: 'https', port: 6443 }],
        endpoints: [
          { addresses: ['10.0.0.1'], conditions: { ready: true } },
          { addresses: ['10.0.0.2'], conditions: { ready: false } },
          { addresses: ['10.0.0.3'] },
        ],
      },
      { ports: [{ port: 6443 }], endpoints: [{ addresses: ['fd00::1'] }] },
    ] as any,
  })
  assert.deepEqual(found.apiServers, ['https://10.0.0.1:6443', 'https://10.0.0.3:6443', 'https://[fd00::1]:6443'])
  assert.deepEqual(found.clusterDns, ['10.96.0.10', 'fd00:96::a'])
})
