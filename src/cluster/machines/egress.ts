import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { ClusterError } from '../cluster-error.ts'
import type { ClusterConfig } from '../config.ts'
import { egressTable } from './names.ts'

/** The only settings of the host that are ever touched, and only with --egress: the host must forward what pods send out. */
const FORWARDING = ['/proc/sys/net/ipv4/ip_forward', '/proc/sys/net/ipv6/conf/all/forwarding'] as const

const recordPath = (stateDir: string): string => `${stateDir}/egress.json`

/**
 * Lets pods and nodes out through the host: forwarding on, and a table of ours that masquerades what leaves by any other link than ours. The former values are
 * written down first, so that `down` finds them even if we die in between. The process is at home (not in a namespace) when it calls this.
 */
export function openEgress(config: ClusterConfig, ipv6: boolean): void {
  const former: Record<string, string> = {}
  for (const file of FORWARDING) if (existsSync(file)) former[file] = readFileSync(file, 'utf8').trim()
  writeFileSync(recordPath(config.stateDir), JSON.stringify(former), { mode: 0o600 })
  nft(rules(config, ipv6))
  // Under IPv6 a forwarding host no longer takes its own default route from router advertisements: only where it forwards already.
  if (former[FORWARDING[0]] !== '1') writeFileSync(FORWARDING[0], '1')
}

/** Undoes openEgress(): the table, and forwarding where it was off and no other cluster of ours needs it. Whether the table was there. */
export function closeEgress(name: string, stateDir: string | undefined): boolean {
  const table = egressTable(name)
  const tables = spawnSync('nft', ['list', 'tables'], { encoding: 'utf8' })
  const lines = (tables.stdout ?? '').split('\n')
  const there = lines.includes(`table inet ${table}`)
  if (there) nft(`delete table inet ${table}\n`)
  const record = stateDir === undefined ? undefined : recordPath(stateDir)
  if (record !== undefined && existsSync(record)) {
    const former = JSON.parse(readFileSync(record, 'utf8')) as Record<string, string>
    const needed = lines.some((line) => /^table inet fairlead-.*-egress$/.test(line) && line !== `table inet ${table}`)
    if (former[FORWARDING[0]] === '0' && !needed) writeFileSync(FORWARDING[0], '0')
    rmSync(record)
  }
  return there
}

function rules({ name, clusterCidr, nodeCidr, host }: ClusterConfig, ipv6: boolean): string {
  const sources = (family: 0 | 1) => `{ ${clusterCidr[family]}, ${nodeCidr[family]} }`
  const table = egressTable(name)
  return `table inet ${table} {
  chain forward {
    type filter hook forward priority -10; policy accept;
    iifname "${host.link}" accept comment "out of the cluster"
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
