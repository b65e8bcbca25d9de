import { readFileSync, writeFileSync } from 'node:fs'
import { KernelError } from '#kernel/kernel-error.ts'
import { type Nftables, openNftables } from '#kernel/nftables/libnftables.ts'
import { familiesOf, ofFamily } from '#net/per-family.ts'
import { ClusterError } from '../cluster-error.ts'
import type { ClusterConfig } from '../config.ts'
import { egressTable } from './names.ts'

/**
 * The only setting of the host that is ever touched, and only with --egress: the host must forward what pods send out.
 * Under IPv6 a forwarding host no longer takes its own default route from router advertisements: there pods get out
 * only where it forwards already, and nothing is changed for a cluster of IPv6 alone.
 */
const FORWARDING = '/proc/sys/net/ipv4/ip_forward'
const FORMER = /ip_forward was ([01])/

/**
 * Lets pods and nodes out through the host: forwarding on, and a table of ours that masquerades what leaves by any
 * other link than ours. The former value is kept in that table, which comes first: `down` finds it whatever died in
 * between, and without the state folder. The process is at home (not in a namespace). Throws ClusterError EGRESS_FAILED.
 */
export function openEgress(config: ClusterConfig, ipv6: boolean): void {
  withHost((host) => {
    // Where another cluster of ours has switched it on already, the value before that counts.
    const others = tablesOfIpv4(host).filter((table) => table !== egressTable(config.name))
    const former = others.map((table) => formerForwarding(host, table))[0] ?? readFileSync(FORWARDING, 'utf8').trim()
    const forwards = familiesOf(config.clusterCidr).includes('IPv4')
    host.run(rules(config, ipv6, forwards ? `out of the cluster; ip_forward was ${former}` : 'out of the cluster'))
    if (forwards && former !== '1') writeFileSync(FORWARDING, '1')
  })
}

/**
 * Undoes openEgress(): the table, and forwarding where it was off and no other cluster of ours needs it. Whether the
 * table was there; none is where libnftables is not installed. Needs no program, wherever PATH leads. Throws
 * ClusterError EGRESS_FAILED.
 */
export function closeEgress(name: string): boolean {
  return withHost((host) => {
    const table = egressTable(name)
    if (!tables(host).includes(table)) return false
    const others = tablesOfIpv4(host).filter((one) => one !== table)
    const former = formerForwarding(host, table)
    host.run(`delete table inet ${table}`)
    if (former === '0' && others.length === 0) writeFileSync(FORWARDING, '0')
    return true
  }, false)
}

/** nftables of the host, for as long as `work` takes; `without` is given where there is no library, if it is given here. */
function withHost<T>(work: (host: Nftables) => T, without?: T): T {
  try {
    const host = openNftables()
    try {
      return work(host)
    } finally {
      host.close()
    }
  } catch (cause) {
    if (!(cause instanceof KernelError)) throw cause
    if (without !== undefined && cause.code === 'NFT_LIBRARY_MISSING') return without
    throw new ClusterError('EGRESS_FAILED', `the host's egress rules were refused: ${cause.message}`, {
      hint: 'start without --egress; its rules are a table of the host: nft list tables',
      cause,
    })
  }
}

/** Names of the egress tables of all our clusters. */
function tables(host: Nftables): readonly string[] {
  return host
    .read('list tables inet')
    .split('\n')
    .flatMap((line) => /^table inet (fairlead-.*-egress)$/.exec(line)?.[1] ?? [])
}

/** Those for which the host forwards IPv4. */
function tablesOfIpv4(host: Nftables): readonly string[] {
  return tables(host).filter((table) => formerForwarding(host, table) !== undefined)
}

function formerForwarding(host: Nftables, table: string): string | undefined {
  return FORMER.exec(host.read(`list table inet ${table}`))?.[1]
}

function rules({ name, clusterCidr, nodeCidr, host }: ClusterConfig, ipv6: boolean, comment: string): string {
  const masquerades = familiesOf(clusterCidr)
    .filter((family) => ipv6 || family === 'IPv4')
    .map((family) => {
      const sources = `{ ${ofFamily(clusterCidr, family)}, ${ofFamily(nodeCidr, family)} }`
      return `    oifname != "${host.link}" ${family === 'IPv4' ? 'ip' : 'ip6'} saddr ${sources} masquerade\n`
    })
  const table = egressTable(name)
  return `table inet ${table} {
  chain forward {
    type filter hook forward priority -10; policy accept;
    iifname "${host.link}" accept comment "${comment}"
    oifname "${host.link}" ct state established,related accept comment "answers"
    oifname "${host.link}" drop comment "nothing else comes in by forwarding"
  }
  chain postrouting {
    type nat hook postrouting priority 100; policy accept;
${masquerades.join('')}  }
}
`
}
