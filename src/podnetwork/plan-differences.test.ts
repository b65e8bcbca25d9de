import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutIpv6 } from './network-plan.ts'
import { type FoundNetwork, planDifferences } from './plan-differences.ts'
import { podPlan } from './pod-plan.ts'

const plan = { ...withoutIpv6(podPlan(['10.244.1.5', 'fd00::5'])), sysctls: [['ipv4/ip_forward', '1']] as const }
const found: FoundNetwork = {
  links: new Map([
    ['lo', { up: true, mtu: 65536, master: undefined }],
    ['eth0', { up: true, mtu: 1500, master: undefined }],
    ['tun0', { up: false, mtu: 1400, master: undefined }],
  ]),
  addresses: new Map([['eth0', new Set(['10.244.1.5/32', '192.0.2.1/24'])]]),
  neighbours: new Map([['eth0 169.254.1.1', '0a:58:00:00:00:01']]),
  routes: new Map([
    ['0.0.0.0/0', { nextHops: [{ link: 'eth0', gateway: '169.254.1.1' }], source: '10.244.1.5' }],
    ['192.0.2.0/24', { nextHops: [{ link: 'tun0' }] }],
  ]),
  rules: new Set(),
  sysctls: new Map([['ipv4/ip_forward', '1']]),
}

test('what is there beside the plan is no difference', () => {
  assert.deepEqual(planDifferences(plan, found), [])
})

test('what is missing, down, elsewhere or set otherwise is named, each by itself', () => {
  const without = (change: Partial<FoundNetwork>): readonly string[] => planDifferences(plan, { ...found, ...change })
  const eth0 = (link: object) =>
    new Map([...found.links, ['eth0', { up: true, mtu: 1500, master: undefined, ...link }]])
  assert.deepEqual(without({ links: eth0({ up: false }) }), ['link eth0 is down'])
  assert.deepEqual(without({ links: new Map([...found.links].slice(0, 1)) }), ['link eth0 is missing'])
  assert.deepEqual(without({ addresses: new Map() }), ['address 10.244.1.5/32 is missing'])
  assert.deepEqual(without({ neighbours: new Map([['eth0 169.254.1.1', '02:00:00:00:00:01']]) }), [
    'neighbour 169.254.1.1 is missing',
  ])
  assert.deepEqual(without({ routes: new Map() }), ['route 0.0.0.0/0 is missing'])
  assert.deepEqual(without({ routes: new Map([['0.0.0.0/0', { nextHops: [{ link: 'tun0' }] }]]) }), [
    'route 0.0.0.0/0 leads elsewhere',
  ])
  assert.deepEqual(without({ sysctls: new Map([['ipv4/ip_forward', '0']]) }), ['ipv4/ip_forward is 0, not 1'])
  assert.deepEqual(without({ sysctls: new Map([['ipv4/ip_forward', undefined]]) }), [])
})

test('a setting is the same however the kernel parts its numbers, and one that a kernel may lack is missed where it has it', () => {
  const settings = { sysctls: [['a/range?', '0 7']] as const, links: [], neighbours: [], routes: [] }
  const differences = (value: string | undefined) =>
    planDifferences(settings, { ...found, sysctls: new Map([['a/range', value]]) })
  assert.deepEqual([differences('0\t7'), differences(undefined)], [[], []])
  assert.deepEqual(differences('1\t7'), ['a/range is 1\t7, not 0 7'])
})

test('of a route with several next hops the order does not matter, and each counts', () => {
  const hop = (link: string, gateway?: string) => ({ link, gateway })
  const leads = (...nextHops: readonly { readonly link: string }[]) =>
    planDifferences(
      {
        sysctls: [],
        links: [],
        neighbours: [],
        routes: [{ destination: '::/0', nextHops: [hop('a', '::1'), hop('b')] }],
      },
      { ...found, routes: new Map([['::/0', { nextHops }]]) },
    ).length === 0
  assert.ok(leads(hop('b'), hop('a', '::1')))
  for (const other of [[hop('a', '::1')], [hop('a', '::2'), hop('b')], [hop('a'), hop('b')], []])
    assert.ok(!leads(...other), JSON.stringify(other))
})

test('a port has its bridge and its MTU, a mark its rule and its table of its own', () => {
  const fabric = {
    sysctls: [],
    links: [{ name: 'eth0', addresses: [], mtu: 1400, master: 'br0' }],
    neighbours: [],
    routes: [{ destination: '0.0.0.0/0', nextHops: [{ link: 'eth0' }], table: 1001 }],
    rules: [{ mark: 1, table: 1001 }],
  }
  assert.deepEqual(planDifferences(fabric, found), [
    'link eth0 has MTU 1500, not 1400',
    'link eth0 is no port of br0',
    'route 0.0.0.0/0 of table 1001 is missing',
    'IPv4 rule of mark 1 is missing',
  ])
  const whole: FoundNetwork = {
    ...found,
    links: new Map([['eth0', { up: true, mtu: 1400, master: 'br0' }]]),
    routes: new Map([['0.0.0.0/0 of table 1001', { nextHops: [{ link: 'eth0' }] }]]),
    rules: new Set(['IPv4 1 1001']),
  }
  assert.deepEqual(planDifferences(fabric, whole), [])
})
