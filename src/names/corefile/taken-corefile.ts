import type { HostsEntry } from '../settings/hosts-table.ts'
import type { PodsMode } from '../settings/zone-settings.ts'

/** A line that is not taken, and what becomes of it, in words. */
interface LeftLine {
  readonly line: number
  readonly text: string
}

/** What of CoreDNS's configuration is ours too; what it does not say is left out. */
export interface TakenCorefile {
  domain?: string
  pods?: PodsMode
  /** Seconds. */
  ttl?: number
  /** Nameservers as they stand there: addresses with a port or none. */
  servers?: readonly string[]
  /** A file that names them. */
  resolvConf?: string
  policy?: 'random' | 'round_robin' | 'sequential'
  maxConcurrent?: number
  cache?: { maxTtl?: number; maxDenialTtl?: number; staleSeconds?: number; prefetchHits?: number }
  readonly stubDomains: Record<string, readonly string[]>
  readonly hosts: HostsEntry[]
  hostsTtl?: number
  readonly left: LeftLine[]
}

/** Notes a line that is not taken. */
export type Leave = (line: number, words: string) => void
