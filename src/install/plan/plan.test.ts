import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterObjects } from '../found/found.ts'
import { type InstallOptions, planInstall } from './plan.ts'

const ASKED: InstallOptions = {
  namespace: 'fairlead-system',
  image: 'fairlead:1',
  parts: undefined,
  replace: [],
  clusterCidrs: ['10.244.0.0/16'],
  serviceCidrs: ['10.96.0.0/12'],
  clusterDns: ['10.96.0.10'],
  clusterDomain: undefined,
  apiServers: [],
  kubeconfigServer: 'https://api.example:6443',
}
const workload = (namespace: string, name: string): any => ({ metadata: { namespace, name } })
const PROXY = workload('kube-system', 'kube-proxy')
const CALICO = workload('kube-system', 'calico-node')
const COREDNS = workload('kube-system', 'coredns')

const plan = (asked: Partial<InstallOptions> = {}, objects: Partial<ClusterObjects> = {}) =>
  planInstall(
    {
      nodes: [],
      daemonSets: [],
      deployments: [],
      serviceCidrs: [],
      definitions: [],
      ingressClasses: [],
      dnsService: undefined,
      apiServerSlices: [],
      configMaps: new Map(),
      ...objects,
    },
    { ...ASKED, ...asked },
  )

test('without a word all is installed that nobody else does', () => {
  assert.deepEqual(plan().installation.settings.parts, ['proxy', 'network', 'policy', 'dns', 'balancer', 'gateway'])
  const usual = plan({}, { daemonSets: [PROXY, CALICO], deployments: [COREDNS] })
  assert.deepEqual(usual.installation.settings.parts, ['balancer', 'gateway'])
  assert.deepEqual(usual.notes, [], 'who does something else is not spoken of')
  assert.deepEqual(plan({ replace: ['kube-proxy'] }, { daemonSets: [PROXY, CALICO] }).installation.settings.parts, [
    'proxy',
    'dns',
    'balancer',
    'gateway',
  ])
})

test('what another does may be done beside it where ours goes before it, and it is said how to hand over', () => {
  const { installation, replaced, notes } = plan(
    { parts: ['proxy', 'dns'] },
    { daemonSets: [PROXY], deployments: [COREDNS] },
  )
  assert.deepEqual([installation.settings.parts, replaced], [['proxy', 'dns'], []])
  assert.deepEqual(notes, [
    'kube-proxy (DaemonSet kube-system/kube-proxy) stays, and ours go before it for part proxy; --replace kube-proxy hands over to ours',
    'CoreDNS (Deployment kube-system/coredns) stays, and ours go before it for part dns',
  ])
})

test('of networks and load balancers a cluster has one: a second is refused with what to leave out', () => {
  assert.throws(() => plan({ parts: ['network', 'proxy'] }, { daemonSets: [CALICO] }), {
    code: 'INSTALL_TAKEN',
    message: /^Calico \(DaemonSet kube-system\/calico-node\) does what part network would do/,
    hint: 'leave it out: --parts proxy; or take Calico away first',
  })
})

test('who is to make room is named with its object; one that has done so is no fault, one that cannot is refused', () => {
  const { replaced, notes } = plan({ parts: ['proxy'], replace: ['kube-proxy'] }, { daemonSets: [PROXY] })
  assert.deepEqual(
    replaced.map(({ namespace, object }) => `${namespace}/${object}`),
    ['kube-system/kube-proxy'],
  )
  assert.match(notes[0]!, /makes room once every node’s rules are written$/)
  assert.deepEqual(plan({ parts: ['proxy'], replace: ['kube-proxy'] }).replaced, [])
  assert.throws(() => plan({ replace: ['calico'] }), { code: 'INSTALL_REPLACE', message: /^calico cannot be replaced/ })
})

test('what cannot be found out is asked for by its flag, and the kubeconfig’s server is the last that is taken', () => {
  for (const [change, hint] of [
    [{ serviceCidrs: [] }, /--service-cidr/],
    [{ clusterCidrs: [] }, /--cluster-cidr/],
  ] as const)
    assert.throws(
      () => plan(change),
      (error: { code: string; hint: string }) => error.code === 'INSTALL_UNKNOWN' && hint.test(error.hint),
    )
  assert.deepEqual(plan({ clusterDns: [], parts: ['proxy'] }).installation.settings.clusterDns, [])
  assert.deepEqual(plan().installation.settings.apiServers, ['https://api.example:6443'])
  assert.deepEqual(plan({ apiServers: ['https://10.0.0.1:6443'] }).installation.settings.apiServers, [
    'https://10.0.0.1:6443',
  ])
  assert.equal(plan().installation.settings.clusterDomain, 'cluster.local')
})

test('where there is no Service for DNS one is made, at the tenth address of the Services; another’s is left as it is', () => {
  const dual = { clusterDns: [], serviceCidrs: ['10.96.0.0/12', 'fd00:96::/112'] }
  const made = plan(dual).installation
  assert.deepEqual(
    [made.dnsService, made.settings.clusterDns],
    [
      ['10.96.0.10', 'fd00:96::a'],
      ['10.96.0.10', 'fd00:96::a'],
    ],
  )
  assert.equal(plan({ ...dual, parts: ['proxy'] }).installation.dnsService, undefined)
  const dnsService = { metadata: { labels: { 'k8s-app': 'kube-dns' } }, spec: { clusterIPs: ['10.96.0.53'] } } as any
  const theirs = plan(dual, { dnsService }).installation
  assert.deepEqual([theirs.dnsService, theirs.settings.clusterDns], [undefined, ['10.96.0.53']])
})

test('a cluster whose nodes have no ranges is given them, where the network is ours', () => {
  const nodes = (podCIDRs?: string[]): any => [{ spec: {} }, { spec: { podCIDRs } }]
  const ipam = (parts: ['network'] | ['proxy'], ranges?: string[]) =>
    plan({ parts }, { nodes: nodes(ranges) }).installation.settings.nodeIpam
  assert.deepEqual(ipam(['network']), { clusterCidrs: ['10.244.0.0/16'] })
  assert.equal(ipam(['network'], ['10.244.1.0/24']), undefined)
  assert.equal(ipam(['proxy']), undefined)
})

test('definitions of others are theirs, and an Ingress class of theirs that is the default stays so', () => {
  const named = (name: string, labels = {}): any => ({ metadata: { name, labels } })
  const ours = { 'app.kubernetes.io/part-of': 'fairlead', 'app.kubernetes.io/managed-by': 'fairlead-install' }
  const of = (controller?: string) =>
    plan(
      {},
      {
        definitions: [named('gateways.gateway.networking.k8s.io'), named('bgppeers.fairlead.dev', ours)],
        ingressClasses:
          controller === undefined
            ? []
            : ([
                {
                  metadata: { name: 'x', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
                  spec: { controller },
                },
              ] as any),
      },
    ).installation
  assert.deepEqual(of().defined, ['gateways.gateway.networking.k8s.io'])
  assert.deepEqual(
    [of().isDefaultIngress, of('nginx').isDefaultIngress, of('fairlead.dev/gateway-controller').isDefaultIngress],
    [true, false, true],
  )
})

test('where others do all of it nothing is installed unless it is named', () => {
  const all = [PROXY, CALICO, workload('metallb-system', 'speaker')]
  const asked = { replace: [], parts: [] as const }
  assert.throws(() => plan(asked, { daemonSets: all, deployments: [COREDNS] }), {
    code: 'INSTALL_NOTHING',
    hint: 'name what is to be installed beside them: --parts proxy,dns,policy,gateway',
  })
})
