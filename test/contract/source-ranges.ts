import { containsAddress, tryParseCidr } from '#net/cidr.ts'
import { parseAddress } from '#net/ip-address.ts'
import type { Hit } from './clause.ts'
import type { Frontend } from './frontends.ts'
import { familyOf, type Packet } from './model.ts'

/** Whether loadBalancerSourceRanges keep the sender away. They guard the load balancer's addresses alone. */
export function isKeptAway({ service, role, family }: Frontend, { source }: Packet, hit: Hit): boolean {
  const ranges = service.spec?.type === 'LoadBalancer' ? (service.spec.loadBalancerSourceRanges ?? []) : []
  const cidrs = ranges.map((range) => tryParseCidr(range.trim(), { hostBitsAllowed: true }))
  const guards = cidrs.filter((cidr) => cidr !== undefined && familyOf(source) === cidr.address.family)
  const contains = guards.some((cidr) => cidr !== undefined && containsAddress(cidr, parseAddress(source)))
  if (role !== 'load-balancer') {
    if (guards.length > 0 && !contains && role === 'node-port') hit('ranges/node-port')
    if (guards.length > 0 && !contains && role === 'external-ip') hit('ranges/external-ip')
    return false
  }
  if (guards.length === 0) {
    if (ranges.length > 0 && family === familyOf(source)) hit('ranges/other-family')
    return false
  }
  hit(contains ? 'ranges/inside' : 'ranges/outside')
  return !contains
}
