import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BetweenMode, ClusterNode } from './cluster-node.ts'
import { ClusterWays, OWN, type WaysOptions } from './cluster-ways.ts'
import { entryText } from './testing/entry-text.ts'
import { nodeMac, VXLAN_ID, VXLAN_PORT } from './vxlan.ts'

const UNDERLAYS = [
  { family: 'IPv4', link: 'eth0', mtu: 1500, address: '172.30.0.1', subnet: '172.30.0.0/24' },
  { family: 'IPv6', link: 'eth0', mtu: 1500, address: 'fd00:30::1', subnet: 'fd00:30::/64' },
] as const

/** `n7` → 172.30.0.7 and fd00:30::7, or behind a router 172.30.1.7 and fd00:31::7. */
const node = (
  number: number,
  { far = false, ...more }: Partial<ClusterNode> & { far?: boolean } = {},
): ClusterNode => ({
  name: `n${number}`,
  addresses: far ? [`172.30.1.${number}`, `fd00:31::${number}`] : [`172.30.0.${number}`, `fd00:30::${number}`],
  podCidrs: [`10.244.${number}.0/24`, `fd00:244:0:${number}::/64`],
  created: `2026-01-01T00:00:0${number % 10}Z`,
  ...more,
})

const start = (mode: BetweenMode = 'auto', options: Partial<WaysOptions> = {}, underlays = [...UNDERLAYS] as const) => {
  const ways = new ClusterWays({ name: 'n1', mode, ...options })
  ways.setUnderlays(underlays)
  ways.set(node(1))
  const texts = (key: string) => ways.entries(key).map(entryText)
  return { ways, texts }
}

test('a node on the link is led to by its address, one behind a router by VXLAN, and own pods that are not there nowhere', () => {
  const { ways, texts } = start()
  assert.deepEqual(ways.set(node(2)), ['n2'])
  assert.deepEqual(texts('n2'), [
    'route 10.244.2.0/24 via 172.30.0.2 on eth0',
    'route fd00:244:0:2::/64 via fd00:30::2 on eth0',
  ])
  assert.deepEqual([ways.vxlanLinks(), ways.podMtu()], [[], 1500])
  assert.deepEqual(ways.set(node(3, { far: true })), [OWN, 'n3'], 'the first needs a link')
  const mac = nodeMac('n3')
  assert.deepEqual(texts('n3'), [
    `forwarding of ${mac} on fairlead-vxlan to 172.30.1.3`,
    `neighbour 10.244.3.0 on fairlead-vxlan is ${mac}`,
    'route 10.244.3.0/24 via 10.244.3.0 on fairlead-vxlan',
    `neighbour fd00:244:0:3:: on fairlead-vxlan is ${mac}`,
    'route fd00:244:0:3::/64 via fd00:244:0:3:: on fairlead-vxlan',
  ])
  assert.deepEqual(ways.vxlanLinks(), [
    {
      name: 'fairlead-vxlan',
      id: VXLAN_ID,
      port: VXLAN_PORT,
      local: '172.30.0.1',
      mac: nodeMac('n1'),
      mtu: 1450,
      addresses: ['10.244.1.0/32', 'fd00:244:0:1::/128'],
    },
  ])
  assert.equal(ways.podMtu(), 1450)
  assert.deepEqual(texts(OWN), ['route 10.244.1.0/24 unreachable', 'route fd00:244:0:1::/64 unreachable'])
  assert.deepEqual(ways.delete('n3'), [OWN, 'n3'], 'the last takes the link with it')
  assert.deepEqual([texts('n3'), ways.vxlanLinks(), ways.podMtu(), ways.faults()], [[], [], 1500, []])
})

test('where the underlay has IPv6 alone, VXLAN goes over it, with its overhead; where a node has one family, over that one', () => {
  const { ways, texts } = start('vxlan', { id: 7, port: 4789 }, [UNDERLAYS[1]] as never)
  ways.set(node(2))
  assert.match(
    texts('n2').join('\n'),
    /on fairlead-vxlan6 to fd00:30::2\n.*\nroute 10\.244\.2\.0\/24 via 10\.244\.2\.0 on fairlead-vxlan6/,
  )
  const [link] = ways.vxlanLinks()
  assert.deepEqual(
    [link?.name, link?.id, link?.port, link?.local, link?.mtu],
    ['fairlead-vxlan6', 7, 4789, 'fd00:30::1', 1430],
  )
  assert.equal(ways.podMtu(), 1430)
  const both = start('auto')
  both.ways.set(node(4, { far: true }))
  both.ways.set(node(5, { addresses: ['fd00:31::5'] }))
  assert.deepEqual(
    both.ways.vxlanLinks().map(({ name, mtu }) => [name, mtu]),
    [
      ['fairlead-vxlan', 1450],
      ['fairlead-vxlan6', 1430],
    ],
  )
  assert.equal(both.ways.podMtu(), 1430)
  both.ways.set(node(6, { addresses: ['172.30.0.6'] }))
  assert.match(
    both.texts('n6').join('\n'),
    /^route 10\.244\.6\.0\/24 via 172\.30\.0\.6 on eth0\nforwarding .* on fairlead-vxlan to 172\.30\.0\.6/,
  )
})

test('a pair goes as one of them says: by VXLAN before all, then as the network knows, then as all do', () => {
  const { ways, texts } = start('routed')
  ways.set(node(2))
  ways.set(node(3, { far: true }))
  ways.set(node(4, { mode: 'vxlan' }))
  assert.match(texts('n2').join(), /via 172\.30\.0\.2 on eth0/)
  assert.deepEqual(texts('n3'), [], 'the network knows')
  assert.match(texts('n4').join(), /10\.244\.4\.0\/24 via 10\.244\.4\.0 on fairlead-vxlan/)
  assert.deepEqual(ways.faults(), [])
  const auto = start('auto')
  auto.ways.set(node(3, { far: true, mode: 'routed' }))
  assert.deepEqual(auto.texts('n3'), [])
  auto.ways.set(node(1, { mode: 'vxlan' }))
  assert.match(auto.texts('n3').join(), /fairlead-vxlan/, 'the own one counts as well')
})

test('a change of one node changes what leads to it alone; the same again changes nothing', () => {
  const { ways, texts } = start()
  for (let number = 2; number < 60; number++) ways.set(node(number, { far: number > 30 }))
  assert.deepEqual(ways.set(node(9)), [])
  assert.deepEqual(ways.set(node(9, { addresses: ['172.30.0.109', 'fd00:30::109'] })), ['n9'])
  assert.match(texts('n9').join(), /10\.244\.9\.0\/24 via 172\.30\.0\.109 on eth0/)
  assert.deepEqual(ways.set(node(40)), ['n40'])
  assert.deepEqual(ways.set(node(41, { podCidrs: [] })), ['n41'])
  assert.deepEqual(texts('n41'), [], 'not yet')
  assert.deepEqual(ways.delete('n42'), ['n42'])
  assert.deepEqual(ways.delete('n42'), [])
  assert.equal(ways.vxlanNodes, 26)
})

test('of two nodes whose ranges overlap the older one has it, and the other is told by name; it gets it when that one goes', () => {
  const { ways, texts } = start()
  ways.set(node(2))
  assert.deepEqual(ways.set(node(3, { podCidrs: ['10.244.2.128/25'] })), ['n3', 'n2'])
  assert.deepEqual(texts('n3'), [])
  assert.match(texts('n2').join(), /10\.244\.2\.0\/24/)
  assert.deepEqual(ways.faults(), ['10.244.2.128/25 of Node n3 is, at least in part, Node n2’s already'])
  ways.set(node(4, { created: '2025', podCidrs: ['10.244.0.0/22'] }))
  assert.deepEqual([texts('n2').length, texts('n4')], [1, []], 'the own range is this node’s, whoever is older')
  assert.deepEqual(ways.faults(), [
    '10.244.2.0/24 of Node n2 is, at least in part, Node n4’s already',
    '10.244.2.128/25 of Node n3 is, at least in part, Node n2’s already',
    '10.244.0.0/22 of Node n4 is, at least in part, Node n1’s already',
  ])
  ways.delete('n4')
  assert.deepEqual(ways.delete('n2').toSorted(), ['n2', 'n3'])
  assert.match(texts('n3').join(), /10\.244\.2\.128\/25/)
  assert.deepEqual(ways.faults(), [])
})

test('what cannot be led to is told by name: a range that holds nodes, an address that no link has, no family in common', () => {
  const { ways, texts } = start('auto', {}, [UNDERLAYS[0]] as never)
  ways.set(node(2, { podCidrs: ['172.30.0.0/16'] }))
  ways.set(node(3, { addresses: ['fd00:30::3'] }))
  assert.deepEqual([texts('n2'), texts('n3')], [[], []])
  assert.deepEqual(ways.faults(), [
    'no link of this machine has fd00:30::1, the InternalIP of Node n1',
    '172.30.0.0/16 of Node n2 holds addresses of nodes',
    'Node n3 has no address of a family that this node has',
  ])
  ways.set(node(1, { podCidrs: ['172.30.0.128/25'] }))
  assert.deepEqual(texts(OWN), [])
  assert.match(ways.faults().join(), /172\.30\.0\.128\/25 of Node n1 holds addresses of nodes/)
})

test('nothing leads anywhere before this node is known; its new range, address or link changes all', () => {
  const ways = new ClusterWays({ name: 'n1', mode: 'auto', mtu: 1400 })
  ways.set(node(2))
  assert.deepEqual([ways.entries('n2'), ways.entries(OWN), ways.vxlanLinks(), ways.faults()], [[], [], [], []])
  assert.deepEqual(ways.set(node(1)), [OWN, 'n2'])
  assert.deepEqual(ways.entries('n2'), [], 'no link yet')
  assert.deepEqual(ways.setUnderlays(UNDERLAYS), [OWN, 'n2'])
  assert.deepEqual(ways.setUnderlays([...UNDERLAYS]), [])
  assert.equal(ways.entries('n2').length, 2)
  assert.equal(ways.podMtu(), 1400, 'as somebody asked for')
  ways.set(node(3, { far: true }))
  assert.equal(ways.vxlanLinks()[0]?.mtu, 1400)
})

test('a node’s MAC is one machine’s, follows from its name, and no two of many thousand nodes have the same', () => {
  const macs = new Set(Array.from({ length: 20_000 }, (_, index) => nodeMac(`ip-10-0-${index >> 8}-${index & 255}`)))
  assert.equal(macs.size, 20_000)
  for (const mac of [...macs].slice(0, 100)) {
    assert.match(mac, /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/)
    assert.equal(Number.parseInt(mac.slice(0, 2), 16) & 3, 2)
  }
  assert.equal(nodeMac('n1'), nodeMac('n1'))
})

test('of 5,000 nodes one that changes is looked at alone', () => {
  const { ways } = start()
  for (let number = 2; number <= 5000; number++)
    ways.set({
      ...node(2),
      name: `n${number}`,
      addresses: [`172.31.${number >> 8}.${number & 255}`],
      podCidrs: [`10.${64 + (number >> 8)}.${number & 255}.0/24`],
    })
  assert.equal(ways.keys().length, 5000)
  assert.equal(ways.vxlanNodes, 4999)
  assert.deepEqual(ways.delete('n77'), ['n77'])
  assert.deepEqual(ways.faults(), [])
})
