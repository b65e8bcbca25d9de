import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import { keyOf } from '#objects/object-key.ts'
import { AddressBook } from '#pools/address-book.ts'
import { parseAddressRange } from '#pools/address-range.ts'
import type { AddressPool } from '#pools/model.ts'
import { assignFromPools, holdingOf } from './desired.ts'

const pool = (name: string, ranges: readonly string[], more: Partial<AddressPool> = {}): AddressPool => ({
  name,
  object: `IPAddressPool metallb-system/${name}`,
  labels: {},
  ranges: ranges.map(parseAddressRange),
  autoAssign: true,
  avoidBuggyIPs: false,
  allocation: undefined,
  ...more,
})
const EVERYBODY = { priority: 0, namespaces: [], namespaceSelectors: [], serviceSelectors: [] }
const service = (name: string, spec: object = {}, annotations: object = {}, ips: readonly string[] = []): Service =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name,
      namespace: 'default',
      annotations,
      creationTimestamp: `2026-01-01T00:00:0${name.length}Z`,
      uid: name,
    },
    spec: { type: 'LoadBalancer', ipFamilies: ['IPv4'], ports: [{ port: 80, protocol: 'TCP' }], ...spec },
    status: { loadBalancer: { ingress: ips.map((ip) => ({ ip })) } },
  }) as Service
const BOTH = { ipFamilies: ['IPv4', 'IPv6'] }
const given = (of: Service, pools: readonly AddressPool[], others: readonly Service[] = []) => {
  const book = new AddressBook()
  for (const one of [...others, of]) book.set(keyOf(one), holdingOf(one))
  const { ingress, faults } = assignFromPools(of, { pools, namespaceLabels: { team: 'a' }, book })
  return [...ingress.map(({ ip }) => ip), ...faults]
}

test('pools that are for a Service come first by their priority, then those that are for everybody', () => {
  const meant = (name: string, ip: string, priority: number, more: object = {}) =>
    pool(name, [`${ip}/32`], { allocation: { ...EVERYBODY, priority, ...more } })
  const pools = [
    pool('open', ['192.0.2.1/32']),
    meant('late', '192.0.2.2', 0),
    meant('second', '192.0.2.3', 20),
    meant('first', '192.0.2.4', 10, { namespaceSelectors: [{ matchLabels: { team: 'a' } }] }),
    meant('others', '192.0.2.5', 1, { namespaces: ['shop'] }),
    pool('asked', ['192.0.2.6/32'], { autoAssign: false }),
  ]
  const taken: Service[] = []
  const order = [1, 2, 3, 4].map(() => {
    const [ip] = given(service('web'), pools, taken)
    taken.push(service(`x${taken.length}`, {}, {}, [ip!]))
    return ip
  })
  assert.deepEqual(order, ['192.0.2.4', '192.0.2.3', '192.0.2.2', '192.0.2.1'])
  assert.match(given(service('web'), pools, taken)[0]!, /^no IPv4 address is free in pool first, second, late, open/)
})

test('a pool that is asked for by name is the only one; MetalLB’s old annotations count as the new', () => {
  const pools = [pool('open', ['192.0.2.1/32']), pool('asked', ['192.0.2.6/31'], { autoAssign: false })]
  assert.deepEqual(given(service('web', {}, { 'metallb.io/address-pool': 'asked' }), pools), ['192.0.2.6'])
  const old = service('web', {}, { 'metallb.universe.tf/address-pool': 'asked' }, ['192.0.2.1'])
  assert.deepEqual(given(old, pools), ['192.0.2.6'], 'it changes where another pool is asked for')
  const none = given(service('web', {}, { 'metallb.io/address-pool': 'gone' }), pools)
  assert.deepEqual(none, ['no IPv4 address: there is no pool gone; make it, or ask for another'])
  const listed = { 'metallb.universe.tf/loadBalancerIPs': '192.0.2.7, 192.0.2.9', 'metallb.io/address-pool': 'open' }
  assert.deepEqual(given(service('web', {}, listed), pools), [
    'the annotation metallb.universe.tf/loadBalancerIPs 192.0.2.7 is of pool asked, and the Service asks for pool open',
    'the annotation metallb.universe.tf/loadBalancerIPs 192.0.2.9 is in no pool; ask for another, or add it to one',
  ])
  assert.deepEqual(given(service('web', { loadBalancerIP: '192.0.2.7' }), pools), ['192.0.2.7'])
})

test('both families come of one pool where one has both, else of two; who must have both gets both or none', () => {
  const pools = [
    pool('four', ['192.0.2.1/32']),
    pool('six', ['fd00::1/128']),
    pool('both', ['198.51.100.1/32', 'fd00::9/128']),
  ]
  assert.deepEqual(given(service('web', BOTH), pools), ['198.51.100.1', 'fd00::9'])
  assert.deepEqual(given(service('web', BOTH), pools.slice(0, 2)), ['192.0.2.1', 'fd00::1'])
  const [ip, fault] = given(service('web', { ...BOTH, ipFamilyPolicy: 'PreferDualStack' }), pools.slice(0, 1))
  assert.deepEqual([ip, fault?.slice(0, 15)], ['192.0.2.1', 'no IPv6 address'])
  const whole = given(service('web', { ...BOTH, ipFamilyPolicy: 'RequireDualStack' }), pools.slice(0, 1))
  assert.deepEqual(whole[1], 'spec.ipFamilyPolicy RequireDualStack asks for both families or none')
})

test('who shares an address says the same, has other ports and, with policy Local, leads to the same pods', () => {
  const key = { 'metallb.io/allow-shared-ip': 'one' }
  const pools = [pool('p', ['192.0.2.1-192.0.2.3'])]
  const first = service('a', {}, key, ['192.0.2.1'])
  const https = { ports: [{ port: 443, protocol: 'TCP' }] }
  assert.deepEqual(given(service('web', https, key), pools, [first]), ['192.0.2.1'])
  assert.deepEqual(given(service('web', { ports: [{ port: 80, protocol: 'UDP' }] }, key), pools, [first]), [
    '192.0.2.1',
  ])
  assert.deepEqual(given(service('web', {}, key), pools, [first]), ['192.0.2.2'], 'the port is taken')
  assert.deepEqual(given(service('web', https, { 'metallb.io/allow-shared-ip': 'two' }), pools, [first]), ['192.0.2.2'])
  assert.deepEqual(given(service('web', https), pools, [first]), ['192.0.2.2'])
  const local = { externalTrafficPolicy: 'Local', selector: { app: 'a' } }
  const localFirst = service('a', local, key, ['192.0.2.1'])
  assert.deepEqual(given(service('web', { ...https, ...local }, key), pools, [localFirst]), ['192.0.2.1'])
  const other = { ...https, ...local, selector: { app: 'b' } }
  assert.deepEqual(given(service('web', other, key), pools, [localFirst]), ['192.0.2.2'])
  const asked = service('web', { ...https, loadBalancerIP: '192.0.2.1' })
  assert.deepEqual(given(asked, pools, [first]), ['spec.loadBalancerIP 192.0.2.1 is taken by Service default/a'])
})

test('of two that have one address the older keeps it, and the other gets another', () => {
  const pools = [pool('p', ['192.0.2.1-192.0.2.3'])]
  const [older, younger] = [service('a', {}, {}, ['192.0.2.1']), service('bb', {}, {}, ['192.0.2.1'])]
  assert.deepEqual(given(older, pools, [younger]), ['192.0.2.1'])
  assert.deepEqual(given(younger, pools, [older]), ['192.0.2.2'])
})

test('addresses that end with .0 and .255 are left out where the pool says so', () => {
  const range = ['192.0.2.255-192.0.3.1']
  assert.deepEqual(given(service('web'), [pool('p', range)]), ['192.0.2.255'])
  assert.deepEqual(given(service('web'), [pool('p', range, { avoidBuggyIPs: true })]), ['192.0.3.1'])
})

test('ten thousand Services get an address each, and one that is given back is found again', () => {
  const pools = [pool('p', ['10.0.0.0/16'])]
  const book = new AddressBook()
  const give = (name: string) => {
    const of = service(name)
    const { ingress } = assignFromPools(of, { pools, namespaceLabels: undefined, book })
    book.set(keyOf(of), { ...holdingOf(of), ips: ingress.map(({ ip }) => ip!) })
    return ingress[0]?.ip
  }
  const all = Array.from({ length: 10_000 }, (_, index) => give(`s${index}`))
  assert.equal(new Set(all).size, 10_000)
  assert.equal(all.at(-1), '10.0.39.15')
  assert.equal(book.set('default/s5', undefined), true)
  assert.equal(give('again'), '10.0.0.5')
  assert.equal(give('next'), '10.0.39.16')
})
