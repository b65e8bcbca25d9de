import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type ChainPerPolicy, type Family, RIVAL_FAMILIES } from './chain-per-policy.ts'

/** The programs that the rival needs, by the Debian packages that have them. */
const PROGRAMS = { 'iptables-nft-restore': 'iptables', ipset: 'ipset' } as const

/** Throws an Error that says what to install. */
export const requireRival = (): void => {
  const missing = Object.entries(PROGRAMS).filter(
    ([program]) => (spawnSync(program, ['--version']).error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT',
  )
  if (missing.length === 0) return
  const packages = missing.map(([, name]) => name).join(' ')
  throw new Error(
    `not installed: ${missing.map(([program]) => program).join(', ')}; as root: apt-get install --no-install-recommends ${packages}, or leave it out: --skip rival`,
  )
}

export const restoreOf = (family: Family): string =>
  family === 'IPv4' ? 'iptables-nft-restore' : 'ip6tables-nft-restore'

export const ran = ({ status, stderr, error }: SpawnSyncReturns<Buffer>, program: string): void => {
  if (status !== 0) throw new Error(`${program}: ${error?.message ?? stderr.toString().slice(0, 500)}`)
}

/** From nothing to all sets and chains of both families, in the namespace `inside` leads into, or the present one. */
export const loadRival = (rival: ChainPerPolicy, inside: readonly string[] = []) => {
  const sets = rival.sets.render()
  const tables = RIVAL_FAMILIES.map((family) => [restoreOf(family), rival.render(family)] as const)
  const ticks = childTime()
  const started = performance.now()
  for (const [program, input, args] of [['ipset', sets, ['restore']], ...tables] as const) {
    const [first, ...rest] = [...inside, program, ...(args ?? [])]
    ran(spawnSync(first as string, rest, { input }), program)
  }
  const cold_ms = performance.now() - started
  const rules = tables.reduce((sum, [, text]) => sum + (text.match(/^-A /gm)?.length ?? 0), 0)
  return { cold_ms, cold_cpu_ms: childTime() - ticks, rules }
}

/** Milliseconds of processor time that children of this process have used. */
const childTime = (): number => {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[13]) + Number(fields[14])) * 10
}
