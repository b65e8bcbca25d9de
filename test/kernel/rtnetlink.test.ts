import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { createNetworkNamespace, deleteNamespace, openNamespace } from '#kernel/namespaces/namespace.ts'
import { readSysctl, writeForwarding, writeSysctls } from '#kernel/namespaces/sysctl.ts'
import { newAddress } from '#kernel/rtnetlink/address.ts'
import { changeLink, deleteLink, newBridge, newVeth } from '#kernel/rtnetlink/link.ts'
import { newNeighbour } from '#kernel/rtnetlink/neighbour.ts'
import { deleteRoute, ROUTE_PROTOCOL, replaceRoute } from '#kernel/rtnetlink/route.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'

let a: string
let b: string
let inA: Rtnetlink
let inB: Rtnetlink
before(() => {
  a = createNetworkNamespace('fl-test-a')
  writeSysctls(a, [['ipv6/conf/default/addr_gen_mode', '1']])
  b = createNetworkNamespace('fl-test-b')
  inA = Rtnetlink.open(a)
  inB = Rtnetlink.open(b)
})
after(() => {
  inA.close()
  inB.close()
  deleteNamespace(a)
  deleteNamespace(b)
})

const ip = (name: string, ...args: string[]) =>
  execFileSync('ip', ['-n', name, ...args], { encoding: 'utf8' }).replace(/[ \t]+/g, ' ')

test('newVeth() makes a pair across two namespaces, carrying as soon as both ends are up', () => {
  const peer = openNamespace(b)
  try {
    inA.apply([
      newVeth(
        { name: 'fl-veth', up: true, mtu: 1400, mac: '0a:58:00:00:00:01' },
        { name: 'eth0', mtu: 1400, mac: '0a:58:0a:f4:01:05' },
        peer,
      ),
    ])
  } finally {
    closeSync(peer)
  }
  inB.apply([changeLink(inB.linkIndex('eth0'), { up: true })])
  inA.apply([changeLink(inA.linkIndex('fl-veth'), { alias: 'pod default/web' })])
  const here = inA.link('fl-veth')
  const there = inB.link('eth0')
  assert.deepEqual(
    [here?.operational, here?.mtu, here?.mac, here?.kind, here?.alias],
    [true, 1400, '0a:58:00:00:00:01', 'veth', 'pod default/web'],
  )
  assert.deepEqual([there?.operational, there?.mac], [true, '0a:58:0a:f4:01:05'])
  assert.equal(ip('fl-test-a', '-6', 'address', 'show', 'dev', 'fl-veth'), '')
  assert.equal(inA.link('eth0'), undefined)
})

test('addresses, routes and neighbours are written as `ip` reads them, and read back', () => {
  const link = inA.linkIndex('fl-veth')
  inA.apply([
    changeLink(inA.linkIndex('lo'), { up: true }),
    newAddress(link, '172.30.0.2/16'),
    newAddress(link, 'fd00:172:30::2/64'),
    newNeighbour(link, '169.254.1.1', 'ee:ee:ee:ee:ee:ee'),
    newNeighbour(link, 'fe80::1', 'ee:ee:ee:ee:ee:ee'),
    replaceRoute({ destination: '0.0.0.0/0', nextHops: [{ link, gateway: '169.254.1.1', onlink: true }] }),
    replaceRoute({ destination: '::/0', nextHops: [{ link, gateway: 'fe80::1', onlink: true }] }),
    replaceRoute({ destination: '10.244.1.5/32', nextHops: [{ link }], source: '172.30.0.2' }),
    replaceRoute({ destination: 'fd00:10:244:1::5/128', nextHops: [{ link }], source: 'fd00:172:30::2' }),
    replaceRoute({ destination: '10.96.0.0/16', nextHops: [] }),
    replaceRoute({ destination: 'fd00:10:96::/112', nextHops: [] }),
  ])
  assert.doesNotMatch(ip('fl-test-a', '-6', 'address', 'show'), /tentative/)
  const v4 = ip('fl-test-a', 'route', 'show', 'proto', String(ROUTE_PROTOCOL))
  assert.match(v4, /^default via 169\.254\.1\.1 dev fl-veth onlink/m)
  assert.match(v4, /^10\.244\.1\.5 dev fl-veth scope link src 172\.30\.0\.2/m)
  assert.match(v4, /^unreachable 10\.96\.0\.0\/16/m)
  const v6 = ip('fl-test-a', '-6', 'route', 'show', 'proto', String(ROUTE_PROTOCOL))
  assert.match(v6, /^default via fe80::1 dev fl-veth/m)
  assert.match(v6, /^fd00:10:244:1::5 dev fl-veth src fd00:172:30::2/m)
  assert.match(v6, /^unreachable fd00:10:96::\/112/m)
  assert.match(ip('fl-test-a', 'neigh'), /fe80::1 dev fl-veth lladdr ee:ee:ee:ee:ee:ee.*PERMANENT/)
  const ours = inA.routes().filter(({ protocol }) => protocol === ROUTE_PROTOCOL)
  assert.equal(ours.length, 6)
  assert.deepEqual(ours.find(({ destination }) => destination === 'fd00:10:244:1::5/128')?.source, 'fd00:172:30::2')
  assert.ok(inA.addresses().some(({ address }) => address === 'fd00:172:30::2/64'))
})

test('an address brings the route to its network with it, or none where that is asked', () => {
  const link = inA.linkIndex('fl-veth')
  const addresses = ['192.0.2.1/24', '2001:db8:1::1/64', '198.51.100.1/24', '2001:db8:2::1/64']
  inA.apply(addresses.map((address, at) => newAddress(link, address, at > 1)))
  const listed = inA.routes()
  for (const [destination, there] of [
    ['192.0.2.0/24', true],
    ['2001:db8:1::/64', true],
    ['198.51.100.0/24', false],
    ['2001:db8:2::/64', false],
  ] as const)
    assert.equal(
      listed.some((route) => route.destination === destination),
      there,
      destination,
    )
  assert.doesNotMatch(ip('fl-test-a', '-6', 'address', 'show'), /tentative/)
  for (const address of addresses) ip('fl-test-a', 'address', 'delete', address, 'dev', 'fl-veth')
})

test("a multipath route is made, replaced and deleted; a stranger's route to the same place stays", () => {
  const link = inA.linkIndex('fl-veth')
  const route = (...nodes: number[]) => ({
    destination: '172.30.255.1/32',
    nextHops: nodes.map((node) => ({ link, gateway: `172.30.0.${node}` })),
  })
  const route6 = (...nodes: number[]) => ({
    destination: 'fd00:172:30:0:ff::1/128',
    nextHops: nodes.map((node) => ({ link, gateway: `fd00:172:30::${node}` })),
  })
  inA.apply([replaceRoute(route(3, 4)), replaceRoute(route6(3, 4))])
  assert.match(ip('fl-test-a', 'route'), /172\.30\.255\.1 proto 250 \n?.*nexthop via 172\.30\.0\.3/)
  inA.apply([replaceRoute(route(3, 4, 5)), replaceRoute(route6(4, 5, 6))])
  const listed = inA.routes()
  const gateways = (destination: string) =>
    listed
      .filter((one) => one.destination === destination)
      .flatMap(({ nextHops }) => nextHops.map((hop) => hop.gateway))
      .toSorted()
  assert.deepEqual(gateways('172.30.255.1/32'), ['172.30.0.3', '172.30.0.4', '172.30.0.5'])
  assert.deepEqual(gateways('fd00:172:30:0:ff::1/128'), ['fd00:172:30::4', 'fd00:172:30::5', 'fd00:172:30::6'])
  inA.apply([deleteRoute('172.30.255.1/32'), deleteRoute('fd00:172:30:0:ff::1/128')])
  assert.ok(!inA.routes().some(({ destination }) => /255\.1\/32|ff::1\/128/.test(destination)))
  ip('fl-test-a', 'route', 'add', '10.77.0.0/16', 'dev', 'fl-veth')
  assert.throws(() => inA.apply([deleteRoute('10.77.0.0/16')]), { code: 'RTNETLINK_FAILED', errnoName: 'ESRCH' })
})

test("a refusal names the object, the errno and the kernel's own words; later requests of the batch still ran", () => {
  const link = inA.linkIndex('fl-veth')
  const refusals = inA.send([
    newAddress(link, '172.30.0.2/16'),
    replaceRoute({ destination: '10.9.0.0/16', nextHops: [{ link: 999 }] }),
    replaceRoute({ destination: '10.8.0.0/16', nextHops: [{ link }] }),
  ])
  assert.deepEqual(
    refusals.map(({ request }) => request.object),
    ['address 172.30.0.2/16', 'route to 10.9.0.0/16'],
  )
  assert.ok(inA.routes().some(({ destination }) => destination === '10.8.0.0/16'))
  assert.throws(
    () => inA.apply([replaceRoute({ destination: '10.7.0.0/16', nextHops: [{ gateway: '203.0.113.1' }] })]),
    /RTNETLINK_FAILED: RTM_NEWROUTE of route to 10\.7\.0\.0\/16: ENETUNREACH: Nexthop has invalid gateway/,
  )
  assert.throws(() => inA.apply([newAddress(link, '10.1/8')]), { code: 'ADDRESS_MALFORMED' })
  inA.apply([newAddress(link, '172.30.0.2/16')], [17])
})

test('several hundred requests, and as many refusals, pass in one call', () => {
  const link = inA.linkIndex('fl-veth')
  const destinations = Array.from({ length: 500 }, (_, index) => `10.50.${index >> 8}.${index & 255}/32`)
  inA.apply(destinations.map((destination) => replaceRoute({ destination, nextHops: [{ link }] })))
  assert.equal(inA.routes().filter(({ destination }) => destination.startsWith('10.50.')).length, 500)
  inA.apply(destinations.map(deleteRoute))
  assert.equal(inA.send(destinations.map(deleteRoute)).length, 500, 'each is refused, and told')
})

test('newBridge() takes ports, and deleteLink() takes a pair away from both namespaces', () => {
  inA.apply([newBridge({ name: 'fl-bridge', up: true })])
  inA.apply([changeLink(inA.linkIndex('fl-veth'), { master: inA.linkIndex('fl-bridge') })])
  assert.equal(inA.link('fl-veth')?.master, inA.linkIndex('fl-bridge'))
  inA.apply([deleteLink('fl-veth')])
  assert.equal(inA.link('fl-veth'), undefined)
  assert.equal(inB.link('eth0'), undefined)
  assert.deepEqual(
    inB.links().map(({ name }) => name),
    ['lo'],
  )
})

test('writeSysctls() writes in the namespace; in the one that the process was born in it refuses all but those of a link of ours', () => {
  const host = readSysctl('ipv4/ip_forward')
  writeSysctls(a, [
    ['ipv4/ip_forward', '1'],
    ['ipv4/none_such?', '1'],
  ])
  assert.equal(readSysctl('ipv4/ip_forward', a), '1')
  assert.equal(readSysctl('ipv4/ip_forward'), host)
  const ours = ['ipv6/conf/fl-none/accept_ra?', '0'] as const
  writeSysctls('/proc/self/ns/net', [ours, ['ipv6/conf/fairlead-vxlan6/disable_ipv6?', '0']])
  for (const name of [
    'ipv4/ip_forward',
    'ipv6/conf/all/accept_ra',
    'ipv6/conf/eth0/accept_ra',
    'ipv4/conf/fl-x/../all/x',
  ])
    assert.throws(() => writeSysctls('/proc/self/ns/net', [ours, [name, '1']]), { code: 'SYSCTL_OF_HOST' }, name)
  writeForwarding('/proc/self/ns/net', 'IPv4', '1')
  assert.equal(readSysctl('ipv4/ip_forward'), '1', 'but for who leads packets')
  writeForwarding('/proc/self/ns/net', 'IPv4', host!)
  assert.throws(() => writeSysctls(a, [['ipv4/none_such', '1']]), { code: 'SYSCTL_FAILED', errnoName: 'ENOENT' })
})

test('each of many namespaces has the settings that were written in it, and those that are gone leave none behind', () => {
  const names = Array.from({ length: 70 }, (_, index) => `fl-test-many-${index}`)
  const paths = names.map((name) => createNetworkNamespace(name))
  const portOf = (index: number) => String(100 + index)
  try {
    for (const [index, path] of paths.entries()) {
      writeSysctls(path, [
        ['ipv4/ip_unprivileged_port_start', portOf(index)],
        ['ipv6/conf/default/accept_dad', '0'],
      ])
      // One that takes the place of another has settings of its own.
      deleteNamespace(paths[0]!)
      paths[0] = createNetworkNamespace(names[0]!)
    }
    const found = paths.map((path) => readSysctl('ipv4/ip_unprivileged_port_start', path))
    assert.deepEqual(found, ['1024', ...paths.slice(1).map((_, index) => portOf(index + 1))])
    assert.equal(readSysctl('ipv6/conf/default/accept_dad', paths[1]), '0')
    assert.equal(readSysctl('ipv6/conf/default/accept_dad', paths[0]), '1')
  } finally {
    for (const path of paths) deleteNamespace(path)
  }
})
