import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { ClusterError } from '../cluster-error.ts'
import type { ClusterConfig } from '../config.ts'
import { egressTable } from './names.ts'

/**
 * The only setting of the host that is ever touched, and only with --egress: the host must forward what pods send out.
 * Under IPv6 a forwarding host no longer takes its own default route from router advertisements: there pods get out
 * only where it forwards already.
 */
const FORWARDING = '/proc/sys/net/ipv4/ip_forward'
const FORMER = /ip_forward was ([01])/

/**
 * Lets pods and nodes out through the host: forwarding on, and a table of ours that masquerades what leaves by any
 * other link than ours. The former value is kept in that table, which comes first: `down` finds it whatever died in
 * between, and without the state folder. The process is at home (not in a namespace).
 */
export function openEgress(config: ClusterConfig, ipv6: boolean): void {
  // Where another cluster of ours has switched it on already, the value before that counts.
  const former = otherTables(config.name).map(formerForwarding)[0] ?? readFileSync(FORWARDING, 'utf8').trim()
  nft(rules(config, ipv6, former))
  if (former !== '1') writeFileSync(FORWARDING, '1')
}

/**
 * Undoes openEgress(): the table, and forwarding where it was off and no other cluster of ours needs it. Whether the
 * table was there.
 */
export function closeEgress(name: string): boolean {
  const table = egressTable(name)
  if (!tables().includes(table)) return false
  const former = formerForwarding(table)
  nft(`delete table inet ${table}\n`)
  if (former === '0' && otherTables(name).length === 0) writeFileSync(FORWARDING, '0')
  return true
}

/** Names of the egress tables of all our clusters; none where nft is not installed. */
function tables(): readonly string[] {
  const { stdout } = spawnSync('nft', ['list', 'tables', 'inet'], { encoding: 'utf8' })
  return (stdout ?? '').split('\n').flatMap((line) => /^table inet (fairlead-.*-egress)$/.exec(line)?.[1] ?? [])
}

function otherTables(name: string): readonly string[] {
  return tables().filter((table) => table !== egressTable(name))
}

function formerForwarding(table: string): string | undefined {
  const { stdout } = spawnSync('nft', ['list', 'table', 'inet', table], { encoding: 'utf8' })
  return FORMER.exec(stdout ?? '')?.[1]
}

function rules({ name, clusterCidr, nodeCidr, host }: ClusterConfig, ipv6: boolean, former: string): string {
  const sources = (family: 0 | 1) => `{ ${clusterCidr[family]}, ${nodeCidr[family]} }`
  const table = egressTable(name)
  return `table inet ${table} {
  chain forward {
    type filter hook forward priority -10; policy accept;
    iifname "${host.link}" accept comment "out of the cluster; ip_forward was ${former}"
    oifname "${host.link}" ct state established,related accept comment "answers"
    oifname "${host.link}" drop comment "nothing else comes in by forwarding"
  }
  chain postrouting {
    type nat hook postrouting priority 100; policy accept;
    oifname != "${host.link}" ip saddr ${sources(0)} masquerade
${ipv6 ? `    oifname != "${host.link}" ip6 saddr ${sources(1)} masquerade\n` : ''}  }
}
`
}

function nft(text: string): void {
  const { status, stderr, error } = spawnSync('nft', ['-f', '-'], { input: text, encoding: 'utf8' })
  if (status === 0) return
  throw new ClusterError('EGRESS_FAILED', `the host's egress rules were refused: ${error?.message ?? stderr.trim()}`, {
    hint: 'start without --egress, or install nftables: apt-get install nftables',
    cause: error,
  })
}
