import { randomInt } from 'node:crypto'
import { systemClock } from '#clock/clock.ts'
import type { DnsCounts } from '#dns/dns-counts.ts'
import { Outside, type OutsideSettings } from '#dns/forward/outside.ts'
import { type HostsEntry, HostsTable } from '#names/settings/hosts-table.ts'

/** What answers beside the zone, as plain data. */
export interface BesideZone {
  /** Where names outside are asked; absent: nowhere. */
  readonly outside: OutsideSettings | undefined
  readonly hosts: readonly HostsEntry[]
  readonly hostsTtl: number
}

/** It, as it works. Ids and letters of questions come from the system's own randomness. */
export const besideZone = ({ outside, hosts, hostsTtl }: BesideZone, counts: DnsCounts) => ({
  outside: outside && new Outside(outside, { clock: systemClock, random: secureRandom, counts }),
  hosts: hosts.length > 0 ? new HostsTable(hosts, hostsTtl) : undefined,
})

/** [0, 1), not to be guessed from numbers that came before. */
const secureRandom = (): number => randomInt(2 ** 32) / 2 ** 32
