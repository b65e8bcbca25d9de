import type { Labels } from '#objects/object.ts'
import { rangesOverlap, rangesText } from '../address-range.ts'
import type {
  AddressPool,
  Balancing,
  BgpAdvertisement,
  BgpPeer,
  Community,
  L2Advertisement,
  PoolFault,
} from '../model.ts'
import { readBgp, readL2, readPoolChoice } from './advertisement-reader.ts'
import { parseCommunity } from './community.ts'
import { FieldReader } from './field-reader.ts'
import { readPeer } from './peer-reader.ts'
import { readPool } from './pool-reader.ts'

/** An object of the API of which only its metadata is known. */
export interface BalancerObject {
  readonly metadata?: {
    readonly name?: string
    readonly namespace?: string
    readonly labels?: Labels
    readonly creationTimestamp?: string
  }
  readonly spec?: unknown
}

type Listed = readonly BalancerObject[]

/** The kinds that are read, ours and MetalLB's, each with its objects. */
export interface BalancerObjects {
  readonly loadBalancerPools: Listed
  readonly bgpPeers: Listed
  readonly metallb: {
    readonly ipAddressPools: Listed
    readonly l2Advertisements: Listed
    readonly bgpAdvertisements: Listed
    readonly communities: Listed
    readonly bgpPeers: Listed
    readonly bfdProfiles: Listed
  }
}

const nameOf = (kind: string, { metadata }: BalancerObject): string =>
  `${kind} ${metadata?.namespace ? `${metadata.namespace}/` : ''}${metadata?.name ?? ''}`

/** The oldest first: what is there before something else keeps what it has. */
const inOrder = (all: Listed): Listed => {
  const order = ({ metadata }: BalancerObject) =>
    `${metadata?.creationTimestamp ?? ''} ${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`
  return [...all].sort((left, right) => (order(left) < order(right) ? -1 : 1))
}

/**
 * What all these objects ask for. A fault of one costs the others nothing: what it says that cannot be had counts as not
 * written. Of pools that overlap the older keeps the addresses.
 */
export const readBalancing = (objects: BalancerObjects): Balancing => {
  const faults: PoolFault[] = []
  const pools: AddressPool[] = []
  const l2: L2Advertisement[] = []
  const bgp: BgpAdvertisement[] = []
  const peers: BgpPeer[] = []
  const { metallb } = objects
  const aliases = new Map<string, Community>()
  const each = (kind: string, all: Listed, read: (spec: FieldReader, object: string, one: BalancerObject) => void) => {
    for (const one of inOrder(all)) {
      const object = nameOf(kind, one)
      read(new FieldReader(one.spec, object, 'spec', faults), object, one)
    }
  }
  const addPool = (pool: AddressPool): void => {
    const twin = pools.find(({ name }) => name === pool.name)
    if (twin) {
      faults.push({
        object: pool.object,
        field: 'metadata.name',
        text: `${twin.object} has that name; give it another`,
      })
      return
    }
    pools.push({ ...pool, ranges: withoutOverlaps(pool, pools, faults) })
  }

  each('Community', metallb.communities, (spec) => {
    for (const entry of spec.entries('communities')) {
      const [name, value] = [entry.text('name'), entry.text('value')]
      const community = value === undefined ? undefined : parseCommunity(value)
      if (name !== undefined && community) aliases.set(name, community)
      else entry.fault('value', 'a name and a community as 65000:100 or large:65000:1:2 must be there')
      entry.done()
    }
    spec.done()
  })
  each('IPAddressPool', metallb.ipAddressPools, (spec, object, { metadata }) => {
    addPool(readPool(spec, metadata?.name ?? '', object, metadata?.labels ?? {}))
    spec.done()
  })
  each('L2Advertisement', metallb.l2Advertisements, (spec, object) => {
    l2.push(readL2(spec, object, readPoolChoice(spec)))
  })
  each('BGPAdvertisement', metallb.bgpAdvertisements, (spec, object) => {
    bgp.push(readBgp(spec, object, readPoolChoice(spec), aliases))
  })
  each('LoadBalancerPool', objects.loadBalancerPools, (spec, object, { metadata }) => {
    const name = metadata?.name ?? ''
    addPool(readPool(spec, name, object, metadata?.labels ?? {}))
    const own = { names: [name], selectors: [] }
    for (const entry of spec.entries('l2')) l2.push(readL2(entry, object, own))
    for (const entry of spec.entries('bgp')) bgp.push(readBgp(entry, object, own, aliases))
    // Who makes a pool and says no more wants its addresses to be reached.
    if (!spec.has('l2') && !spec.has('bgp'))
      l2.push(readL2(new FieldReader({}, object, 'spec.l2', faults), object, own))
    spec.done()
  })
  for (const [kind, all] of [
    ['BGPPeer', metallb.bgpPeers],
    ['BGPPeer', objects.bgpPeers],
  ] as const)
    each(kind, all, (spec, object, { metadata }) => {
      const peer = readPeer(spec, metadata?.name ?? '', metadata?.namespace ?? '', object)
      if (peer && peers.some(({ name }) => name === peer.name))
        spec.fault('', `there is a peer of the name ${peer.name}; give it another`)
      else if (peer) peers.push(peer)
    })
  each('BFDProfile', metallb.bfdProfiles, (spec) => {
    spec.fault('', 'BFD is not spoken here; take the profile away, and give peers a shorter holdTime')
  })
  faults.push(...unknownNames(pools, peers, l2, bgp))
  return { pools, l2, bgp, peers, faults }
}

const withoutOverlaps = (
  pool: AddressPool,
  others: readonly AddressPool[],
  faults: PoolFault[],
): AddressPool['ranges'] => {
  const kept: AddressPool['ranges'][number][] = []
  for (const [index, range] of pool.ranges.entries()) {
    const other = [...others, { ...pool, ranges: kept }].find(({ ranges }) =>
      ranges.some((one) => rangesOverlap(one, range)),
    )
    if (!other) kept.push(range)
    else
      faults.push({
        object: pool.object,
        field: `spec.addresses[${index}]`,
        text: `${rangesText([range])} overlaps with ${other.object}, which keeps it; give each address to one pool`,
      })
  }
  return kept
}

/** Advertisements of what is not there. */
const unknownNames = (
  pools: readonly AddressPool[],
  peers: readonly BgpPeer[],
  l2: readonly L2Advertisement[],
  bgp: readonly BgpAdvertisement[],
): readonly PoolFault[] => [
  ...[...l2, ...bgp].flatMap(({ object, pools: { names } }) =>
    names
      .filter((name) => !pools.some((pool) => pool.name === name))
      .map((name) => ({
        object,
        field: 'spec.ipAddressPools',
        text: `there is no pool ${name}; make it, or take the name away`,
      })),
  ),
  ...bgp.flatMap(({ object, peers: names }) =>
    names
      .filter((name) => !peers.some((peer) => peer.name === name))
      .map((name) => ({
        object,
        field: 'spec.peers',
        text: `there is no BGPPeer ${name}; make it, or take the name away`,
      })),
  ),
]
