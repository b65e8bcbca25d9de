import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ofFamily, type PerFamily } from '#net/per-family.ts'
import {
  type ClusterNetwork,
  fabricPlan,
  HOST_PORT,
  hostLinkPlan,
  nodeMarks,
  nodePlan,
  nodePortLink,
  UNDERLAY_LINK,
} from './machine-plan.ts'
import { planText, QUIET_IPV6 } from './testing/plan-text.ts'

const node = (number: number) => ({
  name: `node-${number}`,
  number,
  addresses: [`172.30.0.${number + 1}`, `fd00:172:30::${number + 1}`] as const,
  podCidrs: [`10.244.${number}.0/24`, `fd00:10:244:${number}::/64`] as const,
})
const cluster: ClusterNetwork = {
  clusterCidr: ['10.244.0.0/16', 'fd00:10:244::/56'],
  serviceCidr: ['10.96.0.0/16', 'fd00:10:96::/112'],
  nodeCidr: ['172.30.0.0/16', 'fd00:172:30::/64'],
  loadBalancerCidr: ['172.30.255.0/24', 'fd00:172:30:0:ff::/112'],
  egress: false,
  host: { addresses: ['172.30.0.1', 'fd00:172:30::1'], link: 'fl-fairlead' },
  fabric: { addresses: ['172.30.254.254', 'fd00:172:30::fab:1'] },
  nodes: [node(1), node(2)],
}

const ROUTER = [
  'ipv4/ip_forward = 1',
  'ipv6/conf/all/forwarding? = 1',
  'ipv4/conf/all/rp_filter = 0',
  'ipv4/conf/default/rp_filter = 0',
  'ipv4/conf/all/send_redirects = 0',
  'ipv4/conf/default/send_redirects = 0',
  ...QUIET_IPV6,
]

test('the fabric sends pods to their node, Services to every node, what has a mark to its node, and the rest nowhere', () => {
  assert.deepEqual(planText(fabricPlan(cluster)), [
    ...ROUTER,
    'netfilter/nf_conntrack_tcp_be_liberal? = 1',
    'link lo',
    'link fl-underlay 172.30.254.254/16 fd00:172:30::fab:1/64 fe80::fab:1/64',
    'route 172.30.0.0/16 dev fl-underlay src 172.30.254.254',
    'unreachable 10.244.0.0/16',
    'unreachable 172.30.255.0/24',
    'route 10.96.0.0/16 via 172.30.0.2 dev fl-underlay via 172.30.0.3 dev fl-underlay',
    'route 10.244.1.0/24 via 172.30.0.2 dev fl-underlay',
    'route 10.244.2.0/24 via 172.30.0.3 dev fl-underlay',
    'route 0.0.0.0/0 via 172.30.0.2 dev fl-underlay table 1001',
    'route 0.0.0.0/0 via 172.30.0.3 dev fl-underlay table 1002',
    'route fd00:172:30::/64 dev fl-underlay src fd00:172:30::fab:1',
    'unreachable fd00:10:244::/56',
    'unreachable fd00:172:30:0:ff::/112',
    'route fd00:10:96::/112 via fd00:172:30::2 dev fl-underlay via fd00:172:30::3 dev fl-underlay',
    'route fd00:10:244:1::/64 via fd00:172:30::2 dev fl-underlay',
    'route fd00:10:244:2::/64 via fd00:172:30::3 dev fl-underlay',
    'route ::/0 via fd00:172:30::2 dev fl-underlay table 1001',
    'route ::/0 via fd00:172:30::3 dev fl-underlay table 1002',
    'rule fwmark 1 table 1001',
    'rule fwmark 2 table 1002',
  ])
  assert.deepEqual(Object.fromEntries(nodeMarks(cluster)), { 'node-1': 1, 'node-2': 2 })
})

test('what has the mark of a node that is down or gone goes to one that is up; its pods stay where they are', () => {
  const nodes = [node(1), { ...node(2), state: 'stopped' }, node(4)]
  const text = planText(fabricPlan({ ...cluster, nodes })).filter(
    (line) => !line.includes('fd00:') && !line.includes('::/0'),
  )
  assert.deepEqual(text.slice(text.indexOf('unreachable 172.30.255.0/24') + 1), [
    'route 10.96.0.0/16 via 172.30.0.2 dev fl-underlay via 172.30.0.5 dev fl-underlay',
    'route 10.244.1.0/24 via 172.30.0.2 dev fl-underlay',
    'route 10.244.2.0/24 via 172.30.0.3 dev fl-underlay',
    'route 10.244.4.0/24 via 172.30.0.5 dev fl-underlay',
    'route 0.0.0.0/0 via 172.30.0.2 dev fl-underlay table 1001',
    'route 0.0.0.0/0 via 172.30.0.5 dev fl-underlay table 1002',
    'route 0.0.0.0/0 via 172.30.0.2 dev fl-underlay table 1003',
    'route 0.0.0.0/0 via 172.30.0.5 dev fl-underlay table 1004',
    'rule fwmark 1 table 1001',
    'rule fwmark 2 table 1002',
    'rule fwmark 3 table 1003',
    'rule fwmark 4 table 1004',
  ])
  const down = nodes.map((one) => ({ ...one, state: 'stopped' }))
  assert.match(planText(fabricPlan({ ...cluster, nodes: down })).join('\n'), /route 10\.96\.0\.0\/16 via 172\.30\.0\.2/)
})

test('with egress the fabric sends the rest to the host, and changes nothing else', () => {
  const without = planText(fabricPlan(cluster))
  assert.deepEqual(
    planText(fabricPlan({ ...cluster, egress: true })).filter((line) => !without.includes(line)),
    ['route 0.0.0.0/0 via 172.30.0.1 dev fl-underlay', 'route ::/0 via fd00:172:30::1 dev fl-underlay'],
  )
})

test('a node goes straight to the pods of others, to its own where they are, and by the fabric to all else', () => {
  assert.deepEqual(planText(nodePlan(cluster, node(2))), [
    ...ROUTER,
    'ipv4/conf/all/arp_ignore = 1',
    'netfilter/nf_conntrack_tcp_timeout_established? = 86400',
    'netfilter/nf_conntrack_tcp_timeout_close_wait? = 3600',
    'link lo',
    'link eth0 172.30.0.3/16 fd00:172:30::3/64 fe80::3/64',
    'route 172.30.0.0/16 dev eth0 src 172.30.0.3',
    'route 0.0.0.0/0 via 172.30.254.254 dev eth0 onlink',
    'route 172.30.255.0/24 via 172.30.254.254 dev eth0 onlink',
    'route 172.30.0.1/32 via 172.30.254.254 dev eth0 onlink',
    'unreachable 10.244.2.0/24',
    'route 10.244.1.0/24 via 172.30.0.2 dev eth0',
    'route fd00:172:30::/64 dev eth0 src fd00:172:30::3',
    'route ::/0 via fd00:172:30::fab:1 dev eth0 onlink',
    'route fd00:172:30:0:ff::/112 via fd00:172:30::fab:1 dev eth0 onlink',
    'route fd00:172:30::1/128 via fd00:172:30::fab:1 dev eth0 onlink',
    'unreachable fd00:10:244:2::/64',
    'route fd00:10:244:1::/64 via fd00:172:30::2 dev eth0',
  ])
})

test('the host reaches pods, Services and load balancer addresses by the fabric, as itself, and learns nothing from whoever else is on the link', () => {
  assert.deepEqual(planText(hostLinkPlan(cluster)), [
    'ipv6/conf/fl-fairlead/accept_ra? = 0',
    'ipv6/conf/fl-fairlead/accept_redirects? = 0',
    'link fl-fairlead 172.30.0.1/16 fd00:172:30::1/64',
    'route 172.30.0.0/16 dev fl-fairlead src 172.30.0.1',
    'route 10.244.0.0/16 via 172.30.254.254 dev fl-fairlead onlink src 172.30.0.1',
    'route 10.96.0.0/16 via 172.30.254.254 dev fl-fairlead onlink src 172.30.0.1',
    'route 172.30.255.0/24 via 172.30.254.254 dev fl-fairlead onlink src 172.30.0.1',
    'route fd00:172:30::/64 dev fl-fairlead src fd00:172:30::1',
    'route fd00:10:244::/56 via fd00:172:30::fab:1 dev fl-fairlead onlink src fd00:172:30::1',
    'route fd00:10:96::/112 via fd00:172:30::fab:1 dev fl-fairlead onlink src fd00:172:30::1',
    'route fd00:172:30:0:ff::/112 via fd00:172:30::fab:1 dev fl-fairlead onlink src fd00:172:30::1',
  ])
})

test("a node's link-local address is its place in the range, be that wider or narrower than what a link-local one can tell", () => {
  const linkLocal = (range: string, address: string) =>
    nodePlan({ ...cluster, nodeCidr: ['172.30.0.0/16', range] }, { ...node(1), addresses: ['172.30.0.2', address] })
      .links.at(-1)
      ?.addresses.at(-1)
  assert.equal(linkLocal('fd00:172:30::/48', 'fd00:172:30:7:8000::2'), 'fe80::8000:0:0:2/64')
  assert.equal(linkLocal('fd00:172:30:6::/63', 'fd00:172:30:7::2'), 'fe80::2/64')
  assert.equal(linkLocal('fd00:172:30::5:0/112', 'fd00:172:30::5:2'), 'fe80::2/64')
})

test("nodePortLink() fits in a link name and never takes the name of the host's port or of the bridge", () => {
  assert.equal(nodePortLink({ name: 'node-250', number: 250 }), 'fl-node-250')
  assert.deepEqual([HOST_PORT, UNDERLAY_LINK], ['fl-host', 'fl-underlay'])
  assert.equal(nodePortLink({ name: 'host', number: 1 }), 'fl-port-1')
  assert.equal(nodePortLink({ name: 'underlay', number: 2 }), 'fl-port-2')
  assert.equal(nodePortLink({ name: 'a-very-long-node-name', number: 3 }), 'fl-port-3')
  assert.equal(nodePortLink({ name: 'port-3', number: 4 }), 'fl-port-4', 'nor that of another node')
})

const half = (family: 'IPv4' | 'IPv6'): ClusterNetwork => {
  const only = (texts: PerFamily): PerFamily => [ofFamily(texts, family)]
  return {
    ...cluster,
    egress: true,
    clusterCidr: only(cluster.clusterCidr),
    serviceCidr: only(cluster.serviceCidr),
    nodeCidr: only(cluster.nodeCidr),
    loadBalancerCidr: only(cluster.loadBalancerCidr),
    host: { ...cluster.host, addresses: only(cluster.host.addresses) },
    fabric: { addresses: only(cluster.fabric.addresses) },
    nodes: cluster.nodes.map((one) => ({ ...one, addresses: only(one.addresses), podCidrs: only(one.podCidrs) })),
  }
}

test('the machines of a cluster of one family have the addresses and routes of that family that they have beside the other', () => {
  const plansOf = (of: ClusterNetwork) => [fabricPlan(of), nodePlan(of, of.nodes[0]!), hostLinkPlan(of)]
  const ofBoth = plansOf({ ...cluster, egress: true })
  for (const family of ['IPv4', 'IPv6'] as const)
    for (const [index, plan] of plansOf(half(family)).entries()) {
      const isOwn = (text: string) => text.includes(':') === (family === 'IPv6')
      const { links, routes } = ofBoth[index]!
      assert.deepEqual(
        plan.links,
        links.map((link) => ({ ...link, addresses: link.addresses.filter(isOwn) })),
      )
      assert.deepEqual(
        plan.routes,
        routes.filter(({ destination }) => isOwn(destination)),
      )
      assert.ok(plan.routes.length > 0)
    }
})

test('where others lay the pod network, nobody here knows a way to a pod, and all else is as ever', () => {
  const isOfPods = (line: string): boolean => / 10\.244\.\d+\.0\/24| fd00:10:244:[12]::/.test(line)
  const leaving = { ...cluster, without: ['network'] }
  for (const plan of [(one: ClusterNetwork) => nodePlan(one, one.nodes[0]!), fabricPlan]) {
    const ours = planText(plan(cluster))
    assert.equal(ours.filter(isOfPods).length, 4)
    assert.deepEqual(
      planText(plan(leaving)).map((line) => line.replace('addr_gen_mode? = 0', 'addr_gen_mode? = 1')),
      ours.filter((line) => !isOfPods(line)),
    )
    assert.deepEqual(planText(plan({ ...cluster, without: ['proxy', 'dns'] })), ours)
  }
  // Their links need link-local addresses, which ours do without.
  const generated = (one: ClusterNetwork) =>
    new Map(nodePlan(one, one.nodes[0]!).sysctls).get('ipv6/conf/default/addr_gen_mode?')
  assert.deepEqual([generated(cluster), generated(leaving)], ['1', '0'])
})
