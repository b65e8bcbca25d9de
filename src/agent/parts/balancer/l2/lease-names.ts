import { addressBytes } from '#net/ip-address.ts'

/** On a Lease: what the balancer keeps it for. */
export const BALANCER_LABEL = 'fairlead.dev/balancer'
/** On the Lease of an address. */
export const ADDRESS_ANNOTATION = 'fairlead.dev/address'

export type LeaseRole = 'address' | 'member'

/** `l2-c0000201`: a name may not hold all that an address does. */
export const addressLeaseName = (address: string): string =>
  `l2-${Array.from(addressBytes(address), (octet) => octet.toString(16).padStart(2, '0')).join('')}`

export const memberLeaseName = (node: string): string => `balancer-${node}`
