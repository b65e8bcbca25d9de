import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutIpv6 } from './network-plan.ts'
import { podLink, podMac, podPlan, podRoutesPlan, shortUid } from './pod-plan.ts'

test('podLink() is fl- and twelve characters of the uid, which a link name can hold', () => {
  assert.equal(podLink('4F1c2e3d-5a6b-4c7d-8e9f-0123456789ab'), 'fl-4f1c2e3d5a6b')
  assert.equal(podLink('4f1c2e3d-5a6b-4c7d-8e9f-0123456789ab').length, 15)
  assert.equal(shortUid('x'), 'x')
})

test('podMac() spells the IPv4 address', () => {
  assert.equal(podMac('10.244.1.5'), '0a:58:0a:f4:01:05')
})

test('podPlan() gives whole addresses and one way out per family, with no neighbour to be asked for', () => {
  const { links, routes, neighbours } = podPlan(['10.244.1.5', 'fd00:10:244:1::5'])
  assert.deepEqual(links.at(-1)?.addresses, ['10.244.1.5/32', 'fd00:10:244:1::5/128'])
  assert.deepEqual(
    routes.map(({ destination }) => destination),
    ['0.0.0.0/0', '::/0'],
  )
  for (const { nextHops } of routes) assert.ok(neighbours.some(({ address }) => address === nextHops[0]?.gateway))
})

test("podRoutesPlan() leads to the pod from the node's own addresses, and knows the pod's MAC", () => {
  const plan = podRoutesPlan('fl-x', ['10.244.1.5', 'fd00::5'], ['172.30.0.2', 'fd00:172:30::2'], 'pod default/web')
  assert.deepEqual(plan.routes[0], { destination: '10.244.1.5/32', nextHops: [{ link: 'fl-x' }], source: '172.30.0.2' })
  assert.deepEqual(new Set(plan.neighbours.map(({ mac }) => mac)), new Set([podMac('10.244.1.5')]))
})

test('withoutIpv6() leaves the IPv4 half of a plan', () => {
  const text = JSON.stringify(withoutIpv6(podPlan(['10.244.1.5', 'fd00:10:244:1::5'])))
  assert.doesNotMatch(text, /fd00|fe80|::|ipv6/)
  assert.match(text, /10\.244\.1\.5\/32/)
})
