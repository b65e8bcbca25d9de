import type { NetworkPlan } from '../network-plan.ts'

const words = (...given: readonly (string | false | undefined)[]): string => given.filter(Boolean).join(' ')

/** All that a plan says, a line a thing, nearly as `sysctl` and `ip` are told it. */
export const planText = ({ sysctls, links, neighbours, routes, rules = [] }: NetworkPlan): readonly string[] => [
  ...sysctls.map(([name, value]) => `${name} = ${value}`),
  ...links.map(({ name, alias, addresses, mtu, master }) =>
    words(
      'link',
      name,
      alias && `(${alias})`,
      ...addresses,
      mtu !== undefined && `mtu ${mtu}`,
      master && `master ${master}`,
    ),
  ),
  ...neighbours.map(({ link, address, mac }) => `neighbour ${address} at ${mac} dev ${link}`),
  ...routes.map(({ destination, nextHops, source, table }) =>
    words(
      nextHops.length === 0 ? 'unreachable' : 'route',
      destination,
      ...nextHops.map(({ link, gateway, onlink }) =>
        words(gateway && `via ${gateway}`, `dev ${link}`, onlink && 'onlink'),
      ),
      source && `src ${source}`,
      table !== undefined && `table ${table}`,
    ),
  ),
  ...rules.map(({ mark, table }) => `rule fwmark ${mark} table ${table}`),
]

/** What every namespace of a pod, a node or the fabric has of IPv6. */
export const QUIET_IPV6 = [
  'ipv6/conf/all/disable_ipv6? = 0',
  'ipv6/conf/default/disable_ipv6? = 0',
  'ipv6/conf/default/addr_gen_mode? = 1',
  'ipv6/conf/default/accept_dad? = 0',
  'ipv6/conf/default/accept_ra? = 0',
  'ipv6/conf/default/accept_redirects? = 0',
]
