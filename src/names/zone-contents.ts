import type { ServiceRecords } from './service-records.ts'
import type { ReverseRanges } from './settings/reverse-ranges.ts'
import type { ZoneSettings } from './settings/zone-settings.ts'

/** What a zone answers from: indexes that are asked for one name at a time. Names are folded. */
export interface ZoneContents {
  readonly domain: string
  /** Of the zone's own name server, `ns.dns.DOMAIN`. */
  readonly dnsAddresses: readonly Uint8Array[]
  /** Another number after each change: what was answered under one may be answered again as long as it stands. */
  readonly revision: number
  /**
   * True while not yet all that is there is held: a name that is not found may still come, and a client that was told
   * it does not exist would remember that.
   */
  readonly filling: boolean
  readonly settings: ZoneSettings
  /** Reverse names that nobody else knows. */
  readonly ranges: ReverseRanges
  hasNamespace(name: string): boolean
  serviceOf(namespace: string, name: string): ServiceRecords | undefined
  /** The address of a pod of that namespace, by its dashed form. */
  podAddress(namespace: string, dashed: string): Uint8Array | undefined
  /** The names that an address leads back to. */
  namesOf(address: Uint8Array): readonly string[]
}
