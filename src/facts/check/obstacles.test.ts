import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KernelAnswer } from '#agent/kernel/kernel-page.ts'
import { type CheckedNode, obstaclesOf } from './obstacles.ts'
import { type ProbePod, planProbes } from './plan-probes.ts'

const kernel = (more: Partial<KernelAnswer> = {}): KernelAnswer => ({
  node: 'n',
  tables: { services: 'ours', policies: 'none' },
  elements: [],
  kinds: [],
  policies: [],
  routes: [],
  flows: [],
  settings: { 'ipv4/ip_forward': '1', 'ipv4/conf/all/rp_filter': '0' },
  strangers: [],
  links: [],
  ...more,
})
const node = (number: number, more: Partial<CheckedNode> = {}): CheckedNode => ({
  name: `node-${number}`,
  addresses: [`172.30.0.${number}`],
  podCidrs: [`10.244.${number}.0/24`],
  agents: [`agent-${number}`],
  strangers: [],
  ...more,
})

test('a cluster in which nothing is in the way has no obstacles', () => {
  const link = (number: number) => ({ name: 'eth0', mtu: 1500, addresses: [`172.30.0.${number}/24`] })
  const nodes = [node(1, { kernel: kernel({ links: [link(1)] }) }), node(2, { kernel: kernel({ links: [link(2)] }) })]
  assert.deepEqual(obstaclesOf(nodes, ['10.96.0.0/16']), [])
})

test('ranges that overlap are named, whichever nests in which, and an address of a node among pods too', () => {
  const overlaps = (nodes: readonly CheckedNode[], services: readonly string[]) =>
    obstaclesOf(nodes, services).map((one) =>
      one.code === 'ranges-overlap' ? `${one.one.of} ${one.one.cidr}, ${one.other.of} ${one.other.cidr}` : one.code,
    )
  assert.deepEqual(overlaps([node(1), node(2)], ['10.244.0.0/16']), [
    'Services 10.244.0.0/16, pods of node-1 10.244.1.0/24',
    'Services 10.244.0.0/16, pods of node-2 10.244.2.0/24',
  ])
  assert.deepEqual(overlaps([node(1), node(2, { podCidrs: ['10.244.1.128/25'] })], []), [
    'pods of node-1 10.244.1.0/24, pods of node-2 10.244.1.128/25',
  ])
  assert.deepEqual(overlaps([node(1, { podCidrs: ['172.30.0.0/24'] })], []), [
    'pods of node-1 172.30.0.0/24, node-1 172.30.0.1/32',
  ])
  assert.deepEqual(overlaps([node(1, { podCidrs: ['fd00:1::/64'] }), node(2, { podCidrs: ['fd00:2::/64'] })], []), [])
})

test('agents that are two, MTUs that differ, settings and rules of others are told by their nodes', () => {
  const table = { family: 'ip', table: 'filter', by: 'nftables', hooks: ['forward 0'], deeds: ['drop'] } as const
  const found = obstaclesOf(
    [
      node(1, {
        agents: ['a', 'b'],
        strangers: [table, { ...table, deeds: [] }],
        kernel: kernel({
          links: [{ name: 'eth0', mtu: 1450, addresses: ['172.30.0.1/24'] }],
          settings: { 'ipv4/ip_forward': '0', 'ipv4/conf/all/rp_filter': '1', 'ipv6/conf/all/forwarding': '0' },
        }),
      }),
      node(2, {
        kernel: kernel({
          tables: { services: 'foreign', policies: 'none' },
          links: [{ name: 'eth0', mtu: 1500, addresses: ['172.30.0.2/24'] }],
        }),
      }),
    ],
    [],
  )
  const setting = (name: string, value: string, wanted: string) => ({
    code: 'setting',
    node: 'node-1',
    name,
    value,
    wanted,
  })
  assert.deepEqual(found, [
    { code: 'stranger', node: 'node-1', table },
    { code: 'two-agents', node: 'node-1', agents: ['a', 'b'] },
    { code: 'mtu-differs', mtus: { 'node-1': 1450, 'node-2': 1500 } },
    setting('ipv4/ip_forward', '0', '1'),
    setting('ipv4/conf/all/rp_filter', '1', '0 or 2'),
    { code: 'other-rules', node: 'node-2' },
  ])
})

test('each asks the nodes after its own in a ring, in the families that it has, and never itself', () => {
  const pod = (role: 'pod' | 'node', number: number): ProbePod => ({
    name: `${role}-${number}`,
    role,
    node: `node-${number}`,
    addresses: role === 'pod' ? [`10.244.${number}.2`] : [`172.30.0.${number}`],
  })
  const pods = [1, 2, 3].flatMap((number) => [pod('pod', number), pod('node', number)])
  const asked = {
    pods,
    nodes: [1, 2, 3].map((number) => ({
      name: `node-${number}`,
      addresses: [`172.30.0.${number}`, `fd00::${number}`],
    })),
    service: { name: 'web', clusterIps: ['10.96.0.9', 'fd00:96::9'], nodePorts: { tcp: 30001, udp: 30002 } },
    headless: 'headless',
    namespace: 'x',
    clusterDomain: 'cluster.local',
    hostPort: 21000,
    most: 1,
  }
  const of = (asker: ProbePod, trial: string) =>
    planProbes(asker, asked)
      .filter((one) => one.trial === trial && one.kind !== 'udp')
      .map(({ to, port }) => `${to} ${port}`)
  const third = pod('pod', 3)
  assert.deepEqual(of(third, 'pod'), ['10.244.1.2 8080'])
  assert.deepEqual(of(third, 'node-port'), ['172.30.0.3 30001', '172.30.0.1 30001'])
  assert.deepEqual(of(third, 'node'), ['172.30.0.3 21000', '172.30.0.1 21000'])
  assert.deepEqual(of(pod('node', 3), 'node'), ['172.30.0.1 21000'])
  assert.deepEqual(of(third, 'cluster-ip'), ['10.96.0.9 80'])
  assert.deepEqual(of(third, 'headless'), ['headless.x.svc.cluster.local 8080'])
  assert.deepEqual(of(third, 'name').length, 3)
  assert.deepEqual(
    planProbes(third, asked).map(({ id }) => id),
    planProbes(third, asked).map((_, index) => index),
  )
})
