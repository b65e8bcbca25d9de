import fc from 'fast-check'
import type { Namespace } from '#api/core/namespace/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import type { ClusterNetworkPolicy } from '#api/policynetworking/clusternetworkpolicy/message.ts'
import type { PolicyCluster, Traffic } from '../contract/policies/model.ts'

const DNS = {
  labels: { 'k8s-app': 'kube-dns' },
  port: 53,
  names: [
    { name: 'dns', protocol: 'UDP', number: 53 },
    { name: 'dns-tcp', protocol: 'TCP', number: 53 },
  ],
} as const
export const NODES = ['node-1', 'node-2'] as const
const NAMESPACES = ['x', 'y', 'kube-system'] as const
const KEYS = ['app', 'tier'] as const
const VALUES = ['a', 'b'] as const
const PORTS = [53, 80, 81, 443] as const
const NAMES = ['web', 'dns', 'dns-tcp', 'none'] as const

const maybe = <T>(of: fc.Arbitrary<T>, often = 1) =>
  fc.oneof({ weight: often, arbitrary: of }, { weight: 1, arbitrary: fc.constant(undefined) })
const labels = fc.dictionary(fc.constantFrom('app', ...KEYS), fc.constantFrom('a', ...VALUES), { maxKeys: 2 })

const selector = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 5, arbitrary: fc.constantFrom('a', 'b').map((app) => ({ matchLabels: { app } })) },
  { weight: 2, arbitrary: labels.map((matchLabels) => ({ matchLabels })) },
  {
    weight: 2,
    arbitrary: fc
      .record({
        key: fc.constantFrom(...KEYS, 'kubernetes.io/metadata.name', 'k8s-app'),
        operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
        values: fc.uniqueArray(fc.constantFrom(...VALUES, 'x', 'kube-system', 'kube-dns'), {
          minLength: 1,
          maxLength: 2,
        }),
      })
      .map(({ key, operator, values }) => ({
        matchExpressions: [{ key, operator, ...(operator.endsWith('In') && { values }) }],
      })),
  },
  { weight: 1, arbitrary: fc.constant({ matchLabels: { 'k8s-app': 'kube-dns' } }) },
)

/** Pods have 10.244.NODE.N, nodes 172.30.0.N, strangers 192.0.2.N; and the same in the other family. */
const V4 = [
  '0.0.0.0/0',
  '10.244.0.0/16',
  '10.244.1.0/24',
  '10.244.1.2/31',
  '172.30.0.0/24',
  '192.0.2.0/30',
  '192.0.2.1/32',
]
const V6 = ['::/0', 'fd00:10:244::/56', 'fd00:10:244:1::/64', 'fd00:30::/64', '2001:db8::/126']
const block = fc
  .tuple(fc.boolean(), fc.nat(6), fc.subarray([0, 1, 2, 3, 4, 5, 6], { maxLength: 2 }))
  .map(([isSix, at, holes]) => {
    const ranges = isSix ? V6 : V4
    const length = (text: string | undefined) => Number(text?.split('/')[1])
    const cidr = ranges[at % ranges.length] as string
    const except = holes.flatMap((one) => {
      const range = ranges[one]
      return range !== undefined && isWithin(range, cidr) && length(range) > length(cidr) ? [range] : []
    })
    return { cidr, ...(except.length > 0 && { except }) }
  })
const isWithin = (inner: string, outer: string): boolean =>
  outer.endsWith('/0') || inner.startsWith(outer.slice(0, outer.indexOf('/')).replace(/(\.0)+$|::$/, ''))

const protocol = fc.constantFrom('TCP', 'TCP', 'UDP', 'SCTP')
const port = fc.oneof(
  { weight: 1, arbitrary: protocol.map((one) => ({ protocol: one })) },
  { weight: 3, arbitrary: fc.record({ protocol, port: fc.constantFrom(...PORTS) }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { protocol: 'UDP', port: 'dns' } as const,
      { protocol: 'TCP', port: 'dns-tcp' } as const,
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({ protocol, port: fc.constantFrom(80, 81), endPort: fc.constantFrom(81, 443, 65535) }),
  },
  { weight: 2, arbitrary: fc.record({ protocol, port: fc.constantFrom(...NAMES) }) },
)
const peer = fc.oneof(
  { weight: 3, arbitrary: selector.map((podSelector) => ({ podSelector })) },
  { weight: 2, arbitrary: selector.map((namespaceSelector) => ({ namespaceSelector })) },
  { weight: 3, arbitrary: fc.record({ podSelector: selector, namespaceSelector: selector }) },
  { weight: 3, arbitrary: block.map((ipBlock) => ({ ipBlock })) },
)
const some = <T>(of: fc.Arbitrary<T>, most: number) => fc.array(of, { maxLength: most, size: 'max' })
const rule = fc.record({ peers: some(peer, 2), ports: some(port, 2) })

const policyPlan = fc.record({
  namespace: fc.constantFrom('x', 'x', ...NAMESPACES),
  podSelector: selector,
  types: fc.constantFrom(undefined, ['Ingress'], ['Egress'], ['Ingress', 'Egress']),
  ingress: some(rule, 2),
  egress: some(rule, 2),
})

const place = fc.oneof(
  selector.map((namespaces) => ({ namespaces })),
  fc.record({ namespaceSelector: selector, podSelector: selector }).map((pods) => ({ pods })),
)
const target = fc.oneof(
  { weight: 3, arbitrary: place },
  {
    weight: 2,
    arbitrary: fc
      .array(block, { minLength: 1, maxLength: 2 })
      .map((blocks) => ({ networks: [...new Set(blocks.map(({ cidr }) => cidr))] })),
  },
  { weight: 1, arbitrary: selector.map((nodes) => ({ nodes })) },
)
const destinationPort = fc.oneof(
  fc.constantFrom(...PORTS).map((number) => ({ destinationPort: { number } })),
  fc.constant({ destinationPort: { range: { start: 80, end: 443 } } }),
  fc.constant({}),
)
const protocols = fc.oneof(
  destinationPort.map((tcp) => ({ tcp })),
  destinationPort.map((udp) => ({ udp })),
  destinationPort.map((sctp) => ({ sctp })),
  fc.constantFrom(...NAMES).map((destinationNamedPort) => ({ destinationNamedPort })),
)
const tierRule = <T>(peers: fc.Arbitrary<T>) =>
  fc.record({
    action: fc.constantFrom('Accept', 'Deny', 'Pass'),
    peers: fc.array(peers, { minLength: 1, maxLength: 2 }),
    protocols: maybe(fc.array(protocols, { minLength: 1, maxLength: 2 })),
  })
const clusterPolicyPlan = fc.record({
  tier: fc.constantFrom('Admin', 'Baseline'),
  subject: place,
  ingress: some(tierRule(place), 2),
  egress: some(tierRule(target), 2),
})

const podPlan = fc.record({
  namespace: fc.constantFrom('x', 'x', ...NAMESPACES),
  node: fc.constantFrom(...NODES),
  labels,
  hostNetwork: fc.constantFrom(false, false, false, false, false, true),
  phase: fc.constantFrom('Running', 'Running', 'Running', 'Running', 'Succeeded'),
  ports: fc.array(
    fc.record({ name: fc.constantFrom('web', 'dns'), protocol, containerPort: fc.constantFrom(...PORTS) }),
    { minLength: 1, maxLength: 3 },
  ),
  isSidecar: fc.constantFrom(false, false, true),
})

export const clusterPlan = fc.record({
  namespaces: fc.tuple(maybe(labels, 5), labels, labels),
  nodes: fc.tuple(labels, labels),
  pods: fc.array(podPlan, { minLength: 5, maxLength: 9, size: 'max' }),
  policies: fc.array(policyPlan, { minLength: 1, maxLength: 5, size: 'max' }),
  clusterPolicies: fc.oneof(
    { weight: 1, arbitrary: some(clusterPolicyPlan, 0) },
    { weight: 1, arbitrary: some(clusterPolicyPlan, 3) },
  ),
  // Of equal ones the order is not told.
  priorities: fc.shuffledSubarray([0, 1, 2, 1000], { minLength: 3 }),
})
type ClusterPlan = typeof clusterPlan extends fc.Arbitrary<infer Plan> ? Plan : never

const objects = <T>(list: readonly object[]): readonly T[] => list as unknown as readonly T[]

export const addressesOf = (pod: number, node: string): readonly [string, string] => {
  const at = node.at(-1)
  return [`10.244.${at}.${pod + 2}`, `fd00:10:244:${at}::${(pod + 2).toString(16)}`]
}

const labelled = (given: object | undefined, name: string) =>
  given && { labels: { ...given, 'kubernetes.io/metadata.name': name } }

/** What the API would hold. Every other pod's slot keeps its address whatever the pod is. */
export const policyClusterOf = (plan: ClusterPlan): PolicyCluster => ({
  namespaces: objects<Namespace>(
    NAMESPACES.map((name, index) => ({
      // A server of ours gives all of them their name as a label; others may have none.
      metadata: { name, ...labelled(plan.namespaces[index], name) },
    })),
  ),
  nodes: objects<Node>(
    NODES.map((name, index) => ({
      metadata: { name, labels: plan.nodes[index] },
      status: {
        addresses: [
          { type: 'InternalIP', address: `172.30.0.${index + 1}` },
          { type: 'InternalIP', address: `fd00:30::${index + 1}` },
          { type: 'Hostname', address: name },
        ],
      },
    })),
  ),
  pods: objects<Pod>(plan.pods.map((pod, index) => podOf(pod, index))),
  policies: objects<NetworkPolicy>(
    plan.policies.map(({ namespace, podSelector, types, ingress, egress }, index) => ({
      metadata: { namespace, name: `policy-${index}` },
      spec: {
        podSelector,
        ...(types && { policyTypes: types }),
        ingress: ingress.map(({ peers, ports }) => ({ from: peers, ports })),
        egress: egress.map(({ peers, ports }) => ({ to: peers, ports })),
      },
    })),
  ),
  clusterPolicies: objects<ClusterNetworkPolicy>(
    plan.clusterPolicies.map(({ tier, subject, ingress, egress }, index) => ({
      metadata: { name: `cluster-policy-${index}` },
      spec: {
        tier,
        priority: plan.priorities[index],
        subject,
        ingress: ingress.map(({ action, peers, protocols }) => ({
          action,
          from: peers,
          ...(protocols && { protocols }),
        })),
        egress: egress.map(({ action, peers, protocols }) => ({ action, to: peers, ...(protocols && { protocols }) })),
      },
    })),
  ),
  dns: DNS,
})

const podOf = (plan: ClusterPlan['pods'][number], index: number): object => {
  const { namespace, node, hostNetwork, phase, ports, isSidecar } = plan
  const addresses = hostNetwork ? [`172.30.0.${node.at(-1)}`, `fd00:30::${node.at(-1)}`] : addressesOf(index, node)
  return {
    metadata: { namespace, name: `pod-${index}`, labels: plan.labels },
    spec: {
      nodeName: node,
      hostNetwork,
      ...(isSidecar ? { initContainers: [{ restartPolicy: 'Always', ports }] } : { containers: [{ ports }] }),
    },
    status: { phase, podIPs: addresses.map((ip) => ({ ip })) },
  }
}

const somebody = fc.oneof(
  { weight: 6, arbitrary: fc.nat(8).map((pod) => ({ pod })) },
  { weight: 1, arbitrary: fc.nat(1).map((node) => ({ node })) },
  { weight: 2, arbitrary: fc.nat(4).map((stranger) => ({ stranger })) },
)
const family = fc.constantFrom(0 as const, 1 as const)
const asksAnybody = fc.record({
  from: somebody,
  to: somebody,
  family,
  protocol: fc.constantFrom('TCP', 'TCP', 'TCP', 'UDP', 'UDP', 'SCTP', 'ICMP') as fc.Arbitrary<Traffic['protocol']>,
  port: fc.constantFrom(...PORTS, 82, 8080, 65535),
})
const asksDns = fc.record({
  from: fc.nat(8).map((pod) => ({ pod })),
  to: fc.nat(1).map((node) => ({ node })),
  family,
  protocol: fc.constantFrom('TCP' as const, 'UDP' as const),
  port: fc.constant(53),
})
export const trafficPlan = fc.oneof({ weight: 10, arbitrary: asksAnybody }, { weight: 1, arbitrary: asksDns })
type TrafficPlan = typeof trafficPlan extends fc.Arbitrary<infer Plan> ? Plan : never

const addressOf = (plan: ClusterPlan, who: TrafficPlan['from'], family: 0 | 1): string => {
  if ('pod' in who) {
    const index = who.pod % plan.pods.length
    return addressesOf(index, (plan.pods[index] as ClusterPlan['pods'][number]).node)[family]
  }
  if ('node' in who) return [`172.30.0.${who.node + 1}`, `fd00:30::${who.node + 1}`][family] as string
  return [`192.0.2.${who.stranger}`, `2001:db8::${who.stranger}`][family] as string
}

export const trafficOf = (plan: ClusterPlan, { from, to, family, protocol, port }: TrafficPlan): Traffic => ({
  source: addressOf(plan, from, family),
  destination: addressOf(plan, to, family),
  protocol,
  port,
})
