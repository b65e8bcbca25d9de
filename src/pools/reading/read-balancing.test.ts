import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rangesText } from '../address-range.ts'
import { faultText } from '../model.ts'
import { type BalancerObject, type BalancerObjects, readBalancing } from './read-balancing.ts'

const object = (name: string, spec: unknown, more: object = {}): BalancerObject => ({
  metadata: { name, namespace: 'metallb-system', ...more },
  spec,
})
const own = (name: string, spec: unknown): BalancerObject => ({ metadata: { name }, spec })
type Metallb = BalancerObjects['metallb']
const read = ({
  metallb = {},
  ...more
}: Partial<Omit<BalancerObjects, 'metallb'>> & { metallb?: Partial<Metallb> }) => {
  const none: BalancerObject[] = []
  const balancing = readBalancing({
    loadBalancerPools: none,
    bgpPeers: none,
    ...more,
    metallb: {
      ipAddressPools: none,
      l2Advertisements: none,
      bgpAdvertisements: none,
      communities: none,
      bgpPeers: none,
      bfdProfiles: none,
      ...metallb,
    },
  })
  return { ...balancing, faults: balancing.faults.map(faultText) }
}

test('a pool of MetalLB has its CIDRs whole, its ranges, and whom it is for', () => {
  const spec = {
    addresses: ['192.0.2.0/30', '198.51.100.7 - 198.51.100.9', 'fd00::/126'],
    avoidBuggyIPs: true,
    autoAssign: false,
    serviceAllocation: { priority: 50, namespaces: ['shop'], serviceSelectors: [{ matchLabels: { app: 'web' } }] },
  }
  const { pools, faults } = read({ metallb: { ipAddressPools: [object('first', spec, { labels: { zone: 'a' } })] } })
  assert.deepEqual(faults, [])
  const [pool] = pools
  assert.equal(rangesText(pool!.ranges), '192.0.2.0-192.0.2.3, 198.51.100.7-198.51.100.9, fd00::-fd00::3')
  assert.deepEqual(
    [pool!.name, pool!.object, pool!.labels, pool!.autoAssign, pool!.avoidBuggyIPs],
    ['first', 'IPAddressPool metallb-system/first', { zone: 'a' }, false, true],
  )
  assert.deepEqual(pool!.allocation, {
    priority: 50,
    namespaces: ['shop'],
    namespaceSelectors: [],
    serviceSelectors: [{ matchLabels: { app: 'web' } }],
  })
})

test('a fault names object, field and way out, and costs neither the rest of its object nor other objects anything', () => {
  const ipAddressPools = [
    object('good', { addresses: ['192.0.2.0/28'] }),
    object('half', { addresses: ['198.51.100.0/28', '198.51.100.300', 7], autoAssign: 'no', colour: 'red' }),
    object('none', {}),
    object('odd', 'addresses'),
    object('selector', {
      addresses: ['203.0.113.0/30'],
      serviceAllocation: {
        namespaceSelectors: [{ matchExpressions: [{ key: 'a', operator: 'Near' }] }],
        serviceSelectors: ['x'],
      },
    }),
  ]
  const { pools, faults } = read({ metallb: { ipAddressPools } })
  assert.deepEqual(
    pools.map(({ name, ranges }) => [name, rangesText(ranges)]),
    [
      ['good', '192.0.2.0-192.0.2.15'],
      ['half', '198.51.100.0-198.51.100.15'],
      ['none', ''],
      ['odd', ''],
      ['selector', '203.0.113.0-203.0.113.3'],
    ],
  )
  const at = (name: string) => `IPAddressPool metallb-system/${name}: spec`
  assert.deepEqual(faults, [
    `${at('half')}.addresses[2]: must be a text`,
    `${at('half')}.addresses[1]: "198.51.100.300" is not a CIDR; write it as 10.9.8.0/24 or 2001:db8::/64`,
    `${at('half')}.autoAssign: "no" is not true or false`,
    `${at('half')}.colour: is not known here and does nothing; take it away`,
    `${at('none')}.addresses: a pool needs addresses: CIDRs, or ranges as 192.0.2.1-192.0.2.9`,
    `${at('odd')}: is not an object; write fields below it`,
    `${at('odd')}.addresses: a pool needs addresses: CIDRs, or ranges as 192.0.2.1-192.0.2.9`,
    `${at('selector')}.serviceAllocation.namespaceSelectors[0]: "Near" is not a valid label selector operator; until it is mended it selects nothing`,
    `${at('selector')}.serviceAllocation.serviceSelectors[0]: must be a label selector; {} selects everything`,
  ])
})

test('of pools that overlap the older keeps the addresses, and the other has the rest of its own', () => {
  const ipAddressPools = [
    object(
      'young',
      { addresses: ['192.0.2.8-192.0.2.20', '198.51.100.0/30', '198.51.100.2/31'] },
      { creationTimestamp: '2026-02-01' },
    ),
    object('old', { addresses: ['192.0.2.0/28'] }, { creationTimestamp: '2026-01-01' }),
  ]
  const { pools, faults } = read({
    metallb: { ipAddressPools },
    loadBalancerPools: [own('old', { addresses: ['203.0.113.1/32'] })],
  })
  assert.deepEqual(
    pools.map(({ name, ranges }) => [name, rangesText(ranges)]),
    [
      ['old', '192.0.2.0-192.0.2.15'],
      ['young', '198.51.100.0-198.51.100.3'],
    ],
  )
  assert.deepEqual(faults, [
    'IPAddressPool metallb-system/young: spec.addresses[0]: 192.0.2.8-192.0.2.20 overlaps with IPAddressPool metallb-system/old, which keeps it; give each address to one pool',
    'IPAddressPool metallb-system/young: spec.addresses[2]: 198.51.100.2-198.51.100.3 overlaps with IPAddressPool metallb-system/young, which keeps it; give each address to one pool',
    'LoadBalancerPool old: metadata.name: IPAddressPool metallb-system/old has that name; give it another',
  ])
})

test('advertisements say which pools, nodes, links and peers, with the names of communities', () => {
  const { l2, bgp, faults } = read({
    metallb: {
      ipAddressPools: [object('a', { addresses: ['192.0.2.0/28'] })],
      communities: [
        object('c', {
          communities: [
            { name: 'backup', value: '65000:100' },
            { name: 'bad', value: 'x' },
          ],
        }),
      ],
      l2Advertisements: [
        object('l2', {
          ipAddressPools: ['a', 'gone'],
          interfaces: ['eth1'],
          preferredNodeSelectors: [{ weight: 10, preference: { matchLabels: { rack: '1' } } }],
        }),
      ],
      bgpAdvertisements: [
        object('bgp', {
          aggregationLength: 33,
          aggregationLengthV6: 64,
          localPref: 100,
          communities: ['backup', 'no-export', 'large:1:2:3', '65536:1'],
          peers: ['router'],
        }),
      ],
    },
  })
  assert.deepEqual(l2[0]!.pools, { names: ['a', 'gone'], selectors: [] })
  assert.deepEqual([l2[0]!.interfaces, l2[0]!.preferred[0]!.weight], [['eth1'], 10])
  assert.deepEqual(bgp[0]!.aggregation, { IPv4: 32, IPv6: 64 })
  assert.equal(bgp[0]!.localPref, 100)
  assert.deepEqual(bgp[0]!.communities, [
    { kind: 'standard', value: 65_000 * 65_536 + 100 },
    { kind: 'standard', value: 0xffff_ff01 },
    { kind: 'large', value: [1, 2, 3] },
  ])
  assert.deepEqual(faults, [
    'Community metallb-system/c: spec.communities[1].value: a name and a community as 65000:100 or large:65000:1:2 must be there',
    'BGPAdvertisement metallb-system/bgp: spec.aggregationLength: 33 is not a whole number from 1 to 32',
    'BGPAdvertisement metallb-system/bgp: spec.communities[3]: "65536:1" is no community; write 65000:100, large:65000:1:2, or a name that a Community object has',
    'L2Advertisement metallb-system/l2: spec.ipAddressPools: there is no pool gone; make it, or take the name away',
    'BGPAdvertisement metallb-system/bgp: spec.peers: there is no BGPPeer router; make it, or take the name away',
  ])
})

test('a peer has all that MetalLB’s has; BFD is refused by name, and the session runs without it', () => {
  const spec = {
    myASN: 64_512,
    peerASN: 4_200_000_000,
    peerAddress: '2001:db8::1',
    peerPort: 1179,
    holdTime: '1m30s',
    keepaliveTime: '30s',
    connectTime: '500ms',
    routerID: '10.0.0.1',
    sourceAddress: '2001:db8::2',
    nodeSelectors: [{ matchLabels: { rack: '1' } }],
    passwordSecret: { name: 'bgp' },
    enableGracefulRestart: true,
    ebgpMultiHop: true,
    vrf: 'red',
    bfdProfile: 'fast',
  }
  const bgpPeers = [object('r', spec), object('no', { myASN: 0, peerASN: 1, dynamicASN: 'external', holdTime: '2s' })]
  const { peers, faults } = read({ metallb: { bgpPeers, bfdProfiles: [object('fast', {})] } })
  assert.deepEqual(peers, [
    {
      name: 'r',
      object: 'BGPPeer metallb-system/r',
      myAsn: 64_512,
      peerAsn: 4_200_000_000,
      localAsn: undefined,
      address: '2001:db8::1',
      interface: undefined,
      sourceAddress: '2001:db8::2',
      port: 1179,
      holdTime: 90,
      keepaliveTime: 30,
      connectTime: 0.5,
      routerId: '10.0.0.1',
      nodeSelectors: [{ matchLabels: { rack: '1' } }],
      password: { secret: { namespace: 'metallb-system', name: 'bgp' } },
      gracefulRestart: true,
      multiHop: true,
      vrf: 'red',
      disableMp: false,
      dualStackAddressFamily: false,
    },
  ])
  const texts = faults.map((text) => text.split(': ').slice(0, 2).join(': '))
  assert.deepEqual(texts, [
    'BGPPeer metallb-system/no: spec.myASN',
    'BGPPeer metallb-system/no: spec.peerASN',
    'BGPPeer metallb-system/no: spec.peerAddress',
    'BGPPeer metallb-system/no: spec.holdTime',
    'BGPPeer metallb-system/r: spec.bfdProfile',
    'BFDProfile metallb-system/fast: spec',
  ])
})

test('a pool of ours says itself how it is announced: on all links where it says nothing, and not at all where it says []', () => {
  const loadBalancerPools = [
    own('plain', { addresses: ['192.0.2.0/30'] }),
    own('quiet', { addresses: ['192.0.2.4/30'], l2: [] }),
    own('both', { addresses: ['192.0.2.8/30'], l2: [{ interfaces: ['eth1'] }], bgp: [{ localPref: 5 }] }),
  ]
  const { l2, bgp, faults } = read({ loadBalancerPools })
  assert.deepEqual(faults, [])
  assert.deepEqual(
    l2.map(({ pools, interfaces }) => [pools.names, interfaces]),
    [
      [['both'], ['eth1']],
      [['plain'], []],
    ],
  )
  assert.deepEqual(
    bgp.map(({ pools, localPref }) => [pools.names, localPref]),
    [[['both'], 5]],
  )
})
