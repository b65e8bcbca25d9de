import type { Element } from '#dataplane/nftables/rule.ts'
import { TABLE_FAMILIES } from '#dataplane/nftables/rule.ts'
import { NODE_RULESET } from '#dataplane/nftables/ruleset/node-ruleset.ts'
import type { Ruleset } from '#dataplane/nftables/ruleset/ruleset.ts'
import { POLICY_RULESET } from '#dataplane/policy/ruleset.ts'
import { type Flow, findFlows } from '#kernel/conntrack/conntrack.ts'
import { KernelError } from '#kernel/kernel-error.ts'
import { readSysctl } from '#kernel/namespaces/sysctl.ts'
import { type Nftables, openNftables } from '#kernel/nftables/libnftables.ts'
import { strangeTables } from '#kernel/nftables/strangers.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { containsAddress, tryParseCidr } from '#net/cidr.ts'
import { tryParseAddress } from '#net/ip-address.ts'
import { isMissing } from '../tables/found-tables.ts'
import { readRules } from '../tables/ownership.ts'
import { readHeld } from '../tables/read-held.ts'
import { readSet } from '../tables/read-set.ts'
import type { KernelAnswer, KernelRoute } from './kernel-answer.ts'
import type { KernelQuery } from './kernel-query.ts'

interface WhoseKernel {
  readonly node: string
  /** Path of its network namespace; left out: the present one. */
  readonly namespace?: string
}

/** What decides of packets beside rules. */
const SETTINGS = [
  'ipv4/ip_forward',
  'ipv4/conf/all/rp_filter',
  'ipv4/conf/default/rp_filter',
  'ipv4/conf/all/route_localnet',
  'ipv6/conf/all/forwarding',
  'ipv6/conf/all/disable_ipv6',
  'bridge/bridge-nf-call-iptables',
  'netfilter/nf_conntrack_max',
  'netfilter/nf_conntrack_count',
]

/** By the beginning of their names: one of a later version is no stranger's. */
const isOurs = (table: string): boolean => table === 'fairlead' || table.startsWith('fairlead-')

/**
 * The kernel of a node as it is now, of what was asked for alone: each set is read once, and none is kept. A few milliseconds;
 * with ten thousand Services some fifty. Throws KernelError.
 */
export const readKernel = ({ node, namespace }: WhoseKernel, query: KernelQuery): KernelAnswer => {
  const nftables = openNftables(namespace)
  const netlink = Rtnetlink.open(namespace)
  try {
    const services = whose(nftables, NODE_RULESET)
    const policies = whose(nftables, POLICY_RULESET)
    const held =
      services === 'ours' ? readHeld({ nftables, ruleset: NODE_RULESET }, query.held) : { elements: [], kinds: [] }
    const links = netlink.links()
    const addresses = netlink.addresses()
    const nameOf = (index: number | undefined): string | undefined => links.find((one) => one.index === index)?.name
    return {
      node,
      tables: { services, policies },
      ...held,
      policies: policies === 'ours' ? policyElements(nftables, query.addresses) : [],
      routes: query.addresses.map((to) => routeTo(netlink, to, nameOf)),
      flows: query.flows.length === 0 ? [] : findFlows(namespace, isOf(query.flows), query.mostFlows),
      settings: Object.fromEntries(
        SETTINGS.flatMap((name) => {
          const value = readSysctl(name, namespace)
          return value === undefined ? [] : [[name, value]]
        }),
      ),
      strangers: query.strangers ? strangeTables(namespace, isOurs) : [],
      links: query.strangers
        ? links.flatMap(({ index, name, mtu = 0 }) => {
            const own = addresses.filter(({ link }) => link === index).map((one) => one.address)
            return own.length > 0 ? [{ name, mtu, addresses: own }] : []
          })
        : [],
    }
  } finally {
    netlink.close()
    nftables.close()
  }
}

/** Whose rules a table of our name has. */
const whose = (nftables: Nftables, ruleset: Ruleset): KernelAnswer['tables']['services'] => {
  try {
    return TABLE_FAMILIES.every((family) => readRules({ nftables, ruleset }, family).areOurs) ? 'ours' : 'foreign'
  } catch (error) {
    if (isMissing(error)) return 'none'
    throw error
  }
}

const policyElements = (nftables: Nftables, addresses: readonly string[]): readonly Element[] => {
  const found: Element[] = []
  if (addresses.length === 0) return found
  const asked = addresses.flatMap((text) => tryParseAddress(text) ?? [])
  const isMeant = ({ key: [first] }: Element): boolean => {
    if (typeof first !== 'string') return false
    if (!first.includes('/')) return addresses.includes(first)
    const cidr = tryParseCidr(first)
    return cidr !== undefined && asked.some((address) => containsAddress(cidr, address))
  }
  const tables = { nftables, ruleset: POLICY_RULESET }
  for (const family of TABLE_FAMILIES)
    for (const set of POLICY_RULESET.sets.ownedBy('policies'))
      readSet(tables, family, set, (element) => {
        if (isMeant(element)) found.push(element)
      })
  return found
}

const routeTo = (
  netlink: Rtnetlink,
  to: string,
  nameOf: (index: number | undefined) => string | undefined,
): KernelRoute => {
  try {
    const { nextHops = [], source } = netlink.routeTo(to) ?? {}
    const [first] = nextHops
    const link = nameOf(first?.link)
    return { to, ...(first?.gateway && { via: first.gateway }), ...(link && { link }), ...(source && { source }) }
  } catch (error) {
    if (error instanceof KernelError) return { to, error: error.message }
    throw error
  }
}

const isOf =
  (addresses: readonly string[]) =>
  ({ source, original, backend }: Flow): boolean =>
    [source, original.address, backend.address].some((one) => addresses.includes(one))
