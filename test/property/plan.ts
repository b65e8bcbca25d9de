import type { Node } from '../contract/model.ts'

/** The addresses that generated clusters are made of. Few, so that they meet. `family` 0 is IPv4, 1 IPv6. */
export type FamilyIndex = 0 | 1

export const NODE_NAMES = ['n1', 'n2', 'n3'] as const
export const ZONES = { n1: 'a', n2: 'a', n3: 'b' } as const

/** `n1` → 172.30.0.1, fd00:172:30::1 */
export const nodeAddress = (node: string, family: FamilyIndex): string =>
  family === 0 ? `172.30.0.${node[1]}` : `fd00:172:30::${node[1]}`
/** An address of n1 on which node ports are not wanted. */
export const OTHER_ADDRESS = ['192.0.2.1', 'fd00:192::1'] as const
export const podAddress = (node: string, pod: number, family: FamilyIndex): string =>
  family === 0 ? `10.244.${node[1]}.${pod + 11}` : `fd00:10:244:${node[1]}::${pod + 11}`
export const clusterIp = (number: number, family: FamilyIndex): string =>
  family === 0 ? `10.96.0.${number + 1}` : `fd00:10:96::${number + 1}`
export const UNASSIGNED = ['10.96.77.7', 'fd00:10:96::77'] as const
export const externalIp = (number: number, family: FamilyIndex): string =>
  family === 0 ? `198.51.100.${number + 1}` : `fd00:198::${number + 1}`
export const ingressIp = (number: number, family: FamilyIndex): string =>
  family === 0 ? `203.0.113.${number + 1}` : `fd00:203::${number + 1}`
export const outside = (number: number, family: FamilyIndex): string =>
  family === 0 ? `172.31.0.${number + 101}` : `fd00:172:31::${number + 101}`
export const WORLD = ['192.88.99.1', '2001:db8::1'] as const

export const RANGES = [
  '172.31.0.101/32',
  '172.31.0.0/24',
  '10.244.1.0/24',
  ' 172.30.0.0/31 ',
  'fd00:172:31::101/128',
  'fd00:172:31::/64',
  'fd00:10:244:1::/64',
] as const

/** Where pods of n1 live, and the address that they see in place of a masqueraded client's. */
export const OWN_PODS = [
  { cidr: '10.244.1.0/24', masqueradeAs: nodeAddress('n1', 0) },
  { cidr: 'fd00:10:244:1::/64', masqueradeAs: nodeAddress('n1', 1) },
]

/** The node that everything is seen from. */
export const node = (zone: string | undefined): Node => ({
  name: 'n1',
  zone,
  nodePortAddresses: [nodeAddress('n1', 0), nodeAddress('n1', 1)],
  podCidrs: ['10.244.0.0/16', 'fd00:10:244::/56'],
  ownPodCidrs: OWN_PODS.map(({ cidr }) => cidr),
  serviceCidrs: ['10.96.0.0/16', 'fd00:10:96::/112'],
})

export const isOwnAddress = (address: string): boolean =>
  [nodeAddress('n1', 0), nodeAddress('n1', 1), ...OTHER_ADDRESS].includes(address)
