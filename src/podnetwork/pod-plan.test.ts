import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MTU, plannedFamilies, withoutIpv6 } from './network-plan.ts'
import { podLink, podMac, podPlan, podRoutesPlan, shortUid } from './pod-plan.ts'
import { planText, QUIET_IPV6 } from './testing/plan-text.ts'

test('podLink() is fl- and twelve characters of the uid, which a link name can hold', () => {
  assert.equal(podLink('4F1c2e3d-5a6b-4c7d-8e9f-0123456789ab'), 'fl-4f1c2e3d5a6b')
  assert.equal(podLink('4f1c2e3d-5a6b-4c7d-8e9f-0123456789ab').length, 15)
  assert.equal(shortUid('x'), 'x')
})

test('podMac() spells the IPv4 address, and the end of an IPv6 one where that is all there is', () => {
  assert.equal(podMac(['10.244.1.5', 'fd00:10:244:1::7']), '0a:58:0a:f4:01:05')
  assert.equal(podMac(['fd00:172:30::fab:1']), '0a:58:0f:ab:00:01')
})

const INSIDE = podPlan(['10.244.1.5', 'fd00:10:244:1::5'])

test('a pod has whole addresses, one way out per family by a neighbour who need not be asked for, and may listen and ping', () => {
  assert.deepEqual(planText(INSIDE), [
    ...QUIET_IPV6,
    'ipv4/ip_unprivileged_port_start? = 0',
    'ipv4/ping_group_range? = 0 2147483647',
    'link lo',
    'link eth0 10.244.1.5/32 fd00:10:244:1::5/128',
    'neighbour 169.254.1.1 at 0a:58:00:00:00:01 dev eth0',
    'neighbour fe80::1 at 0a:58:00:00:00:01 dev eth0',
    'route 0.0.0.0/0 via 169.254.1.1 dev eth0 onlink src 10.244.1.5',
    'route ::/0 via fe80::1 dev eth0 onlink src fd00:10:244:1::5',
  ])
})

test('a node goes to a pod by its link, from its own addresses, and knows its MAC', () => {
  const plan = podRoutesPlan('fl-x', ['10.244.1.5', 'fd00::5'], ['172.30.0.2', 'fd00:172:30::2'], 'pod default/web')
  assert.deepEqual(planText(plan), [
    'link fl-x (pod default/web)',
    'neighbour 10.244.1.5 at 0a:58:0a:f4:01:05 dev fl-x',
    'neighbour fd00::5 at 0a:58:0a:f4:01:05 dev fl-x',
    'route 10.244.1.5/32 dev fl-x src 172.30.0.2',
    'route fd00::5/128 dev fl-x src fd00:172:30::2',
  ])
})

test('a pod of one family has its addresses, ways and neighbours of that family alone, and so has its node for it', () => {
  const settings = [
    ...QUIET_IPV6,
    'ipv4/ip_unprivileged_port_start? = 0',
    'ipv4/ping_group_range? = 0 2147483647',
    'link lo',
  ]
  assert.deepEqual(planText(podPlan(['10.244.1.5'])), [
    ...settings,
    'link eth0 10.244.1.5/32',
    'neighbour 169.254.1.1 at 0a:58:00:00:00:01 dev eth0',
    'route 0.0.0.0/0 via 169.254.1.1 dev eth0 onlink src 10.244.1.5',
  ])
  assert.deepEqual(planText(podPlan(['fd00::5'])), [
    ...settings,
    'link eth0 fd00::5/128',
    'neighbour fe80::1 at 0a:58:00:00:00:01 dev eth0',
    'route ::/0 via fe80::1 dev eth0 onlink src fd00::5',
  ])
  assert.deepEqual(planText(podRoutesPlan('fl-x', ['fd00::5'], ['fd00:172:30::2'], 'pod default/web')), [
    'link fl-x (pod default/web)',
    'neighbour fd00::5 at 0a:58:00:00:00:05 dev fl-x',
    'route fd00::5/128 dev fl-x src fd00:172:30::2',
  ])
  assert.deepEqual(plannedFamilies(podPlan(['fd00::5'])), ['IPv6'])
})

test('without IPv6 the IPv4 half of a plan is left', () => {
  assert.deepEqual(planText(withoutIpv6(INSIDE)), [
    'ipv4/ip_unprivileged_port_start? = 0',
    'ipv4/ping_group_range? = 0 2147483647',
    'link lo',
    'link eth0 10.244.1.5/32',
    'neighbour 169.254.1.1 at 0a:58:00:00:00:01 dev eth0',
    'route 0.0.0.0/0 via 169.254.1.1 dev eth0 onlink src 10.244.1.5',
  ])
  assert.deepEqual([INSIDE, withoutIpv6(INSIDE)].map(plannedFamilies), [['IPv4', 'IPv6'], ['IPv4']])
})

test('links carry what Ethernet does', () => {
  assert.equal(MTU, 1500)
})

test('a pod that another runtime makes keeps its settings, and its link is called as that says', () => {
  const plan = podPlan(['10.244.1.5'], { link: 'net7' })
  assert.equal(
    plan.sysctls.some(([name]) => name.startsWith('ipv4/')),
    false,
  )
  assert.deepEqual([plan.links.at(-1)?.name, plan.neighbours[0]?.link], ['net7', 'net7'])
  assert.deepEqual(plan.routes[0]?.nextHops, [{ link: 'net7', gateway: '169.254.1.1', onlink: true }])
})

test('on a node that is no machine of ours the settings of the link alone are ours, and a family may have no address', () => {
  const plan = podRoutesPlan('fl-x', ['10.244.1.5', 'fd00::5'], ['172.30.0.2'], 'pod default/web', true)
  assert.equal(
    plan.sysctls.every(([name]) => /^ipv[46]\/conf\/fl-x\/[a-z_]+\??$/.test(name)),
    true,
  )
  assert.deepEqual(Object.fromEntries(plan.sysctls)['ipv4/conf/fl-x/forwarding'], '1')
  assert.deepEqual(
    plan.routes.map(({ destination, source }) => [destination, source]),
    [
      ['10.244.1.5/32', '172.30.0.2'],
      ['fd00::5/128', undefined],
    ],
  )
})
