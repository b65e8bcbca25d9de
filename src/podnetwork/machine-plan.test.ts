import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ClusterNetwork, fabricPlan, hostLinkPlan, nodeMarks, nodePlan, nodePortLink } from './machine-plan.ts'
import type { NetworkPlan } from './network-plan.ts'

const node = (number: number) => ({
  name: `node-${number}`,
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
  nodes: [node(1), node(2), node(3)],
}
const via = ({ routes }: NetworkPlan, destination: string) =>
  routes
    .find((route) => route.table === undefined && route.destination === destination)
    ?.nextHops.map(({ gateway }) => gateway)

test('fabricPlan() sends pods to their node, Services to every node, and the rest nowhere without egress', () => {
  const plan = fabricPlan(cluster)
  assert.deepEqual(via(plan, '10.244.2.0/24'), ['172.30.0.3'])
  assert.deepEqual(via(plan, 'fd00:10:96::/112'), ['fd00:172:30::2', 'fd00:172:30::3', 'fd00:172:30::4'])
  assert.deepEqual(via(plan, '172.30.255.0/24'), [])
  assert.equal(via(plan, '0.0.0.0/0'), undefined)
  assert.deepEqual(via(fabricPlan({ ...cluster, egress: true }), '::/0'), ['fd00:172:30::1'])
})

test('the fabric has a mark for each node, and a table that leads what has it to that node', () => {
  const { rules = [], routes } = fabricPlan(cluster)
  assert.deepEqual(
    [...nodeMarks(cluster)],
    [
      ['node-1', 1],
      ['node-2', 2],
      ['node-3', 3],
    ],
  )
  assert.deepEqual(
    rules.map(({ mark, table }) => [
      mark,
      ...routes.filter((route) => route.table === table).map(({ nextHops }) => nextHops.map(({ gateway }) => gateway)),
    ]),
    [
      [1, ['172.30.0.2'], ['fd00:172:30::2']],
      [2, ['172.30.0.3'], ['fd00:172:30::3']],
      [3, ['172.30.0.4'], ['fd00:172:30::4']],
    ],
  )
  assert.equal(new Set(rules.map(({ table }) => table)).size, 3)
})

test("nodePlan() goes straight to other nodes' pods, has its own range unreachable but for its pods, and all else by the fabric", () => {
  const plan = nodePlan(cluster, node(2))
  assert.deepEqual(via(plan, '10.244.1.0/24'), ['172.30.0.2'])
  assert.deepEqual(via(plan, '10.244.2.0/24'), [])
  assert.deepEqual(via(plan, '::/0'), ['fd00:172:30::fab:1'])
  assert.deepEqual(via(plan, '172.30.0.1/32'), ['172.30.254.254'], 'the host, by the way that it comes')
  assert.deepEqual(plan.links.at(-1)?.addresses, ['172.30.0.3/16', 'fd00:172:30::3/64', 'fe80::3/64'])
})

test('nodes and the fabric send no redirects, on links that are there and on those to come', () => {
  for (const { sysctls } of [nodePlan(cluster, node(1)), fabricPlan(cluster)])
    for (const which of ['all', 'default'])
      assert.ok(sysctls.some(([name, value]) => name === `ipv4/conf/${which}/send_redirects` && value === '0'))
})

test('hostLinkPlan() has three routes a family, all by the fabric, and writes no setting', () => {
  const plan = hostLinkPlan(cluster)
  assert.equal(plan.routes.length, 6)
  assert.deepEqual(plan.sysctls, [])
  assert.deepEqual(via(plan, '172.30.255.0/24'), ['172.30.254.254'])
})

test("nodePortLink() fits in a link name and never takes the name of the host's port or of the bridge", () => {
  assert.equal(nodePortLink('node-250', 250), 'fl-node-250')
  assert.equal(nodePortLink('host', 1), 'fl-port-1')
  assert.equal(nodePortLink('underlay', 2), 'fl-port-2')
  assert.equal(nodePortLink('a-very-long-node-name', 3), 'fl-port-3')
})
